import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGone, ownMark } from '../tree.ts';

const NAME = /^untilgreen-landlock-(\d+-\d+-\d+)-/;
const NOTES = 'handed-over';

/** How the private folders of this process's commands begin. */
export const scratchPrefix = (): string => join(tmpdir(), `untilgreen-landlock-${ownMark()}-`);

/** The file in a private folder in which is noted what was handed over. */
export const notesIn = (folder: string): string => join(folder, NOTES);

/** Private folders that were made by this user, with the mark of the process that did. */
function folders(): { path: string; mark: string }[] {
  return readdirSync(tmpdir()).flatMap((name) => {
    const mark = NAME.exec(name)?.[1];
    if (mark === undefined) return [];
    const path = join(tmpdir(), name);
    const entry = lstatSync(path, { throwIfNoEntry: false });
    return entry?.isDirectory() && entry.uid === process.geteuid?.() ? [{ path, mark }] : [];
  });
}

/** Private folders of processes that are gone. */
export function staleFolders(): string[] {
  return folders().filter(({ mark }) => isGone(mark)).map(({ path }) => path);
}

/** Notes of other processes that live. */
export function notesOfOthers(): string[] {
  return folders().filter(({ mark }) => mark !== ownMark() && !isGone(mark)).map(({ path }) => notesIn(path)).filter((path) => existsSync(path));
}
