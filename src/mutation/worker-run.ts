import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { UntilgreenError } from '../core/errors.ts';
import type { SandboxCommand } from '../sandbox/types.ts';
import type { Place } from './types.ts';

/** Wall time of one worker: many mutants, each with its own shorter time. */
const WORKER_MS = 540_000;

/** What is left to say of a worker. */
export interface WorkerCommand extends Pick<SandboxCommand, 'argv' | 'cwd' | 'env' | 'mounts'> {
  /** What is started, for the error: `Node`. */
  name: string;
  /** Processes and threads, where the sandbox's default is too few. */
  processes?: number;
  /** What it reads as JSON, besides `nonce` and `workers`. */
  request: Record<string, unknown>;
}

/**
 * Runs a process in the sandbox that takes one request on standard input and tells events as they come: lines that begin with the nonce of the
 * request and go on as JSON. Everything else that it prints is the project's.
 *
 * @returns why it ended early, in words; empty where the worker told that it was done
 * @throws `sandbox_error` where the sandbox could not start; `cancelled`
 */
export async function runWorker<E extends object>(place: Place, { argv, cwd, env, mounts = [], name, processes, request }: WorkerCommand, isDone: (event: E) => boolean, onEvent: (event: E) => void): Promise<string> {
  const { bench, sandbox, signal } = place;
  const nonce = randomBytes(12).toString('hex');
  let rest = '';
  let done = false;
  const take = (text: string): void => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith(nonce)) continue;
      const event = JSON.parse(line.slice(nonce.length)) as E;
      if (isDone(event)) done = true;
      else onEvent(event);
    }
  };
  const result = await sandbox.run({
    argv, cwd, env,
    workspace: bench.root,
    mountAt: bench.mountAt,
    mounts: [...bench.mounts, ...mounts],
    limits: { wallMs: WORKER_MS, memoryBytes: 4 * 1024 ** 3, outputBytes: 32 * 1024 ** 2, ...(processes === undefined ? {} : { processes }) },
    stdin: JSON.stringify({ nonce, workers: place.workers ?? Math.min(4, availableParallelism()), ...request }),
    onOutput: (stream, text) => {
      if (stream === 'stdout') take(text);
    },
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? `The sandbox could not start ${name}.`);
  return done ? '' : `${result.status === 'exited' ? `exit ${result.exitCode}` : result.status}: ${result.stderr.trim().split('\n').slice(-3).join(' ')}`;
}
