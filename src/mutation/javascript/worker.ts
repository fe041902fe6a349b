import { fileURLToPath } from 'node:url';
import { nodeToolchain } from '../../languages/javascript/toolchain.ts';
import type { Place } from '../types.ts';
import { runWorker } from '../worker-run.ts';

const RUNNER = fileURLToPath(new URL('./runner', import.meta.url));
/** The stand-in for node:test and vitest. */
export const STAND_IN = `${RUNNER}/untilgreen-runner.mjs`;

export type WorkerEvent = { event: string } & Record<string, unknown>;

/**
 * One Node process in the sandbox that does a request, telling events as they come.
 *
 * @param zone time zone: what a test says of local time has to hold in another one too, or be left out
 * @throws `sandbox_error` where the sandbox could not start; `cancelled`
 */
export async function askWorker(place: Place, request: Record<string, unknown>, onEvent: (event: WorkerEvent) => void, zone = 'UTC'): Promise<{ ended: boolean; why: string }> {
  const { bench } = place;
  const chain = await nodeToolchain(bench);
  const why = await runWorker<WorkerEvent>(place, {
    name: 'Node',
    argv: [process.execPath, '--no-warnings', `${RUNNER}/untilgreen-worker.mjs`],
    env: { ...chain.env, TZ: zone },
    mounts: [...chain.mounts, { source: RUNNER, target: RUNNER }],
    request: { root: bench.mountAt, ...request },
  }, ({ event }) => event === 'done', onEvent);
  return { ended: why === '', why };
}
