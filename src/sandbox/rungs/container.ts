import { findEngine } from '../container/detect.ts';
import type { Found } from '../container/detect.ts';
import { reapStale } from '../container/names.ts';
import { runContainer } from '../container/run.ts';
import type { RungBackend } from './types.ts';

let found: Found | undefined;
let reaped = false;

/**
 * Rung C: a container of podman or docker for each command. Its tree is an image of ours: what a project needs of the host beyond the image
 * must be a mount. Programs below /usr are the image's own, found by their name.
 */
export const container: RungBackend = {
  rung: 'C',
  guarantees: { rung: 'C', network: 'none', loopback: true, memory: 'hard', processes: 'hard', disk: 'polled', filesystem: 'image' },
  async prepare() {
    const now = await findEngine();
    if (!('engine' in now)) {
      found = undefined;
      return now;
    }
    if (!reaped) await reapStale(now.engine);
    reaped = true;
    found = now;
    return undefined;
  },
  restsOn: () => JSON.stringify(found),
  async run(command, limits) {
    if (!found) throw new Error('rung C was not prepared');
    return runContainer(found.engine, found.image, command, limits);
  },
};
