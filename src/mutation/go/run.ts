import { fileURLToPath } from 'node:url';
import { builtProgram } from '../../languages/go/program.ts';
import type { Place } from '../types.ts';
import { runWorker } from '../worker-run.ts';
import type { Build } from './build.ts';
import { packageOf } from './package.ts';

const RUNNER = fileURLToPath(new URL('./runner/', import.meta.url));

export interface Job {
  id: number;
  /** 0: the present code; else the mutation's id and 1. */
  mutant: number;
  cases?: readonly number[];
  attempts?: readonly { run: string }[];
  resume?: boolean;
  shuffle?: string;
  /** Seconds of processor time, of a case or of an attempt. */
  cpu: number;
  /** Seconds on the wall, of all of it. */
  wall: number;
}

export interface Done {
  id: number;
  lines?: unknown[];
  exit: number;
  output?: string;
  hits?: number[];
  ended?: Record<string, 'timeout' | 'crashed'>;
  late: boolean;
  seconds: number;
}

/**
 * Runs a built test binary in the sandbox, once for each job, by a small program of ours.
 *
 * @throws `sandbox_error` where the sandbox could not start; `tool_failed` where the program cannot be built; `cancelled`
 */
export async function runJobs(place: Place, built: Build, jobs: readonly Job[], observe = false): Promise<{ done: Map<number, Done>; why: string }> {
  const { bench } = place;
  const runner = await builtProgram(RUNNER, 'go-mutation-runner');
  const done = new Map<number, Done>();
  const { env, mounts } = built.environment;
  const { folder } = await packageOf(place);
  const why = await runWorker<Done | { done: true }>(place, {
    name: 'the tests',
    argv: [runner],
    cwd: folder,
    env: { ...env, GOMAXPROCS: '2' },
    mounts: [...mounts, { source: built.folder, target: built.folder }, { source: runner, target: runner }],
    processes: 1024,
    request: { binary: built.binary, folder: [bench.mountAt, folder].filter(Boolean).join('/'), scratch: '/tmp', marks: built.marks.length, observe, jobs },
  }, (event) => 'done' in event, (event) => {
    if (!('done' in event)) done.set(event.id, event);
  });
  return { done, why };
}
