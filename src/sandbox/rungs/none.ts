import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkMounts } from '../mount-links.ts';
import { resolvePlace } from '../place.ts';
import { RealPaths } from '../real-paths.ts';
import { supervise } from '../supervise.ts';
import { BASE_ENV } from '../view.ts';
import type { RungBackend } from './types.ts';

/**
 * No sandbox at all: a plain process with a clean environment, wall, output and disk limits. Only ever used when it was asked for
 * aloud (`--sandbox none`), and every result says so. Paths inside are the host's, those of the command's words are rewritten to them; mounts
 * into the workspace become symbolic links for the time of the command.
 */
export const noSandbox: RungBackend = {
  rung: 'none',
  guarantees: { rung: 'none', network: 'host', loopback: true, memory: 'none', processes: 'none', disk: 'polled', filesystem: 'host' },
  async prepare() {
    return undefined;
  },
  async run(command, limits) {
    const place = resolvePlace(command);
    const unlink = linkMounts(place);
    const home = mkdtempSync(join(tmpdir(), 'untilgreen-home-'));
    try {
      const paths = new RealPaths(place);
      const real = paths.command(command);
      const result = await supervise(
        {
          rung: 'none',
          argv: real.argv,
          cwd: join(place.root, command.cwd ?? ''),
          env: { ...BASE_ENV, PATH: process.env.PATH ?? BASE_ENV.PATH ?? '', HOME: home, ...paths.env(command.env) },
          feeds: [],
          launcher: false,
          root: place.root,
        },
        real,
        limits,
        { check: () => undefined, kill() {}, stats: () => ({}), async close() {} },
      );
      return paths.result(result);
    } finally {
      unlink();
      rmSync(home, { recursive: true, force: true });
    }
  },
};
