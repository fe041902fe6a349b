import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmdirSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isWithin } from './place.ts';
import type { Place } from './place.ts';

type Placeholder = 'nothing' | 'directory' | 'file';
const standing = new Map<string, { runs: number; source: string; stood: Placeholder }>();

/**
 * Shows mounts into the workspace where nothing can be mounted: as symbolic links for the time of a command. Commands that run in
 * the workspace together share a link; the last one takes it away.
 *
 * @returns takes the links away again
 */
export function linkMounts(place: Place): () => void {
  const taken: string[] = [];
  for (const { source, target } of place.mounts) {
    if (!isWithin(place.mountAt, target)) continue;
    const path = join(place.root, target.slice(place.mountAt.length));
    const link = standing.get(path);
    if (link) link.runs += 1;
    else {
      const stood = placeholderAt(path);
      if (stood === 'taken') continue;
      mkdirSync(dirname(path), { recursive: true });
      if (stood === 'directory') rmdirSync(path);
      if (stood === 'file') unlinkSync(path);
      symlinkSync(source, path);
      standing.set(path, { runs: 1, source, stood });
    }
    taken.push(path);
  }
  return () => taken.forEach(unlink);
}

function unlink(path: string): void {
  const link = standing.get(path);
  if (!link || (link.runs -= 1) > 0) return;
  standing.delete(path);
  // The command may have put something of its own there.
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() || readlinkSync(path) !== link.source) return;
  unlinkSync(path);
  if (link.stood === 'directory') mkdirSync(path);
  if (link.stood === 'file') writeFileSync(path, '');
}

/** What stands where a link is to go: a workbench keeps an empty directory or file where a mount will be. */
function placeholderAt(path: string): Placeholder | 'taken' {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  if (!entry) return 'nothing';
  if (entry.isDirectory() && readdirSync(path).length === 0) return 'directory';
  if (entry.isFile() && entry.size === 0) return 'file';
  return 'taken';
}
