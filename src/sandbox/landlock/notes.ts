import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownFolders } from '../leftovers.ts';
import { isGone, ownMark } from '../tree.ts';

const NAME = /^untilgreen-landlock-(\d+-\d+-\d+)-/;
const NOTES = 'handed-over';

/** How the private folders of this process's commands begin. */
export const scratchPrefix = (): string => join(tmpdir(), `untilgreen-landlock-${ownMark()}-`);

/** The file in a private folder in which is noted what was handed over. */
export const notesIn = (folder: string): string => join(folder, NOTES);

/** Private folders of processes that are gone. */
export function staleFolders(): string[] {
  return ownFolders(NAME).filter(({ mark }) => isGone(mark)).map(({ path }) => path);
}

/** Notes of other processes that live. */
export function notesOfOthers(): string[] {
  return ownFolders(NAME).filter(({ mark }) => mark !== ownMark() && !isGone(mark)).map(({ path }) => notesIn(path)).filter((path) => existsSync(path));
}
