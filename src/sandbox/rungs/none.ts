import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isWithin, resolvePlace } from '../place.ts';
import { supervise } from '../supervise.ts';
import { BASE_ENV } from '../view.ts';
import type { RungBackend } from './types.ts';

/**
 * No sandbox at all: a plain process with a clean environment, wall, output and disk limits. Only ever used when it was asked for
 * aloud (`--sandbox none`), and every result says so. Paths inside are the host's; mounts into the workspace become
 * symbolic links for the time of the command.
 */
export const noSandbox: RungBackend = {
  rung: 'none',
  guarantees: { rung: 'none', network: 'host', loopback: true, memory: 'none', processes: 'none', disk: 'polled', filesystem: 'host' },
  async prepare() {
    return undefined;
  },
  async run(command, limits) {
    const place = resolvePlace(command);
    const links = place.mounts.flatMap(({ source, target }) => {
      if (!isWithin(place.mountAt, target)) return [];
      const path = join(place.root, target.slice(place.mountAt.length));
      const stands = placeholderAt(path);
      if (stands === 'taken') return [];
      mkdirSync(dirname(path), { recursive: true });
      if (stands === 'directory') rmdirSync(path);
      if (stands === 'file') unlinkSync(path);
      symlinkSync(source, path);
      return [{ path, stands }];
    });
    const home = mkdtempSync(join(tmpdir(), 'untilgreen-home-'));
    try {
      return await supervise(
        {
          rung: 'none',
          argv: command.argv,
          cwd: join(place.root, command.cwd ?? ''),
          env: { ...BASE_ENV, PATH: process.env.PATH ?? BASE_ENV.PATH ?? '', HOME: home, ...command.env },
          feeds: [],
          launcher: false,
          root: place.root,
        },
        command,
        limits,
        { check: () => undefined, kill() {}, stats: () => ({}), async close() {} },
      );
    } finally {
      for (const { path, stands } of links) {
        unlinkSync(path);
        if (stands === 'directory') mkdirSync(path);
        if (stands === 'file') writeFileSync(path, '');
      }
      rmSync(home, { recursive: true, force: true });
    }
  },
};

/** What stands where a link is to go: a workbench keeps an empty directory or file where a mount will be. */
function placeholderAt(path: string): 'nothing' | 'directory' | 'file' | 'taken' {
  const s = lstatSync(path, { throwIfNoEntry: false });
  if (!s) return 'nothing';
  if (s.isDirectory() && readdirSync(path).length === 0) return 'directory';
  if (s.isFile() && s.size === 0) return 'file';
  return 'taken';
}
