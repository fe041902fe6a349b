import type { Sandbox } from '../../sandbox/types.ts';
import type { TypeShape, Value } from './value.ts';

export type FunctionLanguageName = 'python' | 'javascript' | 'typescript' | 'go';

export interface Parameter {
  name: string;
  /** `{kind: 'any'}` where nothing is said. */
  type: TypeShape;
  /** The annotation as it was written. */
  typeText?: string;
  /** It has a default or may be left out. */
  optional: boolean;
  /** The default as it was written. */
  defaultText?: string;
  /** `*args` and `...rest` take a list, `**kwargs` a map. */
  rest?: 'list' | 'map';
  /** It can be given by name only (after Python's `*`). */
  keywordOnly?: boolean;
}

/** A function's head, read from what the user wrote or the design stage said. */
export interface Signature {
  name: string;
  parameters: Parameter[];
  returns: TypeShape;
  /** The return type as it was written. */
  returnsText?: string;
  async: boolean;
  /** The head as the language writes it, without body: `def area(r: float) -> float:`, `function area(r: number): number {`, `func Area(r float64) float64 {`. */
  text: string;
  /** Imports and type declarations that the head needs (`from typing import List`), as source; empty without any. */
  preamble: string;
}

/** Who vouches for an example. Only those of the user gate a candidate; agreed ones are shown, guessed ones vote. */
export type Trust = 'user' | 'agreed' | 'guessed';

export type Expected =
  /** The value, as source of the language; `value` is set where the source is a literal. */
  | { kind: 'value'; text: string; value?: Value }
  /** What is printed to standard output, and nothing is said of the value. */
  | { kind: 'printed'; text: string }
  /** An exception (Go: a panic, or an error returned last); without `error` any. */
  | { kind: 'raises'; error?: string; message?: string };

/** One call of the function and what is to come out. */
export interface Example {
  /** Statements that run before, one a line; empty for most. */
  setup: string;
  /** The expression whose value counts, in the language: `area(2)`, `sorted(pairs([1, 2]))`. */
  expression: string;
  /** The arguments of a plain call whose arguments are all literals: what inputs are made from. */
  args?: Value[];
  expected: Expected;
  trust: Trust;
  /** As the user wrote it, for messages. */
  text: string;
  /** 1-based line where it stands, in the doctests or the test file. */
  line?: number;
  /** What was understood differently from how it stands, for people: "`None` is read as 'returns None'". */
  note?: string;
}

/** A law of the function, as a boolean expression over its parameters: `f(f(xs)) == f(xs)`. */
export interface Property {
  /** In words. */
  text: string;
  /** Source of the language; names the parameters and the function. */
  expression: string;
  trust: Trust;
}

/** A test file of the user, read. */
export interface TestFile {
  /** File name, without folders. */
  name: string;
  source: string;
  /** `expect`: of vitest or jest, whose runner is not at hand; its examples are checked in its place. */
  framework: 'pytest' | 'unittest' | 'node:test' | 'assert' | 'expect' | 'go test';
  /** Name of the module that the tests import the function from (`area`, `./area.js`); undefined where the test file stands in the same package (Go) or imports nothing. */
  module: string | undefined;
  /** Calls with what they are to give, taken from the asserts that are as simple as that. */
  examples: Example[];
  /** Tests in the file, as far as they can be counted without running them. */
  tests: number;
}

/** Classes of failure: what can be mended for free, what a repair helps, what only another sample does. */
export type ErrorClass =
  | 'syntax' | 'indentation' | 'no_function' | 'signature' | 'name' | 'import' | 'type' | 'compile'
  | 'wrong_answer' | 'exception' | 'recursion' | 'timeout' | 'memory' | 'crash' | 'side_effect' | 'property';

/** A failure, concise: what a repair message and a person are told. */
export interface Problem {
  class: ErrorClass;
  /** One line, at most 200 characters: `IndexError: list index out of range`. */
  message: string;
  /** The call or test that failed. */
  call?: string;
  expected?: string;
  got?: string;
  /** 1-based line of the candidate's code. */
  line?: number;
}

