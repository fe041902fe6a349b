import { closeSync, constants, fstatSync, lchownSync, lstatSync, openSync, readdirSync } from 'node:fs';
import { isPrivate } from './identity.ts';

/** Folders deeper than this are not looked into: each level holds a descriptor. */
const DEEPEST = 200;

const given = new Map<string, number>();

type Decide = (uid: number, gid: number) => { uid: number; gid: number } | undefined;

/**
 * Gives what root owns below a folder to an unprivileged uid for the time of a command. Commands in the same folder share it: the first
 * takes it over, the last gives it back. A file with a second name stays root's: the other may be outside. What a killed
 * agent did not give back, the next command in that folder takes over and gives back.
 *
 * @returns gives it back
 */
export function handOver(folder: string, uid: number): () => void {
  const runs = given.get(folder) ?? 0;
  given.set(folder, runs + 1);
  const { gid } = lstatSync(folder);
  const home = isPrivate(gid) ? 0 : gid;
  const giveBack = (): void => {
    const left = (given.get(folder) ?? 1) - 1;
    if (left > 0) return void given.set(folder, left);
    given.delete(folder);
    walk(folder, (owner, group) => (owner === uid ? { uid: 0, gid: group === uid ? home : group } : undefined));
  };
  try {
    if (runs === 0) walk(folder, (owner, group) => (owner === 0 || (isPrivate(owner) && owner !== uid) ? { uid, gid: group } : undefined));
  } catch (thrown) {
    giveBack();
    throw thrown;
  }
  return giveBack;
}

function walk(folder: string, decide: Decide): void {
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    visit(fd, decide, 0);
    const next = decide(fstatSync(fd).uid, fstatSync(fd).gid);
    if (next) lchownSync(folder, next.uid, next.gid);
  } finally {
    closeSync(fd);
  }
}

/** Everything is reached through a folder held open, so that no command that still runs can lead this process elsewhere with a link. */
function visit(fd: number, decide: Decide, depth: number): void {
  for (const name of readdirSync(`/proc/self/fd/${fd}`)) {
    const path = `/proc/self/fd/${fd}/${name}`;
    try {
      const entry = lstatSync(path);
      if (entry.isDirectory() && depth < DEEPEST) {
        const below = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
        try {
          visit(below, decide, depth + 1);
        } finally {
          closeSync(below);
        }
      } else if (entry.nlink > 1 && !entry.isDirectory()) continue;
      const next = decide(entry.uid, entry.gid);
      if (next) lchownSync(path, next.uid, next.gid);
    } catch (thrown) {
      // Removed or swapped by a command that still runs.
      if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    }
  }
}
