/**
 * A tool's folder is changed as a whole: a new one is built aside, a record says that it is to take the old one's place, then two names are
 * exchanged. Killed before the record stands, nothing has happened; killed after it, whoever comes next finishes.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { killPoint } from '../../core/killpoint.ts';
import { syncDirectory } from '../../workspace/blobs.ts';
import { ignoreMissing } from './files.ts';
import { TOOL_NAME } from './names.ts';
import { stampOf } from './stamp.ts';
import { removeAll, stateOf, writeSynced } from './state.ts';

/** Files by their path in a folder, with `/`: what is in them, or the path of one that is as it is to be. */
export type Folder = ReadonlyMap<string, { content: string | Uint8Array; mode?: number } | { same: string }>;

/** What is to be done, in a file that is there from the point of no return until it is done. */
interface Redo {
  name: string;
  /** Names of folders in the library's state. */
  staged: string;
  aside: string;
  /** Stamp of the folder that is replaced; null where there is none. One that was changed meanwhile is left as it is. */
  before: string | null;
}

const redoFile = (library: string): string => join(stateOf(library), 'redo.json');
const WORK = /^(staged|aside)-[0-9a-f]{8}$/;
const redoSchema = z.object({ name: z.string().regex(TOOL_NAME), staged: z.string().regex(WORK), aside: z.string().regex(WORK), before: z.string().nullable() });

/** Is a change of the library under way, or was one interrupted? */
export const isInterrupted = (library: string): boolean => existsSync(redoFile(library));

/** Did an interrupted change leave something? */
export function hasLeftovers(library: string): boolean {
  try {
    return readdirSync(stateOf(library)).some((name) => name === 'redo.json' || WORK.test(name));
  } catch (error) {
    ignoreMissing(error as NodeJS.ErrnoException);
    return false;
  }
}

/**
 * Puts a new folder in the place of a tool's. The caller holds the lock.
 *
 * @param files by their path in the folder
 * @throws `stale` when the folder was changed by somebody else meanwhile; nothing has happened then
 */
export async function replaceFolder(library: string, name: string, files: Folder, before: string | undefined): Promise<void> {
  const state = stateOf(library);
  const id = randomBytes(4).toString('hex');
  const redo: Redo = { name, staged: `staged-${id}`, aside: `aside-${id}`, before: before ?? null };
  await writeFolder(join(state, redo.staged), files);
  killPoint('library.staged');
  const record = join(state, `staged-${randomBytes(4).toString('hex')}`);
  await writeSynced(record, JSON.stringify(redo));
  await syncDirectory(state);
  killPoint('library.record');
  await rename(record, redoFile(library));
  await syncDirectory(state);
  killPoint('library.recorded');
  if (!(await finish(library, redo))) {
    throw new UntilgreenError('stale', `The folder of ${name} was changed while a version was being saved.`, { folder: join(library, name) }, 'Look at it, then try again.');
  }
}

async function writeFolder(folder: string, files: Folder): Promise<void> {
  const folders = new Set([folder]);
  for (const path of files.keys()) {
    for (let above = dirname(join(folder, path)); !folders.has(above); above = dirname(above)) folders.add(above);
  }
  for (const each of folders) await mkdir(each, { recursive: true });
  // All at once: the disk is waited for once, and not for each of them.
  await Promise.all([...files].map(async ([path, file]) => {
    killPoint('library.write');
    if ('content' in file) await writeSynced(join(folder, path), file.content, file.mode);
    else await link(file.same, join(folder, path)).catch(() => copyFile(file.same, join(folder, path)));
  }));
  await Promise.all([...folders].map(syncDirectory));
}

/** Does what is left of a recorded change. False: the folder was changed by somebody else, and is as it was. */
async function finish(library: string, redo: Redo): Promise<boolean> {
  const [state, target] = [stateOf(library), join(library, redo.name)];
  const [staged, aside] = [join(state, redo.staged), join(state, redo.aside)];
  let ours = true;
  if (existsSync(staged)) {
    const now = stampOf(target);
    // Where the old folder already stands aside, there is to be none.
    ours = now === (existsSync(aside) ? undefined : (redo.before ?? undefined));
    if (ours) {
      if (now !== undefined) {
        killPoint('library.aside');
        await rename(target, aside);
      }
      killPoint('library.swap');
      await rename(staged, target);
      killPoint('library.swapped');
      await syncDirectory(library);
    }
  }
  await removeAll(redoFile(library));
  await syncDirectory(state);
  killPoint('library.done');
  await sweep(library);
  return ours;
}

/** Ends what was interrupted. The caller holds the lock. */
export async function recover(library: string): Promise<void> {
  const text = await readFile(redoFile(library), 'utf8').catch(ignoreMissing);
  const redo = text === undefined ? undefined : redoOf(text);
  if (redo) return void (await finish(library, redo));
  if (text !== undefined) await removeAll(redoFile(library));
  await sweep(library);
}

/** A library may come along with a project, and its record with it: one that names anything but a tool and folders of the state is none. */
function redoOf(text: string): Redo | undefined {
  try {
    const parsed = redoSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function sweep(library: string): Promise<void> {
  const state = stateOf(library);
  for (const name of readdirSync(state)) {
    if (!WORK.test(name)) continue;
    killPoint('library.sweep');
    await removeAll(join(state, name));
  }
}

/** Replaces one file of a tool's folder. The caller holds the lock. */
export async function replaceOne(library: string, path: string, text: string): Promise<void> {
  const temporary = join(stateOf(library), `staged-${randomBytes(4).toString('hex')}`);
  killPoint('library.write');
  await writeSynced(temporary, text);
  killPoint('library.one');
  await rename(temporary, path);
  killPoint('library.renamed');
  await syncDirectory(dirname(path));
}