/** What one expression came to in one candidate. */
export type Outcome =
  /** `text` is how the language prints the value, at most 2,000 characters. `printed`: what went to standard output meanwhile, cut there too. */
  | { kind: 'value'; value: Value; text: string; printed?: string }
  | { kind: 'raised'; error: string; message: string; line?: number; printed?: string }
  /** Its time was over. */
  | { kind: 'timeout' }
  /** The process died under it: `how` is `memory`, `exit 0`, `SIGKILL`, … */
  | { kind: 'crashed'; how: string }
  /** Not run: the candidate had failed too often before. */
  | { kind: 'skipped' };

/** An expression to evaluate beside a candidate. */
export interface Case {
  setup: string;
  expression: string;
}

export interface Candidate {
  id: string;
  /** A whole module (Go: a file of `package solution`) that defines the function. */
  code: string;
}

export interface CheckRequest {
  sandbox: Sandbox;
  signature: Signature;
  candidates: readonly Candidate[];
  cases: readonly Case[];
  /** Milliseconds that one case may take. */
  caseMs: number;
  /** A candidate runs no more cases after this many time-outs; default 2. */
  timeouts?: number;
  /** Values of up to 20,000 parts and texts of 200,000 characters are told whole, in Go they always are; default: a tenth of it, larger ones by a check sum. */
  large?: boolean;
  signal?: AbortSignal;
}

export interface CandidateReport {
  id: string;
  /** Set when no case could run: it does not compile, defines no such function, … */
  problem?: Problem;
  /** One for each case, in their order; empty with a `problem`. */
  outcomes: Outcome[];
}

export interface PropertyReport {
  /** Candidate's id. */
  id: string;
  /** One for each property. `unusable`: the property itself cannot be run. */
  results: ({ kind: 'held' } | { kind: 'broken'; counterexample: string; detail: string } | { kind: 'unusable'; reason: string })[];
}

export interface TestFileReport {
  id: string;
  /** Every test ran and passed, and at least one did. */
  passed: boolean;
  ran: number;
  problems: Problem[];
}

export type OutputForm = 'function' | 'imports' | 'standalone';

export interface RenderRequest {
  code: string;
  signature: Signature;
  /** `function`: without its imports; `imports`: with those it needs; `standalone`: a script with a command line. */
  form: OutputForm;
  /** One short sentence in place of the doc, without examples. */
  cleanDoc: boolean;
  doc: string;
  examples: readonly Example[];
  /** A comment on top: how it was made. */
  header?: string;
}

/** How a standalone script is tried: it is run with `argv`, or with `--help` where no example can be written as words. */
export interface ScriptTrial {
  argv: string[];
  /** What it has to print on its last line; undefined: anything, with exit code 0. */
  prints?: string;
}

/** What a module binds and needs at its top level: what has to be known to put the declarations of one into another. Offsets count UTF-16 units. */
export interface TopLevel {
  /** Where declarations of others can stand, at the beginning of a line: behind the imports that a file begins with. */
  insertAt: number;
  /** The same before those imports, where `pragmas` still count. */
  firstAt: number;
  /** What is imported, one name each: what the name means, and an import of it alone. A name `*` stands for all. */
  imports: { name: string; means: string; text: string }[];
  /** What stays behind when the declarations are put into another module: imports, docstring, package clause, `export`, main guard. */
  cuts: [from: number, to: number][];
  /** What counts for a whole file and opens it: `from __future__ import annotations`. */
  pragmas: string[];
  declares: string[];
  /** Names that are used and neither declared nor imported here: those that the language has for everybody are among them. */
  free: string[];
}

/**
 * What writing one function needs of a language. Nothing here throws for what a model wrote; what a user wrote is refused with
 * `bad_arguments`, naming the line.
 */
export interface FunctionLanguage {
  readonly name: FunctionLanguageName;
  /** Other names on the command line: `py`, `js`, `node`, `ts`, `golang`. */
  readonly aliases: readonly string[];
  /** Info string of a fenced block: `python`. */
  readonly fence: string;
  /** `.py` */
  readonly extension: string;

