// What a package's own tests and type check tell, run in the sandbox.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { toolPaths } from '../../src/sandbox/tool-paths.ts';
import type { Mount, Sandbox, SandboxResult } from '../../src/sandbox/types.ts';
import type { Package } from './packages.mts';
import type { Health } from './types.mts';

/** Tests, type check and imports of a package; one object for a run of the bench. */
export class Examiner {
  constructor(private readonly sandbox: Sandbox, private readonly work: string) {}

  /** The type check is left out where tests fail that did not before: the verdict is clear then, and `types` is -1. */
  async examine(pack: Package, copy: string, before?: Health): Promise<Health> {
    const tests = await this.run(pack, copy, pack.tests);
    const { passed, failed } = counts(pack, `${tests.stdout}\n${tests.stderr}`);
    const health: Health = { passed, failed, types: -1 };
    if (before === undefined || (passed >= before.passed && failed <= before.failed)) health.types = typeErrors(pack, await this.run(pack, copy, pack.types));
    if (passed === 0 || tests.status !== 'exited') health.broken = `${tests.status}: ${`${tests.stdout}\n${tests.stderr}`.trim().slice(-1_500)}`;
    return health;
  }

  /** Python modules that cannot be imported alone, each in a process of its own, with the last line of what was said. */
  async notImportable(pack: Package, copy: string, paths: readonly string[]): Promise<string[]> {
    const modules = paths.flatMap((path) => {
      const root = pack.roots?.find((one) => one === '.' || path.startsWith(`${one}/`));
      if (root === undefined || !path.endsWith('.py') || /(^|\/)(tests?|docs)\//.test(path) || !existsSync(join(copy, path))) return [];
      const inside = root === '.' ? path : path.slice(root.length + 1);
      return /^(test|setup)\.py$|__main__\.py$/.test(inside) ? [] : [inside.replace(/(\/__init__)?\.py$/, '').replaceAll('/', '.')];
    });
    if (modules.length === 0) return [];
    const script = 'import subprocess, sys\nfor name in sys.argv[1:]:\n  done = subprocess.run([sys.executable, "-c", "import " + name], capture_output=True, text=True)\n  if done.returncode: print(name + ": " + done.stderr.strip().splitlines()[-1])';
    const { stdout, status } = await this.run(pack, copy, ['python', '-c', script, ...modules]);
    return status === 'exited' ? stdout.split('\n').filter(Boolean) : [`imports: ${status}`];
  }

  private async run(pack: Package, copy: string, argv: readonly string[]): Promise<SandboxResult> {
    const [program = '', ...rest] = argv;
    const env: Record<string, string> = { NO_COLOR: '1', CI: '1', ...pack.env };
    const mounts: Mount[] = [];
    const python = pack.pip && join(this.work, 'python', pack.pip.environment);
    const names = ['node', 'python3', ...(pack.tongue === 'go' ? ['go'] : [])];
    const tools = await toolPaths(names);
    mounts.push(...tools.mounts);
    let head = [tools.programs[program] ?? program];
    if (python) {
      mounts.push(readOnly(python));
      env.PYTHONPATH = (pack.roots ?? []).map((root) => join(copy, root)).join(':');
      env.PYTHONDONTWRITEBYTECODE = '1';
      if (program === 'python') head = [join(python, 'bin', 'python')];
    }
    if (program === 'basedpyright') {
      const folder = join(this.work, 'tools', 'node');
      mounts.push(readOnly(folder));
      head = [tools.programs.node ?? 'node', join(folder, 'node_modules', 'basedpyright', 'index.js')];
    }
    if (pack.tongue === 'go') {
      const cache = join(this.work, 'go-build');
      mkdirSync(cache, { recursive: true });
      mounts.push({ source: cache, target: cache, writable: true }, readOnly(goModules()));
      Object.assign(env, { GOCACHE: cache, GOMODCACHE: goModules(), GOFLAGS: '-mod=mod', GOPROXY: 'off', GOTOOLCHAIN: 'local', PATH: tools.path });
    }
    const args = rest.map((arg) => (arg === 'PYTHON' && python ? join(python, 'bin', 'python') : arg));
    const result = await this.sandbox.run({ argv: [...head, ...args], workspace: copy, mounts, env: { PATH: tools.path, ...env }, limits: { wallMs: 400_000, memoryBytes: 6 * 2 ** 30, processes: 2_048, outputBytes: 4 * 2 ** 20 } });
    // Says nothing about the package: no verdict may come of it.
    if (result.status === 'sandbox_error') throw new Error(`The sandbox does not work: ${result.error}`);
    return result;
  }
}

const readOnly = (path: string): Mount => ({ source: realpathSync(path), target: path });

let modules: string | undefined;
export function goModules(): string {
  return (modules ??= execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim());
}

const last = (text: string, pattern: RegExp): number => Number([...text.matchAll(pattern)].at(-1)?.[1] ?? 0);

/** Reads the summary that the test framework prints at its end. */
function counts({ tests }: Package, output: string): { passed: number; failed: number } {
  const framework = tests.find((word) => /^pytest$|jest|vitest|ava|^test$/.test(word)) ?? '';
  if (framework.includes('ava')) return { passed: last(output, /^# pass (\d+)/gm), failed: last(output, /^# fail (\d+)/gm) };
  if (framework.includes('jest')) return { passed: last(output, /^Tests:.*?(\d+) passed/gm), failed: last(output, /^Tests:.*?(\d+) failed/gm) + last(output, /^Test Suites:.*?(\d+) failed/gm) };
  if (framework.includes('vitest')) return { passed: last(output, /^ *Tests .*?(\d+) passed/gm), failed: last(output, /^ *Tests .*?(\d+) failed/gm) + last(output, /^ *Test Files .*?(\d+) failed/gm) };
  if (framework === 'test') return { passed: [...output.matchAll(/^ *--- PASS/gm)].length, failed: [...output.matchAll(/^ *--- FAIL|^FAIL\t|^panic:/gm)].length };
  return { passed: last(output, /(\d+) passed/g), failed: last(output, /(\d+) failed/g) + last(output, /(\d+) errors?\b/g) };
}

function typeErrors({ types }: Package, { stdout, stderr, status, exitCode }: SandboxResult): number {
  if (status !== 'exited') throw new Error(`The type check ended with ${status}: ${stderr.slice(-500)}`);
  const output = `${stdout}\n${stderr}`;
  if (types[0] === 'go') return [...output.matchAll(/^(vet: )?\S+\.go:\d+/gm)].length || Number(exitCode !== 0);
  if (types[0] === 'node') return [...output.matchAll(/error TS\d+/g)].length;
  const told = /(\d+) errors?,/.exec(output);
  if (!told) throw new Error(`The type check says nothing: ${output.slice(-500)}`);
  return Number(told[1]);
}
