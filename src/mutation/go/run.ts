import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../core/errors.ts';
import { builtProgram } from '../../languages/go/program.ts';
import type { Place } from '../types.ts';
import type { Build } from './build.ts';
import { packageOf } from './package.ts';

const RUNNER = fileURLToPath(new URL('./runner/', import.meta.url));
/** Wall time of one batch: each mutant has its own, shorter one. */
const BATCH_MS = 540_000;

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
  const { bench, sandbox, signal } = place;
  const runner = await builtProgram(RUNNER, 'go-mutation-runner');
  const nonce = randomBytes(12).toString('hex');
  const found = new Map<number, Done>();
  let rest = '';
  let ended = false;
  const take = (text: string): void => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith(nonce)) continue;
      const one = JSON.parse(line.slice(nonce.length)) as Done | { done: true };
      if ('done' in one) ended = true;
      else found.set(one.id, one);
    }
  };
  const { env, mounts } = built.environment;
  const { folder } = await packageOf(place);
  const result = await sandbox.run({
    argv: [runner],
    workspace: bench.root,
    mountAt: bench.mountAt,
    cwd: folder,
    env: { ...env, GOMAXPROCS: '2' },
    mounts: [...bench.mounts, ...mounts, { source: built.folder, target: built.folder }, { source: runner, target: runner }],
    limits: { wallMs: BATCH_MS, memoryBytes: 4 * 1024 ** 3, outputBytes: 32 * 1024 ** 2, processes: 1024 },
    stdin: JSON.stringify({ nonce, binary: built.binary, folder: [bench.mountAt, folder].filter(Boolean).join('/'), scratch: '/tmp', workers: place.workers ?? Math.min(4, availableParallelism()), marks: built.marks.length, observe, jobs }),
    onOutput: (stream, text) => {
      if (stream === 'stdout') take(text);
    },
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox could not start the tests.');
  return { done: found, why: ended ? '' : `${result.status === 'exited' ? `exit ${result.exitCode}` : result.status}: ${result.stderr.trim().split('\n').slice(-3).join(' ')}` };
}
