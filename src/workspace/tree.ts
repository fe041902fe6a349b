import { execFile } from 'node:child_process';
import { chown, lstat, mkdir, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { holdParent } from './paths.ts';
import type { RelativePath } from './types.ts';

const run = promisify(execFile);

/**
 * Removes a tree whatever programs made of it: paths deeper than the system's limit, directories without permissions. The
 * system's `rm` walks by descriptor and follows no link.
 */
export async function removeTree(path: string): Promise<void> {
  if (!(await lstat(path).then(() => true, () => false))) return;
  try {
    await run('rm', ['-rf', '--', path]);
  } catch {
    // A directory without write permission keeps its entries from an ordinary user until it is opened up.
    await run('chmod', ['-R', 'u+rwX', '--', path]).catch(() => undefined);
    await run('rm', ['-rf', '--', path]);
  }
}

/** Runs `work` on all items, at most `width` at a time; the first failure stops the rest. */
export async function pooled<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Removes directories that deleting `path` left empty, upwards, as far as `stop` allows. */
export async function removeEmptied(root: string, path: RelativePath, stop: (directory: RelativePath) => boolean): Promise<void> {
  for (let at = dirname(path); at !== '.' && !stop(at); at = dirname(at)) {
    const parent = await holdParent(root, at).catch(() => undefined);
    if (!parent) return;
    try {
      await rmdir(parent.directory.entry(parent.name));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT') continue;
      // Not empty, or not ours to remove: it stays.
      return;
    } finally {
      await parent.directory.close();
    }
  }
}

/** Makes directories inside a tree of our own, parents first. */
export async function makeDirectories(root: string, paths: Iterable<RelativePath>, owner?: { uid: number; gid: number }): Promise<void> {
  for (const path of [...new Set(paths)].toSorted()) {
    const made = await mkdir(join(root, path)).then(() => true, (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    });
    if (made && owner) await chown(join(root, path), owner.uid, owner.gid);
  }
}

export function parentsOf(path: RelativePath): RelativePath[] {
  const parents: RelativePath[] = [];
  for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) parents.push(path.slice(0, at));
  return parents;
}
