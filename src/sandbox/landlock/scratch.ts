import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { giveBackNoted } from './handover.ts';
import { isPrivate, tasksOf } from './identity.ts';
import { notesIn, scratchPrefix, staleFolders } from './notes.ts';

const SHARED_MEMORY = '/dev/shm';

/** The private folder of one command: its TMPDIR, with its HOME inside. Gone when the command is. */
export interface Scratch {
  tmp: string;
  home: string;
  /** A file beside it, out of the command's reach. */
  notes: string;
  remove(): void;
}

/** @param uid who runs the command, where that is not this process's user */
export function makeScratch(uid: number | undefined): Scratch {
  const base = mkdtempSync(scratchPrefix());
  // Nobody finds the folder inside without its name, and who does may not enter; the user who runs the command passes through here.
  chmodSync(base, 0o711);
  const tmp = join(base, 'tmp');
  const home = join(tmp, 'home');
  for (const path of [tmp, home]) {
    mkdirSync(path, { mode: 0o700 });
    if (uid !== undefined) chownSync(path, uid, uid);
  }
  return { tmp, home, notes: notesIn(base), remove: () => removeTree(base) };
}

/** Removes what processes that were killed left behind, and gives back what they had handed over. */
export function removeStaleScratch(): void {
  for (const path of staleFolders()) {
    if (existsSync(notesIn(path))) giveBackNoted(notesIn(path));
    removeTree(path);
  }
}

/** Removes from shared memory what uids that are nobody's left there and hold no more. Only root can, and only root's commands have such uids. */
export function removeStaleShared(): void {
  if (process.geteuid?.() !== 0 || !existsSync(SHARED_MEMORY)) return;
  for (const name of readdirSync(SHARED_MEMORY)) {
    const path = join(SHARED_MEMORY, name);
    const uid = lstatSync(path, { throwIfNoEntry: false })?.uid;
    if (uid !== undefined && isPrivate(uid) && tasksOf(uid) === 0) removeTree(path);
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
