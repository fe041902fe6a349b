import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UntilgreenError } from '../../core/errors.ts';
import { nodeToolchain } from '../../languages/javascript/toolchain.ts';
import type { Place } from '../types.ts';

const RUNNER = fileURLToPath(new URL('./runner', import.meta.url));
/** The stand-in for node:test and vitest. */
export const STAND_IN = `${RUNNER}/untilgreen-runner.mjs`;
/** Wall time of one worker: many mutants, each with its own shorter time. */
const WORKER_MS = 540_000;

export type WorkerEvent = { event: string } & Record<string, unknown>;

/**
 * One Node process in the sandbox that does a request, telling events as they come.
 *
 * @param zone time zone: what a test says of local time has to hold in another one too, or be left out
 * @throws `sandbox_error` where the sandbox could not start; `cancelled`
 */
export async function askWorker(place: Place, request: Record<string, unknown>, onEvent: (event: WorkerEvent) => void, zone = 'UTC'): Promise<{ ended: boolean; why: string }> {
  const { bench, sandbox } = place;
  const chain = await nodeToolchain(bench);
  const nonce = randomBytes(12).toString('hex');
  const workers = place.workers ?? Math.min(4, availableParallelism());
  let rest = '';
  let done = false;
  const take = (text: string): void => {
    rest += text;
    const lines = rest.split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith(nonce)) continue;
      const event = JSON.parse(line.slice(nonce.length)) as WorkerEvent;
      if (event.event === 'done') done = true;
      else onEvent(event);
    }
  };
  const result = await sandbox.run({
    argv: [process.execPath, '--no-warnings', `${RUNNER}/untilgreen-worker.mjs`],
    workspace: bench.root,
    mountAt: bench.mountAt,
    env: { ...chain.env, TZ: zone },
    mounts: [...bench.mounts, ...chain.mounts, { source: RUNNER, target: RUNNER }],
    limits: { wallMs: WORKER_MS, memoryBytes: 4 * 1024 ** 3, outputBytes: 32 * 1024 ** 2 },
    stdin: JSON.stringify({ nonce, root: bench.mountAt, workers, ...request }),
    onOutput: (stream, text) => {
      if (stream === 'stdout') take(text);
    },
    ...(place.signal ? { signal: place.signal } : {}),
  });
  place.signal?.throwIfAborted();
  if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox could not start Node.');
  return { ended: done, why: done ? '' : `${result.status === 'exited' ? `exit ${result.exitCode}` : result.status}: ${result.stderr.trim().split('\n').slice(-3).join(' ')}` };
}
