import type { Mount, Sandbox, SandboxCommand, SandboxResult } from '../sandbox/types.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';

export type LanguageName = 'python' | 'javascript' | 'typescript' | 'go';

export type TestOutcome = 'passed' | 'failed' | 'error' | 'skipped' | 'xfailed' | 'xpassed';

export interface TestResult {
  /** Stable across runs: `tests/test_a.py::test_b[param]`, `test/a.test.js > suite > name`. */
  id: string;
  file?: RelativePath;
  line?: number;
  outcome: TestOutcome;
  /** The failure in one to a few lines: class, message, expected and got. */
  message?: string;
  expected?: string;
  got?: string;
  /** Frames inside the workspace, innermost first. */
  frames?: { file: RelativePath; line: number }[];
  /** For a failed or broken test: the exception class (`AssertionError`, `ImportError`, `SyntaxError`, …). */
  errorClass?: string;
  durationMs?: number;
}

/** A command whose per-test result counts. */
export interface Check {
  /** `pytest`, `unittest`, `doctest`, `node:test`, `vitest`, `jest`, `npm test`, `go test`, or the text of a `--check` command. */
  id: string;
  framework: 'pytest' | 'unittest' | 'doctest' | 'node:test' | 'vitest' | 'jest' | 'go test' | 'tsc' | 'command' | 'acceptance';
  language?: LanguageName;
  /** Relative directory in which it runs: nested packages have checks of their own. */
  cwd: RelativePath | '';
  /** For `command`: the shell text. */
  command?: string;
  /** Further arguments of the framework's own command line: `['tests/test_a.py', '-k', 'name']`. */
  args?: string[];
  /** How it was found, for people: `pytest in [project.optional-dependencies]`. */
  why: string;
  /** For `tsc`: names of the errors that were there before the change, which do not count. */
  known?: string[];
}

export interface CheckReport {
  check: Check;
  /** `passed`: exit status and every test agree. `broken`: the command could not run its tests (collection, compile or start error). */
  status: 'passed' | 'failed' | 'broken' | 'timeout' | 'sandbox_error';
  tests: TestResult[];
  /** Tests the framework collected; 0 for a plain command. */
  collected: number;
  /** Collection and compile errors, in words. */
  errors: { file?: RelativePath; line?: number; message: string; errorClass?: string }[];
  exitCode: number | null;
  durationMs: number;
  /** Head and tail of what it printed, terminal escapes removed. */
  output: string;
  sandbox: Pick<SandboxResult, 'status' | 'rung' | 'peakMemoryBytes' | 'cpuMs' | 'wallMs'>;
}

export interface SymbolInfo {
  name: string;
  kind: 'function' | 'method' | 'class' | 'constant' | 'type';
  /** 1-based, inclusive. */
  fromLine: number;
  toLine: number;
  /** `def area(self, r: float) -> float` without body. */
  signature: string;
  /** Enclosing class or function, outermost first. */
  parents: string[];
  exported: boolean;
}

export interface ParsedFile {
  ok: boolean;
  /** First syntax error, 1-based line. */
  error?: { line: number; message: string };
  symbols: SymbolInfo[];
  imports: { module: string; names: string[]; line: number }[];
}

/** A test as it stands in a file, to notice that one was deleted, skipped or loosened. */
export interface StaticTest {
  /** Name path inside the file: `TestA.test_b`, `suite > name`. */
  name: string;
  fromLine: number;
  toLine: number;
  skipped: boolean;
  /** Normalised text (formatting and comments removed) of the whole test with its decorators. */
  body: string;
}

export interface Finding {
  rule: string;
  severity: 'block' | 'warn';
  path: RelativePath;
  line: number;
  message: string;
  /** The offending source line, trimmed. */
  excerpt: string;
}

export interface Mutant {
  description: string;
  line: number;
  content: string;
}

/** What detection found in a project (or a nested package). */
export interface Detection {
  language: LanguageName;
  root: RelativePath | '';
  /** Evidence, for people. */
  evidence: string[];
  /** Relative source and test folders. */
  sources: string[];
  tests: string[];
  checks: Check[];
  /** `pip`, `uv`, `poetry`, `npm`, `pnpm`, `yarn`, … */
  packageManager?: string;
}

/** How to run one check in the sandbox, and how to read what came out. */
export interface CheckCommand {
  command: Omit<SandboxCommand, 'workspace' | 'mountAt' | 'signal'>;
  /** Reads the report the run left behind (a file under the workspace copy or output) into tests. Never throws. */
  read(result: SandboxResult): Promise<Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'>>;
  /** Removes what was put into the copy for the run. */
  cleanup(): Promise<void>;
}

/** One language: everything the product knows about it, in one folder. All functions are safe on broken files. */
export interface Language {
  readonly name: LanguageName;
  readonly extensions: readonly string[];
  /** Looks at the files only; runs nothing of the project. */
  detect(bench: Workbench): Promise<Detection[]>;
  /** Interpreters, their libraries and caches that the sandbox must show, and variables they need. */
  toolchain(bench: Workbench): Promise<{ mounts: Mount[]; env: Record<string, string>; problem?: string; next?: string }>;
  /** `sandbox`: for what has to be compiled before the check itself; a language that needs none passes it over. */
  prepareCheck(check: Check, bench: Workbench, options?: { files?: RelativePath[]; testIds?: string[]; sandbox?: Sandbox; signal?: AbortSignal }): Promise<CheckCommand>;
  parse(path: RelativePath, source: string): Promise<ParsedFile>;
  /** Signatures with line numbers, bodies left out: what a prompt shows of a file that is not concerned. */
  outline(path: RelativePath, source: string): Promise<string>;
  isTestFile(path: RelativePath): boolean;
  /** conftest.py, pytest.ini, vitest.config.ts, … and keys of shared files (`pyproject.toml`) that steer the tests. */
  isTestConfig(path: RelativePath): boolean;
  staticTests(path: RelativePath, source: string): Promise<StaticTest[]>;
  /** Findings of `after` that were not in `before` (undefined: a new file). */
  scan(path: RelativePath, before: string | undefined, after: string): Promise<Finding[]>;
  /** With the project's own formatter configuration where there is one, else the built-in one. Unchanged when it does not parse. */
  format(path: RelativePath, source: string, bench: Workbench): Promise<string>;
  /** Sorts imports, drops unused ones, adds those of missing names that the project defines exactly once. */
  organiseImports(path: RelativePath, source: string, bench: Workbench): Promise<string>;
  /** At most `limit` small changes of the given lines (default all) that a good test notices. */
  mutants(path: RelativePath, source: string, lines?: number[], limit?: number): Promise<Mutant[]>;
  /** Where a generated test for this source file belongs, by the project's habit. */
  testPathFor(path: RelativePath, bench: Workbench): Promise<RelativePath>;
}
