import { lstat } from 'node:fs/promises';
import { join } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { JournalStore, type Journal, type Operation } from './journal.ts';
import { commit, inspect, isState, recoverAll, type Recovered } from './transaction.ts';
import { parentsOf } from './tree.ts';
import type { RelativePath } from './types.ts';

export interface UndoTarget {
  /** Take back the apply of this run. */
  runId?: string;
  /** Take back the newest apply in this directory (a real path). */
  directory?: string;
  /** Also where files were changed since. What stands there now is kept among the contents of the journal. */
  force?: boolean;
}

export interface UndoResult {
  run: string;
  journal: string;
  files: { path: RelativePath; action: 'restored' | 'removed' | 'recreated' }[];
}

/** A change that was applied and can be taken back. */
export interface Undoable {
  run: string;
  /** Real path of the directory it was applied to. */
  directory: string;
  /** ISO 8601, UTC. */
  created: string;
  files: RelativePath[];
}

/**
 * What `undoApply` could take back, the newest first: changes of runs and of single tools alike.
 *
 * @param directory only of this one, a real path
 */
export async function undoable(journalDir: string, directory?: string): Promise<Undoable[]> {
  const journals = await standing(new JournalStore(journalDir));
  return journals
    .filter((journal) => directory === undefined || journal.directory === directory)
    .map((journal) => ({ run: journal.run, directory: journal.directory, created: journal.created, files: journal.operations.map(({ path }) => path) }))
    .toReversed();
}

/**
 * Ends transactions that were interrupted, by a kill at any moment: one that was decided is completed, one that was not is
 * taken back. Files that somebody changed meanwhile are left as they are and named. Safe to call at any time, and again.
 *
 * Errors: `run_busy` while another process applies.
 */
export async function recover(journalDir: string): Promise<Recovered[]> {
  if (!(await lstat(journalDir).then((s) => s.isDirectory(), () => false))) return [];
  const store = new JournalStore(journalDir);
  return store.locked(() => recoverAll(store));
}

/**
 * Takes back an applied change: contents, permissions and directories are as they were before it. It is a transaction of its own,
 * with the same journal and the same recovery.
 *
 * Errors: `nothing_to_undo`, `conflict` (`data.files`) where a file was changed since and `force` is not set,
 * `directory_missing`, `run_busy`.
 *
 * @example
 * const { files } = await undoApply(journalDir, { directory: '/home/me/app' });
 */
export async function undoApply(journalDir: string, target: UndoTarget): Promise<UndoResult> {
  const store = new JournalStore(journalDir);
  return store.locked(async () => {
    await recoverAll(store);
    const journal = await find(store, target);
    const root = journal.directory;
    if (!(await lstat(root).then((s) => s.isDirectory(), () => false))) {
      throw new UntilgreenError('directory_missing', `${root}, where the change was applied, is not there any more.`, { path: root }, 'Put the directory back to its place first.');
    }
    const id = store.newId();
    const operations: Operation[] = [];
    const conflicts: { path: RelativePath; reason: string }[] = [];
    const left = new Set(journal.left ?? []);
    for (const done of journal.operations) {
      if (left.has(done.path)) continue;
      const now = await inspect(root, done.path);
      if (isState(now, done.before)) continue;
      if (now.kind === 'other') {
        conflicts.push({ path: done.path, reason: now.what });
        continue;
      }
      if (!isState(now, done.after) && !target.force) {
        conflicts.push({ path: done.path, reason: now.kind === 'missing' ? 'deleted since' : 'changed since' });
        continue;
      }
      if (now.kind === 'file') await store.blobs.put(now.bytes, { durable: true });
      const after = done.before ? { hash: done.before.hash, mode: done.before.mode, uid: done.before.uid, gid: done.before.gid, ...(done.before.link === undefined ? {} : { link: done.before.link }) } : null;
      const before = now.kind === 'file' ? now.state : null;
      operations.push({ path: done.path, before, after, kind: !after ? 'deleted' : before ? 'modified' : 'added', merged: false, ...(after ? { temporary: `.untilgreen-${id}-${operations.length}.tmp` } : {}) });
    }
    if (conflicts.length > 0) {
      throw new UntilgreenError(
        'conflict',
        `Nothing was undone: ${conflicts.map((c) => `${c.path} (${c.reason})`).join(', ')}.`,
        { files: conflicts },
        'Undo with --force to replace these files too.',
      );
    }
    const undo: Journal = {
      version: 1, id, kind: 'undo', of: journal.id, run: journal.run, directory: root, created: new Date().toISOString(), state: 'prepared',
      operations, makes: await makes(root, journal, operations), removes: await removes(root, journal), present: [],
    };
    await commit(store, undo);
    const files = operations.map(({ path, kind }) => ({ path, action: kind === 'deleted' ? ('removed' as const) : kind === 'added' ? ('recreated' as const) : ('restored' as const) }));
    return { run: journal.run, journal: store.file(id), files };
  });
}

/** Applied changes that were not taken back, oldest first. */
async function standing(store: JournalStore): Promise<Journal[]> {
  const { journals } = await store.all();
  const undone = new Set(journals.filter((j) => j.kind === 'undo' && j.state === 'committed').map((j) => j.of));
  return journals.filter((j) => j.kind === 'apply' && j.state === 'committed' && !undone.has(j.id));
}

async function find(store: JournalStore, target: UndoTarget): Promise<Journal> {
  const journal = (await standing(store)).findLast((j) => (target.runId === undefined || j.run === target.runId) && (target.directory === undefined || j.directory === target.directory));
  if (journal) return journal;
  const where = target.runId !== undefined ? `run ${target.runId}` : (target.directory ?? 'this machine');
  throw new UntilgreenError('nothing_to_undo', `There is no applied change of ${where} to undo.`, { ...target }, '`untilgreen undo --list` shows what can be taken back.');
}

/** Directories the change removed, and others that have gone since. */
async function makes(root: string, journal: Journal, operations: readonly Operation[]): Promise<Journal['makes']> {
  const wanted = new Map<RelativePath, Journal['makes'][number]>();
  for (const path of operations.filter((o) => o.after).flatMap((o) => parentsOf(o.path))) wanted.set(path, { path });
  for (const removed of journal.removes) wanted.set(removed.path, removed);
  const missing: Journal['makes'] = [];
  for (const [path, directory] of [...wanted].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!(await lstat(join(root, path)).then(() => true, () => false))) missing.push(directory);
  }
  return missing;
}

/** Directories the change made; those that hold something else by now stay. */
async function removes(root: string, journal: Journal): Promise<Journal['removes']> {
  const made: Journal['removes'] = [];
  for (const { path } of journal.makes.toReversed()) {
    const info = await lstat(join(root, path)).catch(() => undefined);
    if (info?.isDirectory()) made.push({ path, mode: info.mode & 0o7777, uid: info.uid, gid: info.gid });
  }
  return made;
}
