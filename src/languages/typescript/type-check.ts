import { posix } from 'node:path';
import type { SandboxResult } from '../../sandbox/types.ts';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { dependencyFolder } from '../javascript/project.ts';
import { nodeToolchain } from '../javascript/toolchain.ts';
import type { Check, CheckCommand, CheckReport, TestResult } from '../types.ts';

/** Exit codes of tsc: no error; errors, and whether it would have written files all the same. */
const EXITS = [0, 1, 2];

/**
 * The type check of a package with a tsconfig.json whose own TypeScript is installed; undefined for others. A tsconfig that only points to
 * others (`references`) has no program of its own to check.
 */
export async function typeCheckOf(root: RelativePath | '', bench: Workbench): Promise<Check | undefined> {
  const config = [root, 'tsconfig.json'].filter(Boolean).join('/');
  if (!(await bench.exists(config)) || !(await dependencyFolder(bench, root, 'typescript'))) return undefined;
  const { text } = await bench.readText(config);
  if (/"references"\s*:/.test(text)) return undefined;
  return { id: root === '' ? 'tsc' : `tsc (${root})`, framework: 'tsc', language: 'typescript', cwd: root, why: `${config}, and typescript is installed` };
}

/** How `tsc --noEmit` is run in the sandbox. It reads the project and runs nothing of it. */
export async function prepareTypeCheck(check: Check, bench: Workbench): Promise<CheckCommand> {
  const toolchain = await nodeToolchain(bench);
  const found = await dependencyFolder(bench, check.cwd, 'typescript');
  const program = posix.join(bench.mountAt, found?.folder ?? 'node_modules/typescript', 'bin/tsc');
  return {
    command: { argv: [process.execPath, program, '--noEmit', '--pretty', 'false', '-p', 'tsconfig.json'], cwd: check.cwd, mounts: toolchain.mounts, env: toolchain.env },
    read: async (result) => typeResults(result, check),
    cleanup: async () => {},
  };
}

/**
 * Each type error is a test that failed, named by file, code and message and not by its line, so that what stood there before is known again.
 * Errors that the check knows from before the change are left out. Without errors there is no test: types prove no behaviour.
 */
export function typeResults(result: SandboxResult, check: Check): Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'> {
  const errors = errorsIn(result.stdout, check.cwd);
  if (result.status !== 'exited' || !EXITS.includes(result.exitCode ?? -1) || (result.exitCode !== 0 && !errors.length)) {
    const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1) ?? '';
    return { tests: [], collected: 0, errors: [{ message: `tsc could not check the types: ${said || `exit ${String(result.exitCode)}`}` }], status: 'broken' };
  }
  const known = new Set(check.known);
  const tests = errors.filter((error) => !known.has(error.id));
  return { tests, collected: tests.length, errors: [], status: tests.length ? 'failed' : 'passed' };
}

function errorsIn(text: string, cwd: string): TestResult[] {
  const found: TestResult[] = [];
  const counts = new Map<string, number>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^(?:(.+?)\((\d+),\d+\): )?error (TS\d+): (.*)$/.exec(line);
    if (!match) {
      if (/^\s+\S/.test(line) && found.length) found.at(-1)!.message += `\n${line.trim()}`;
      continue;
    }
    const [, path, at, code, message] = match;
    const file = path === undefined ? undefined : posix.normalize(posix.join(cwd, path));
    const name = `${file ?? 'tsconfig.json'} > ${code}: ${message}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const inside = file !== undefined && !file.startsWith('../') ? { file, line: Number(at), frames: [{ file, line: Number(at) }] } : {};
    found.push({ id: count === 1 ? name : `${name} (${count})`, ...inside, outcome: 'failed', message: `${code}: ${message}`, errorClass: 'TypeCheck' });
  }
  return found;
}
