import { lchownSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isPrivate } from './identity.ts';

const given = new Map<string, number>();

/**
 * Gives what root owns below a folder to an unprivileged uid for the time of a command. Commands of the same folder share it; the last one to
 * end gives it back. Both walks are taken while nothing of the command runs. A file with a second name stays root's: it
 * may be one outside.
 *
 * @returns gives it back
 */
export function handOver(folder: string, uid: number): () => void {
  const runs = given.get(folder) ?? 0;
  given.set(folder, runs + 1);
  const group = lstatSync(folder).gid;
  const home = isPrivate(group) ? 0 : group;
  walk(folder, (owner, gid) => (owner === 0 || (isPrivate(owner) && owner !== uid) ? { uid, gid } : undefined));
  return () => {
    const left = (given.get(folder) ?? 1) - 1;
    if (left > 0) return void given.set(folder, left);
    given.delete(folder);
    walk(folder, (owner, gid) => (owner === uid ? { uid: 0, gid: gid === uid ? home : gid } : undefined));
  };
}

function walk(folder: string, decide: (uid: number, gid: number) => { uid: number; gid: number } | undefined): void {
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    try {
      const entry = lstatSync(path);
      if (entry.isDirectory()) for (const name of readdirSync(path)) open.push(join(path, name));
      else if (entry.nlink > 1) continue;
      const next = decide(entry.uid, entry.gid);
      if (next) lchownSync(path, next.uid, next.gid);
    } catch (thrown) {
      // Gone meanwhile, or deeper than a path can be long: the command made that, and it stays its own.
      if (!['ENOENT', 'ENAMETOOLONG'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    }
  }
}