  /** Can a function have this name? */
  isIdentifier(name: string): boolean;
  /**
   * Reads a head: with or without `def`/`function`/`func`, colon, brace and body; just `(a: int) -> int` where the name is given.
   *
   * @throws `bad_arguments` when it does not parse or names another function
   */
  parseSignature(text: string, name: string): Promise<Signature>;
  /**
   * Reads examples in the form of the language: Python doctests (`>>>`), and in every language `call => value`, `call == value`, `call // value` or
   * an assert, one a line. A docstring or comment with prose between is allowed.
   *
   * @param signature where it is known: what values are read by in a language with types (Go: `[1, 2]` is `[]float64{1, 2}` for floats)
   * @throws `bad_arguments` naming line and text
   */
  parseExamples(text: string, name: string, signature?: Signature): Promise<Example[]>;
  /** Reads a test file. @throws `bad_arguments` when it does not parse or tests no such function */
  parseTests(fileName: string, source: string, name: string): Promise<TestFile>;
  /** The function of this name in a source with its head, doc and examples: for tasks given as code (HumanEval prompts) and for `--signature FILE`. Undefined where there is none. */
  readStub(source: string, name: string): Promise<{ signature: Signature; doc: string; examples: Example[] } | undefined>;

  /** The head with its doc and examples, ending right before the body: what prompts show and plain completion continues. */
  stub(signature: Signature, doc: string, examples: readonly Example[]): string;
  /** Where plain completion of a body ends: the next definition at top level, a print, a closing fence. */
  readonly completionStop: readonly string[];
  /**
   * The module in a reply: of fenced blocks the one that defines the function; prose, prints, example calls and `main` guards dropped; missing
   * preamble added.
   *
   * @param form how the text came: `chat` a reply, `completion` what follows the stub
   * @returns undefined when there is no such function in it
   */
  extract(text: string, form: 'chat' | 'completion', signature: Signature, stub: string): Promise<string | undefined>;
  /** The same for two codes that differ in layout, comments and local names only; undefined when it does not parse. */
  normalise(code: string): Promise<string | undefined>;
  /** Without a model: truncates after the last statement that parses, adds imports of known names, evens out indentation. Undefined when nothing helps. */
  mend(code: string, signature: Signature): Promise<string | undefined>;
  /** The top level of a module; undefined when it does not parse. */
  topLevel(code: string): Promise<TopLevel | undefined>;
  /** What a text says against the code before it runs: syntax, types (tsc, go vet), another signature, and what no pure function needs (processes, sockets, frames, the test's own file). */
  screen(code: string, signature: Signature): Promise<Problem | undefined>;

  /** A call as source: what inputs made from values are run as. */
  callOf(signature: Signature, args: readonly Value[]): string;
  /** A value as source; undefined where it has no literal. */
  printValue(value: Value, type?: TypeShape): string | undefined;
  /** A literal as a value; undefined when the text is none. */
  parseValue(text: string): Value | undefined;

  /**
   * Runs every case in every candidate, all in one sandboxed process tree; a candidate sees the inputs alone, never what is expected. What ended
   * oddly is run once more by itself, so that no candidate can fail another.
   *
   * @throws `no_sandbox`, `file_missing` (the language is not installed), `cancelled`
   */
  check(request: CheckRequest): Promise<CandidateReport[]>;
  /** Values of expressions without any candidate: expectations that are no literals. */
  evaluate(sandbox: Sandbox, expressions: readonly Case[], signal?: AbortSignal): Promise<Outcome[]>;
  /** Generated inputs (hypothesis, fast-check, testing/quick): `runs` cases each (default 100), seed fixed, counterexamples shrunk. */
  checkProperties(request: Omit<CheckRequest, 'cases'> & { properties: readonly Property[]; runs?: number; seed: number }): Promise<PropertyReport[]>;
  /** Runs the user's test file against each candidate with its own framework; the report is guarded against the candidate's code. */
  runTests(request: Omit<CheckRequest, 'cases'> & { tests: TestFile }): Promise<TestFileReport[]>;

  /** The finished text. */
  render(request: RenderRequest): Promise<string>;
  /** A test file for the result, with all trusted and agreed examples. `module` is the result's file name. */
  renderTests(request: { signature: Signature; examples: readonly Example[]; module: string }): { name: string; source: string };
  /** How to try the script that `render` made. */
  scriptTrial(signature: Signature, examples: readonly Example[]): ScriptTrial;
  /** Argument vector that runs a standalone script of this name: `['python3', 'area.py']`. */
  scriptCommand(fileName: string): string[];
}
