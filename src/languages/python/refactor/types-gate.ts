import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Workbench } from '../../../workspace/types.ts';
import type { Problem, RefactorContext } from '../../refactor/types.ts';
import { importPaths, installedPackages, PYTHON_ENV, toolchainOf } from '../check.ts';
import { exists } from '../interpreter.ts';
import { at, iniOf, tableAt, tomlOf } from '../manifest.ts';

/** Milliseconds for the whole project without a cache; mypy takes a minute for 3,000 files. */
const CHECK_MS = 300_000;

type Checker = 'mypy' | 'pyright';

/**
 * The project's own mypy or pyright, in the sandbox: only where the project configures it and it stands in the project's environment.
 *
 * @returns undefined where it does not, or where it could not run (no answer that can be read)
 */
export async function types({ bench, sandbox, signal }: RefactorContext): Promise<Problem[] | undefined> {
  const configured = await checkerOf(bench);
  if (!configured) return undefined;
  const chain = await toolchainOf(bench, '', 'doctest');
  if ('problem' in chain || !(await isInstalled(configured.name, chain.interpreter.environment, bench))) return undefined;
  const files = (await bench.list()).map((file) => file.path);
  const target = configured.hasTargets ? [] : ['.'];
  const args = configured.name === 'mypy'
    ? ['--show-error-codes', '--no-color-output', '--no-error-summary', '--no-pretty', '--hide-error-context', '--no-incremental', '--cache-dir=/dev/null', ...target]
    : ['--outputjson'];
  const result = await sandbox.run({
    argv: [chain.interpreter.python, '-m', configured.name, ...args],
    workspace: bench.root,
    mountAt: bench.mountAt,
    env: {
      ...PYTHON_ENV,
      PATH: [...chain.interpreter.bin, '/usr/local/bin', '/usr/bin', '/bin'].join(':'),
      MYPYPATH: [...importPaths(files, '').map((path) => `${bench.mountAt}/${path}`), ...installedPackages(bench)].join(':'),
    },
    mounts: [...bench.mounts, ...chain.mounts],
    limits: { wallMs: CHECK_MS, outputBytes: 16 * 1024 * 1024 },
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  // 0: no errors, 1: errors; anything else is a checker that could not do its work.
  if (result.status !== 'exited' || (result.exitCode !== 0 && result.exitCode !== 1)) return undefined;
  return configured.name === 'mypy' ? mypyProblems(result.stdout, result.exitCode) : pyrightProblems(result.stdout, bench.mountAt);
}

async function checkerOf(bench: Workbench): Promise<{ name: Checker; hasTargets: boolean } | undefined> {
  const read = async (name: string): Promise<string | undefined> => ((await bench.exists(name)) ? (await bench.readText(name)).text : undefined);
  const pyproject = tomlOf((await read('pyproject.toml')) ?? '');
  for (const file of ['mypy.ini', '.mypy.ini', 'setup.cfg']) {
    const section = iniOf((await read(file)) ?? '')['mypy'];
    if (section) return { name: 'mypy', hasTargets: ['files', 'packages', 'modules'].some((key) => key in section) };
  }
  const mypy = tableAt(pyproject, 'tool', 'mypy');
  if (mypy) return { name: 'mypy', hasTargets: ['files', 'packages', 'modules'].some((key) => key in mypy) };
  const pyright = (await bench.exists('pyrightconfig.json')) || at(pyproject, 'tool', 'pyright') !== undefined;
  return pyright ? { name: 'pyright', hasTargets: true } : undefined;
}

async function isInstalled(name: Checker, environment: string | undefined, bench: Workbench): Promise<boolean> {
  if (environment === undefined) return false;
  const libraries = join(bench.source, environment, 'lib');
  for (const library of await readdir(libraries).catch(() => [] as string[])) {
    if (await exists(join(libraries, library, 'site-packages', name, '__init__.py'))) return true;
  }
  return false;
}

/** `src/app.py:3: error: Name "x" is not defined  [name-defined]`. Undefined where it complains without naming a place. */
export function mypyProblems(output: string, exitCode: number): Problem[] | undefined {
  const problems = output.split('\n').flatMap((line): Problem[] => {
    const match = /^(.+?):(\d+)(?::\d+)?: error: (.*?)(?:\s+\[([\w-]+)\])?$/.exec(line);
    return match ? [{ path: match[1]!.replace(/^\.\//, ''), line: Number(match[2]), code: match[4] ?? 'mypy', message: match[3]! }] : [];
  });
  return exitCode !== 0 && !problems.length ? undefined : problems;
}

export function pyrightProblems(output: string, root: string): Problem[] | undefined {
  try {
    const { generalDiagnostics } = JSON.parse(output) as { generalDiagnostics: { file: string; severity: string; message: string; rule?: string; range?: { start: { line: number } } }[] };
    return generalDiagnostics
      .filter((d) => d.severity === 'error')
      .map((d) => ({ path: d.file.startsWith(`${root}/`) ? d.file.slice(root.length + 1) : d.file, line: (d.range?.start.line ?? 0) + 1, code: d.rule ?? 'pyright', message: d.message.split('\n')[0]! }));
  } catch {
    return undefined; // its first start wants to fetch itself, and there is no network
  }
}
