import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../core/errors.ts';
import { PYTHON_ENV, importPaths, installedPackages, toolchainOf } from '../../languages/python/check.ts';
import type { RelativePath } from '../../workspace/types.ts';
import type { Place } from '../types.ts';
import { runWorker } from '../worker-run.ts';

const RUNNER = fileURLToPath(new URL('./runner', import.meta.url));
/** Bytes of address space that one fork may take beyond the warmed process. */
const FORK_BYTES = 512 * 1024 * 1024;

/** Where a module stands: its name as tests import it, and the folder that is on the path for it. */
export interface ModuleName {
  module: string;
  folder: string;
}

/** The module of a file: the folders above it that are packages, each with an `__init__.py`. Undefined where a part is no name. */
export function moduleOf(path: RelativePath, files: ReadonlySet<RelativePath>): ModuleName | undefined {
  const parts = path.replace(/\.py$/, '').split('/');
  let first = parts.length - 1;
  while (first > 0 && files.has(`${parts.slice(0, first).join('/')}/__init__.py`)) first -= 1;
  const named = parts.slice(first);
  if (named.at(-1) === '__init__') named.pop();
  if (named.length === 0 || !named.every((part) => /^[\p{L}_][\p{L}\p{N}_]*$/u.test(part))) return undefined;
  return { module: named.join('.'), folder: parts.slice(0, first).join('/') };
}

export type WorkerEvent = { event: string } & Record<string, unknown>;

/**
 * One warmed Python process in the sandbox that does a request, telling events as they come.
 *
 * @param seed PYTHONHASHSEED
 * @throws `sandbox_error` where there is no interpreter or no pytest, or the sandbox could not start; `cancelled`
 */
export async function askWorker(place: Place, request: Record<string, unknown>, seed: number, onEvent: (event: WorkerEvent) => void): Promise<{ ended: boolean; why: string }> {
  const { bench } = place;
  const files = [...place.files];
  const chain = await toolchainOf(bench, '');
  if ('problem' in chain) throw new UntilgreenError('sandbox_error', chain.problem, {}, chain.next);
  const folders = new Set([moduleOf(place.path, place.files)?.folder ?? '', '', ...importPaths(files, '')]);
  const paths = [...[...folders].map((folder) => [bench.mountAt, folder].filter(Boolean).join('/')), ...installedPackages(bench)];
  const why = await runWorker<WorkerEvent>(place, {
    name: 'Python',
    argv: [chain.interpreter.python, '-B', `${RUNNER}/untilgreen_worker.py`],
    env: { ...PYTHON_ENV, PYTHONHASHSEED: String(seed), PATH: [...chain.interpreter.bin, '/usr/local/bin', '/usr/bin', '/bin'].join(':') },
    mounts: [...chain.mounts, { source: RUNNER, target: RUNNER }],
    request: { root: bench.mountAt, paths, tools: chain.tools, memory: FORK_BYTES, file: `${bench.mountAt}/${place.path}`, ...request },
  }, ({ event }) => event === 'done', onEvent);
  return { ended: why === '', why };
}
