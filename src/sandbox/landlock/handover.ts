import { closeSync, constants, fchownSync, fstatSync, lchownSync, lstatSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { isPrivate } from './identity.ts';
import { notesOfOthers } from './notes.ts';

/** Folders deeper than this are not looked into: each level holds a descriptor. */
const DEEPEST = 200;

interface Owner {
  uid: number;
  gid: number;
}
/** What was handed over, as it is noted down for the case that this process is killed. */
interface Note {
  folder: string;
  owner: Owner;
  uid: number;
}
const given = new Map<string, { runs: number; owner: Owner; uid: number }>();

/**
 * Gives what the owner of a folder has in it to a private uid for the time of a command. Commands in the same folder share it: the first
 * takes it over, the last gives it back, also where they are of several processes. A file with a second name stays the owner's: the other
 * may be outside. So does `.git`, which commands do not write: what they made of its modes would hold for the owner too.
 *
 * @param notes file of the command's own in which the folder is noted before anything is changed
 * @returns gives it back
 * @throws an Error where a command with another uid has the folder
 */
export function handOver(folder: string, uid: number, notes: string): () => void {
  const known = given.get(folder);
  if (known && known.uid !== uid) throw new Error(`${folder} is written by a command in another workspace; run them one after the other.`);
  const entry = known ?? { runs: 0, owner: ownerOf(folder), uid };
  entry.runs += 1;
  given.set(folder, entry);
  const { owner } = entry;
  writeFileSync(notes, written([{ folder, owner, uid }]), { flag: 'a', mode: 0o600 });
  const giveBack = (): void => {
    entry.runs -= 1;
    if (entry.runs > 0) return;
    given.delete(folder);
    // Two that end together each see that the other has no note any more, and both give back.
    writeFileSync(notes, written(read(notes).filter((note) => note.folder !== folder)));
    if (!othersHave(folder)) change(folder, uid, owner);
  };
  try {
    if (!known) change(folder, owner.uid, { uid, gid: owner.gid });
  } catch (thrown) {
    giveBack();
    throw thrown;
  }
  return giveBack;
}

/** Gives back what a killed process has noted down, but for what another one has by now. */
export function giveBackNoted(notes: string): void {
  for (const { folder, owner, uid } of read(notes)) {
    // Only what this rung gives away is ever taken back, and never to a uid of nobody's.
    if (!isPrivate(uid) || isPrivate(owner.uid) || othersHave(folder)) continue;
    if (lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) change(folder, uid, owner);
  }
}

const written = (notes: readonly Note[]): string => notes.map((note) => `${JSON.stringify(note)}\n`).join('');

function read(notes: string): Note[] {
  return readFileSync(notes, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line) as Note);
}

/** What another process that lives has noted of the folder. */
function othersHave(folder: string): Note | undefined {
  return notesOfOthers().flatMap(read).find((note) => note.folder === folder);
}

/** Root's, where what a killed process noted down is lost. */
function ownerOf(folder: string): Owner {
  const { uid, gid } = lstatSync(folder);
  const noted = isPrivate(uid) ? othersHave(folder)?.owner : undefined;
  if (noted) return noted;
  return { uid: isPrivate(uid) ? 0 : uid, gid: isPrivate(gid) ? 0 : gid };
}

/** Everything of `from` gets the new owner, everything of a private group the new group. */
function change(folder: string, from: number, to: Owner): void {
  const next = (uid: number, gid: number): Owner | undefined =>
    uid === from || (isPrivate(uid) && uid !== to.uid) ? { uid: to.uid, gid: isPrivate(gid) ? to.gid : gid } : undefined;
  const fd = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    visit(fd, next, 0);
    const { uid, gid } = fstatSync(fd);
    const owner = next(uid, gid);
    if (owner) fchownSync(fd, owner.uid, owner.gid);
  } finally {
    closeSync(fd);
  }
}

/** Everything is reached through a folder held open, so that no command that still runs can lead this process elsewhere with a link. */
function visit(fd: number, next: (uid: number, gid: number) => Owner | undefined, depth: number): void {
  for (const name of readdirSync(`/proc/self/fd/${fd}`)) {
    if (depth === 0 && name === '.git') continue;
    const path = `/proc/self/fd/${fd}/${name}`;
    try {
      const entry = lstatSync(path);
      if (entry.isDirectory() && depth < DEEPEST) {
        const below = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
        try {
          visit(below, next, depth + 1);
        } finally {
          closeSync(below);
        }
      } else if (entry.nlink > 1 && !entry.isDirectory()) continue;
      const owner = next(entry.uid, entry.gid);
      if (owner) lchownSync(path, owner.uid, owner.gid);
    } catch (thrown) {
      // Removed or swapped by a command that still runs.
      if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    }
  }
}
