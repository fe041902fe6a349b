import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../../core/errors.ts';
import type { RelativePath } from '../../../workspace/types.ts';
import type { Problem, RefactorContext } from '../../refactor/types.ts';
import { importPaths, installedPackages, PYTHON_ENV, toolchainOf } from '../check.ts';
import { moduleName } from '../imports.ts';
import { folderOf, isOwnPython, isTestFile } from '../paths.ts';

const LOADER = fileURLToPath(new URL('./loader', import.meta.url));
/** Milliseconds for all modules together, and what one may take of it. */
const ALL_MS = 300_000;
const ONE_MS = 60_000;
/** Scripts that act when they are imported, by their nature. */
const ACTS = /(^|\/)(setup|__main__|noxfile|conftest|tasks|fabfile|manage)\.py$|(^|\/)docs?\/(.*\/)?conf\.py$/;

/** One module that did not load: a line of the loader. */
interface Failure {
  path: RelativePath;
  line: number;
  code: string;
  message: string;
}

/**
 * Imports each module alone in a fresh interpreter in the sandbox, which finds circles from either side. A module that lacks a package
 * of the environment says so before and after alike.
 *
 * @throws `sandbox_error` where there is no interpreter, or where the sandbox ended the command
 */
export async function load(paths: readonly RelativePath[], { bench, sandbox, signal }: RefactorContext): Promise<Problem[]> {
  const wanted = paths.filter((path) => path.endsWith('.py') && isOwnPython(path) && !isTestFile(path) && !ACTS.test(path));
  if (!wanted.length) return [];
  const chain = await toolchainOf(bench, '', 'doctest'); // no test tools are needed
  if ('problem' in chain) throw new UntilgreenError('sandbox_error', chain.problem, {}, chain.next);
  const files = (await bench.list()).map((file) => file.path);
  const modules = wanted.map((path) => ({ path, name: moduleName(path, files) ?? null, root: rootOf(path, files) }));
  const result = await sandbox.run({
    argv: [chain.interpreter.python, `${LOADER}/untilgreen_load.py`],
    workspace: bench.root,
    mountAt: bench.mountAt,
    env: { ...PYTHON_ENV, PATH: [...chain.interpreter.bin, '/usr/local/bin', '/usr/bin', '/bin'].join(':') },
    mounts: [...bench.mounts, ...chain.mounts, { source: LOADER, target: LOADER }],
    limits: { wallMs: ALL_MS },
    stdin: JSON.stringify({ modules, root: bench.mountAt, paths: [...importPaths(files, '').map((path) => `${bench.mountAt}/${path}`), bench.mountAt, ...installedPackages(bench)], seconds: ONE_MS / 1000 }),
    ...(signal ? { signal } : {}),
  });
  if (result.status !== 'exited' || result.exitCode !== 0) {
    signal?.throwIfAborted();
    throw new UntilgreenError('sandbox_error', `The changed modules could not be loaded: ${result.error ?? (result.stderr.trim().split('\n').at(-1) || result.status)}.`, { status: result.status });
  }
  return result.stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line) as Failure);
}

/** The folder above the outermost package of a file. */
function rootOf(path: RelativePath, files: readonly RelativePath[]): string {
  let folder = folderOf(path);
  while (folder && files.includes(`${folder}/__init__.py`)) folder = folderOf(folder);
  return folder;
}
