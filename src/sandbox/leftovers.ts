import { lstatSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder of ours in the temporary directory. */
export interface OwnFolder {
  path: string;
  name: string;
  /** What the pattern's first group holds: who made it. */
  mark: string;
}

/**
 * Folders in the temporary directory whose names the pattern fits. What another user gave such a name is left out: it may be a pipe that is
 * never read to its end, or a tree in which links come and go while it is walked through.
 *
 * @param options.asRoot also those of others, for folders that root gives away; they are removed by a program that follows no link
 */
export function ownFolders(pattern: RegExp, options: { asRoot?: boolean } = {}): OwnFolder[] {
  const me = process.geteuid?.();
  let names: string[];
  try {
    names = readdirSync(tmpdir());
  } catch {
    return []; // it may be written without being listed; then nothing is found in it
  }
  return names.flatMap((name) => {
    const mark = pattern.exec(name)?.[1];
    if (mark === undefined) return [];
    const path = join(tmpdir(), name);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry?.isDirectory() && (entry.uid === me || (options.asRoot && me === 0)) ? [{ path, name, mark }] : [];
  });
}
