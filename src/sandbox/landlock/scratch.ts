import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = 'untilgreen-landlock-';

/** The private folder of one command: its TMPDIR, with its HOME inside. Gone when the command is. */
export interface Scratch {
  tmp: string;
  home: string;
  remove(): void;
}

/** @param user who runs the command, where that is not this process's user */
export function makeScratch(user: { uid: number; gid: number } | undefined): Scratch {
  const base = mkdtempSync(join(tmpdir(), `${NAME}${process.pid}-`));
  // Nobody finds the folder inside without its name, and who does may not enter; the user who runs the command passes through here.
  chmodSync(base, 0o711);
  const tmp = join(base, 'tmp');
  const home = join(tmp, 'home');
  for (const path of [tmp, home]) {
    mkdirSync(path, { mode: 0o700 });
    if (user) chownSync(path, user.uid, user.gid);
  }
  return { tmp, home, remove: () => removeTree(base) };
}

/** Removes what processes that were killed left behind. */
export function removeStaleScratch(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${NAME}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || lstatSync(`/proc/${pid}`, { throwIfNoEntry: false })) continue;
    const path = join(tmpdir(), name);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (entry?.isDirectory() && entry.uid === process.geteuid?.()) removeTree(path);
  }
}

/** Also where folders are closed or lie deeper than a path can be long. */
function removeTree(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    spawnSync('/bin/sh', ['-c', 'chmod -R u+rwx -- "$1"; rm -rf -- "$1"', 'sh', path], { env: { PATH: '/usr/bin:/bin' } });
  }
}
