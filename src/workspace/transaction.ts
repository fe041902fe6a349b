import { constants } from 'node:fs';
import { chmod, chown, lchown, lstat, mkdir, open, readlink, rename, rmdir, symlink, unlink, utimes } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { killPoint } from '../core/killpoint.ts';
import { syncDirectory } from './blobs.ts';
import type { FileState, Journal, JournalStore, Operation } from './journal.ts';
import { holdParent, openFile } from './paths.ts';
import type { RelativePath } from './types.ts';

/** What stands at a path: a file or link, nothing, or something that is neither. */
export type Present = { kind: 'file'; state: FileState; bytes: Uint8Array } | { kind: 'missing' } | { kind: 'other'; what: string };

/** Looks at a path without following links. A link or file on the way counts as `other`. */
export async function inspect(root: string, path: RelativePath): Promise<Present> {
  let parent: Awaited<ReturnType<typeof holdParent>>;
  try {
    parent = await holdParent(root, path);
  } catch (error) {
    if (error instanceof UntilgreenError) return { kind: 'other', what: error.what };
    throw error;
  }
  if (!parent) return { kind: 'missing' };
  try {
    const at = parent.directory.entry(parent.name);
    const info = await lstat(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (!info) return { kind: 'missing' };
    const shared = { mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, mtimeMs: info.mtimeMs };
    if (info.isSymbolicLink()) {
      const link = await readlink(at);
      return { kind: 'file', state: { ...shared, hash: sha256(link), link }, bytes: new TextEncoder().encode(link) };
    }
    if (!info.isFile()) return { kind: 'other', what: info.isDirectory() ? `${path} is a directory there.` : `${path} is not a regular file there.` };
  } finally {
    await parent.directory.close();
  }
  const handle = await openFile(root, path);
  if (!handle) return { kind: 'missing' };
  try {
    const info = await handle.stat();
    const bytes = await handle.readFile();
    return { kind: 'file', state: { hash: sha256(bytes), mode: info.mode & 0o7777, uid: info.uid, gid: info.gid, mtimeMs: info.mtimeMs }, bytes };
  } finally {
    await handle.close();
  }
}

/** Is what stands there this side of an operation? Content and permissions count, times and owners do not. */
export function isState(present: Present, state: FileState | null): boolean {
  if (present.kind === 'other') return false;
  if (present.kind === 'missing') return state === null;
  return state !== null && present.state.hash === state.hash && present.state.link === state.link && ((present.state.mode & 0o777) === (state.mode & 0o777) || state.link !== undefined);
}

/**
 * Carries a transaction out. The journal reaches the disk before the first write; new contents are staged beside their targets
 * and synced; from `committing` on it is completed whatever happens, by `recover` if this process dies.
 *
 * Errors: `conflict` where a file was changed at the last moment, or the system's own error; in both cases everything is as
 * it was.
 */
export async function commit(store: JournalStore, journal: Journal): Promise<void> {
  await store.save(journal);
  try {
    await stage(store, journal);
    for (const operation of journal.operations) {
      if (!isState(await inspect(journal.directory, operation.path), operation.before)) {
        throw new UntilgreenError('conflict', `${operation.path} was changed while the change was being applied.`, { files: [{ path: operation.path }] }, 'Try again.');
      }
    }
  } catch (error) {
    await takeBack(store, journal);
    throw error;
  }
  journal.state = 'committing';
  await store.save(journal);
  try {
    await complete(store, journal);
  } catch (error) {
    await takeBack(store, journal);
    throw error;
  }
}

/** Directories and staged files. Nothing that the user sees has changed when it returns. */
async function stage(store: JournalStore, journal: Journal): Promise<void> {
  const root = journal.directory;
  for (const directory of journal.makes) {
    killPoint('apply.mkdir');
    await inDirectory(root, directory.path, async (at) => {
      if ((await mkdir(at).then(() => true, ignoreExisting)) === false) return;
      const above = await lstat(dirname(join(root, directory.path)));
      if (process.getuid?.() === 0) await chown(at, directory.uid ?? above.uid, directory.gid ?? above.gid);
      if (directory.mode !== undefined) await chmod(at, directory.mode);
    });
  }
  for (const operation of journal.operations) {
    if (operation.after && operation.temporary) await stageFile(store, root, operation, operation.after);
  }
}

async function stageFile(store: JournalStore, root: string, operation: Operation, after: FileState): Promise<void> {
  const beside = besideOf(operation);
  await inDirectory(root, beside, async (at) => {
    await unlink(at).catch(ignoreMissing);
    killPoint('apply.stage');
    if (after.link !== undefined) {
      await symlink(after.link, at);
      if (process.getuid?.() === 0 && after.uid >= 0) await lchown(at, after.uid, after.gid);
      return;
    }
    const bytes = await store.blobs.get(after.hash);
    const handle = await open(at, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
    try {
      killPoint('apply.write');
      await handle.writeFile(bytes);
      const info = await handle.stat();
      if (after.uid >= 0 && (info.uid !== after.uid || info.gid !== after.gid)) {
        // An ordinary user cannot give a file away; the file is then theirs, as with any editor that replaces it.
        await handle.chown(after.uid, after.gid).catch((error: NodeJS.ErrnoException) => {
          if (error.code !== 'EPERM') throw error;
        });
      }
      // Last, because a change of owner clears special bits.
      await handle.chmod(after.mode);
      killPoint('apply.sync');
      await handle.sync();
    } finally {
      await handle.close();
    }
  });
}

/** Renames and deletions. Run again after an interruption it does what is left; a file somebody changed meanwhile is left alone. */
async function complete(store: JournalStore, journal: Journal): Promise<void> {
  const root = journal.directory;
  const left: RelativePath[] = [];
  const touched = new Set<string>();
  for (const operation of journal.operations) {
    const present = await inspect(root, operation.path);
    const done = isState(present, operation.after);
    if (!done && !isState(present, operation.before)) {
      left.push(operation.path);
      await dropStaged(root, operation);
      continue;
    }
    if (done) {
      await dropStaged(root, operation);
    } else if (operation.after) {
      if (!(await staged(root, operation))) {
        await makeParents(root, operation.path);
        await stageFile(store, root, operation, operation.after);
      }
      const parent = await holdParent(root, operation.path);
      try {
        killPoint('apply.rename');
        await rename(parent!.directory.entry(operation.temporary!), parent!.directory.entry(parent!.name));
        killPoint('apply.renamed');
      } finally {
        await parent!.directory.close();
      }
    } else {
      killPoint('apply.unlink');
      await inDirectory(root, operation.path, (at) => unlink(at).catch(ignoreMissing));
      killPoint('apply.unlinked');
    }
    touched.add(dirname(join(root, operation.path)));
  }
  for (const { path } of journal.removes) {
    killPoint('apply.rmdir');
    await inDirectory(root, path, (at) => rmdir(at)).catch(ignoreBusy);
    touched.delete(join(root, path));
    touched.add(dirname(join(root, path)));
  }
  for (const directory of touched) await syncDirectory(directory).catch(ignoreMissing);
  if (left.length > 0) journal.left = left;
  journal.state = 'committed';
  await store.save(journal);
}

/** Puts everything back as it was before the transaction. */
export async function takeBack(store: JournalStore, journal: Journal): Promise<void> {
  const root = journal.directory;
  if (journal.state !== 'prepared') {
    journal.state = 'rolling_back';
    await store.save(journal);
  }
  const left: RelativePath[] = [];
  for (const { path, mode, uid, gid } of journal.removes.toReversed()) {
    const made = await inDirectory(root, path, async (at) => mkdir(at).then(() => true, ignoreExisting)).catch(ignoreMissing);
    if (made) await inDirectory(root, path, async (at) => {
      if (process.getuid?.() === 0) await chown(at, uid, gid);
      await chmod(at, mode);
    });
  }
  for (const operation of journal.operations.toReversed()) {
    await dropStaged(root, operation);
    const present = await inspect(root, operation.path);
    if (isState(present, operation.before)) continue;
    if (!isState(present, operation.after)) {
      left.push(operation.path);
      continue;
    }
    if (operation.before === null) {
      killPoint('rollback.unlink');
      await inDirectory(root, operation.path, (at) => unlink(at).catch(ignoreMissing));
      continue;
    }
    const back: Operation = { ...operation, temporary: operation.temporary ?? `.untilgreen-${journal.id}-back` };
    await stageFile(store, root, back, operation.before);
    const parent = await holdParent(root, operation.path);
    try {
      const at = parent!.directory.entry(parent!.name);
      killPoint('rollback.rename');
      await rename(parent!.directory.entry(back.temporary!), at);
      if (operation.before.mtimeMs !== undefined && operation.before.link === undefined) await utimes(at, operation.before.mtimeMs / 1000, operation.before.mtimeMs / 1000);
    } finally {
      await parent!.directory.close();
    }
  }
  for (const { path } of journal.makes.toReversed()) {
    killPoint('rollback.rmdir');
    await inDirectory(root, path, (at) => rmdir(at)).catch(ignoreBusy);
  }
  if (left.length > 0) journal.left = left;
  journal.state = 'rolled_back';
  await store.save(journal);
}

/** What `recover` did with one interrupted transaction. */
export interface Recovered {
  journal: string;
  kind: Journal['kind'];
  run: string;
  directory: string;
  outcome: 'completed' | 'taken back' | 'directory missing';
  /** Files that were changed by somebody else meanwhile and were left as they are. */
  left: RelativePath[];
}

/** Ends every interrupted transaction of a store whose lock the caller holds. */
export async function recoverAll(store: JournalStore): Promise<Recovered[]> {
  const recovered: Recovered[] = [];
  const { journals } = await store.all();
  for (const journal of journals) {
    if (journal.state === 'committed' || journal.state === 'rolled_back') continue;
    const about = { journal: store.file(journal.id), kind: journal.kind, run: journal.run, directory: journal.directory };
    if (!(await lstat(journal.directory).then((s) => s.isDirectory(), () => false))) {
      recovered.push({ ...about, outcome: 'directory missing', left: [] });
      continue;
    }
    if (journal.state === 'committing') {
      await complete(store, journal);
      recovered.push({ ...about, outcome: 'completed', left: journal.left ?? [] });
    } else {
      await takeBack(store, journal);
      recovered.push({ ...about, outcome: 'taken back', left: journal.left ?? [] });
    }
  }
  return recovered;
}

function besideOf(operation: Operation): RelativePath {
  const directory = dirname(operation.path);
  return directory === '.' ? operation.temporary! : `${directory}/${operation.temporary!}`;
}

async function staged(root: string, operation: Operation): Promise<boolean> {
  if (!operation.after || !operation.temporary) return false;
  const present = await inspect(root, besideOf(operation));
  return isState(present, operation.after);
}

async function dropStaged(root: string, operation: Operation): Promise<void> {
  if (!operation.temporary) return;
  await inDirectory(root, besideOf(operation), (at) => unlink(at)).catch(ignoreMissing);
}

async function makeParents(root: string, path: RelativePath): Promise<void> {
  const parent = await holdParent(root, path, { create: true });
  await parent?.directory.close();
}

/** Names an entry through its held directory. Rejects with ENOENT where that directory is missing. */
async function inDirectory<T>(root: string, path: RelativePath, work: (at: string) => Promise<T>): Promise<T> {
  const parent = await holdParent(root, path);
  if (!parent) throw Object.assign(new Error(`${path}: no such directory`), { code: 'ENOENT' });
  try {
    return await work(parent.directory.entry(parent.name));
  } finally {
    await parent.directory.close();
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR' || (error as { code?: string }).code === 'not_a_file') return undefined;
  throw error;
}

/** A directory in which somebody has put something stays. */
function ignoreBusy(error: NodeJS.ErrnoException): undefined {
  if (['ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR', 'EBUSY'].includes(error.code ?? '')) return undefined;
  throw error;
}

function ignoreExisting(error: NodeJS.ErrnoException): false {
  if (error.code === 'EEXIST') return false;
  throw error;
}
