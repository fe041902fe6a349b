import { access, constants, lstat, readdir, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { silent, type Emit } from '../core/events.ts';
import { sha256 } from '../core/hash.ts';
import { decodeText } from '../edit/encoding.ts';
import { merge3, type MergeConflict } from '../edit/merge.ts';
import type { Bench } from './bench.ts';
import { entryBytes } from './copy.ts';
import { JournalStore, type FileState, type Journal, type Operation } from './journal.ts';
import { DEFAULT_MAX_BYTES, pruneJournals } from './prune.ts';
import { commit, inspect, recoverAll, type Present } from './transaction.ts';
import { parentsOf } from './tree.ts';
import type { ApplyResult, CheckpointId, Delta, RelativePath } from './types.ts';

export interface ApplyOptions {
  /** What to apply. Default: the workbench as it is now. */
  to?: CheckpointId;
  /** Directory of journals and of the contents that undo needs; in the user's data, not in the project. */
  journalDir: string;
  runId: string;
  onEvent?: Emit;
  /** Bytes of kept contents beyond which the oldest journals go. Default 500 MB. */
  maxJournalBytes?: number;
}

/** Why a file cannot be changed as the run wants it. */
export interface ApplyConflict {
  path: RelativePath;
  reason: string;
  /** Lines both sides changed, in the user's file. */
  regions?: MergeConflict[];
}

/**
 * Puts the change of a workbench into the user's directory, as one transaction.
 *
 * Each file is compared with what the run started from. One that was changed elsewhere is merged where the changes do not
 * touch; otherwise nothing at all is written. Applied again for the same run and checkpoint it does nothing and answers the
 * same. Interrupted, it is completed or taken back by `recover`, or by the next apply or undo.
 *
 * Errors: `conflict` (`data.files` names each file with its reason), `directory_refused` (no permission to write), `run_busy`,
 * `path_unsafe` (a new link that leads out of the project).
 *
 * @example
 * const { files } = await applyToSource(bench, { journalDir, runId: 'r1' });
 */
export async function applyToSource(bench: Bench, options: ApplyOptions): Promise<ApplyResult> {
  const emit = options.onEvent ?? silent;
  const store = new JournalStore(options.journalDir);
  const to = options.to ?? (await bench.checkpoint());
  const deltas = await bench.deltas(bench.base, to);
  return store.locked(async () => {
    for (const recovered of await recoverAll(store)) emit('apply_recovered', { ...recovered }, 'warn');
    const again = await finished(store, bench.source, options.runId, to);
    if (again) return again;

    const plan = await planOperations(bench, to, deltas);
    if (plan.conflicts.length > 0) {
      const names = plan.conflicts.map((c) => `${c.path} (${c.reason})`).join(', ');
      throw new UntilgreenError(
        'conflict',
        `Nothing was applied: ${plan.conflicts.length === 1 ? 'one file does' : `${plan.conflicts.length} files do`} not fit the change any more: ${names}.`,
        { files: plan.conflicts },
        'Settle these files by hand, or run again from the present state.',
      );
    }
    const files = [...plan.operations, ...plan.present].map(({ path, kind, merged }) => ({ path, kind, merged })).toSorted((a, b) => (a.path < b.path ? -1 : 1));
    if (plan.operations.length === 0) return { journal: '', files };
    await checkWritable(bench.source, plan.operations);

    const id = store.newId();
    const journal: Journal = {
      version: 1, id, kind: 'apply', run: options.runId, directory: bench.source, created: new Date().toISOString(), state: 'prepared', to,
      operations: plan.operations.map((o, i) => ({ kind: o.kind, path: o.path, before: o.before, after: o.after, merged: o.merged, ...(o.after ? { temporary: `.untilgreen-${id}-${i}.tmp` } : {}) })),
      makes: await missingDirectories(bench.source, plan.operations),
      removes: await emptiedDirectories(bench.source, plan.operations),
      present: plan.present.map(({ path, kind }) => ({ path, kind })),
    };
    for (const operation of plan.operations) {
      if (operation.beforeBytes) await store.blobs.put(operation.beforeBytes, { durable: true });
      if (operation.afterBytes) await store.blobs.put(operation.afterBytes, { durable: true });
    }
    emit('apply_started', { journal: store.file(id), files: journal.operations.length });
    await commit(store, journal);
    emit('apply_finished', { journal: store.file(id), files: journal.operations.length });
    await pruneJournals(store, options.maxJournalBytes ?? DEFAULT_MAX_BYTES);
    return { journal: store.file(id), files };
  });
}

/** The answer of an apply that was completed before. */
async function finished(store: JournalStore, directory: string, run: string, to: CheckpointId): Promise<ApplyResult | undefined> {
  const { journals } = await store.all();
  const undone = new Set(journals.filter((j) => j.kind === 'undo' && j.state === 'committed').map((j) => j.of));
  const journal = journals.findLast((j) => j.kind === 'apply' && j.state === 'committed' && j.run === run && j.directory === directory && j.to === to && !undone.has(j.id));
  if (!journal) return undefined;
  const files = [...journal.operations.map(({ path, kind, merged }) => ({ path, kind, merged })), ...journal.present.map((p) => ({ ...p, merged: true }))];
  return { journal: store.file(journal.id), files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
}

interface Planned extends Operation {
  beforeBytes?: Uint8Array;
  afterBytes?: Uint8Array;
}

/** What each changed file needs, given what stands in the user's directory. Writes nothing. */
async function planOperations(bench: Bench, to: CheckpointId, deltas: readonly Delta[]) {
  const operations: Planned[] = [];
  const present: { path: RelativePath; kind: Delta['kind']; merged: boolean }[] = [];
  const conflicts: ApplyConflict[] = [];
  for (const { path, kind } of deltas) {
    const base = await bench.entryAt(bench.base, path);
    const goal = kind === 'deleted' ? undefined : await bench.entryAt(to, path);
    if (goal?.link !== undefined) checkLink(path, goal.link);
    const now = await inspect(bench.source, path);
    if (now.kind === 'other') {
      conflicts.push({ path, reason: now.what.replace(/\.$/, '') });
      continue;
    }
    const same = (entry: { hash: string; link?: string } | undefined) =>
      entry === undefined ? now.kind === 'missing' : now.kind === 'file' && now.state.hash === entry.hash && now.state.link === entry.link;
    const mode = goalMode(now, base?.mode, goal?.mode);
    if (same(goal) && (now.kind === 'missing' || now.state.mode === mode)) {
      present.push({ path, kind, merged: true });
      continue;
    }
    const before = now.kind === 'file' ? { before: now.state, beforeBytes: now.bytes } : { before: null };
    const after = (hash: string, link?: string): FileState => ({ hash, mode, ...(now.kind === 'file' ? { uid: now.state.uid, gid: now.state.gid } : { uid: -1, gid: -1 }), ...(link === undefined ? {} : { link }) });
    if (same(base) || same(goal)) {
      const afterBytes = goal && (await entryBytes(bench.blobs, goal));
      operations.push({ path, kind, merged: false, ...before, after: goal ? after(goal.hash, goal.link) : null, ...(afterBytes ? { afterBytes } : {}) });
      continue;
    }
    const merged = await mergeFile(bench, path, base, goal, now);
    if ('reason' in merged) conflicts.push({ path, ...merged });
    else if (now.kind === 'file' && merged.hash === now.state.hash && now.state.mode === mode) present.push({ path, kind, merged: true });
    else operations.push({ path, kind, merged: true, ...before, after: after(merged.hash), afterBytes: merged.bytes });
  }
  if (process.getuid?.() === 0) await giveToDirectoryOwner(bench.source, operations);
  return { operations, present, conflicts };
}

type Entry = NonNullable<Awaited<ReturnType<Bench['entryAt']>>>;

/** A file that was changed on both sides. */
async function mergeFile(bench: Bench, path: RelativePath, base: Entry | undefined, goal: Entry | undefined, now: Present): Promise<{ hash: string; bytes: Uint8Array } | Omit<ApplyConflict, 'path'>> {
  if (now.kind === 'missing') return { reason: 'it was deleted in the project' };
  if (!goal) return { reason: 'it is to be deleted but was changed in the project' };
  if (!base) return { reason: 'another file of that name was made in the project' };
  const link = now.kind === 'file' ? now.state.link : undefined;
  if (goal.link !== undefined || base.link !== undefined || link !== undefined || now.kind !== 'file') return { reason: 'a link was changed on both sides' };
  const [old, ours, theirs] = [await bench.blobs.get(base.hash), await bench.blobs.get(goal.hash), now.bytes].map(decodeText);
  if (old === undefined || ours === undefined || theirs === undefined) return { reason: 'it is not text and was changed in the project too' };
  const merged = merge3(old, ours, theirs);
  if (!merged.ok) return { reason: `the same lines were changed in the project, at line ${merged.conflicts.map((c) => c.line).join(', ')}`, regions: merged.conflicts };
  const bytes = new TextEncoder().encode(merged.content);
  return { hash: sha256(bytes), bytes };
}

/** The user's permissions stay; what the run changed of them (the executable bits, mostly) is added. */
function goalMode(now: Present, base: number | undefined, goal: number | undefined): number {
  if (now.kind !== 'file') return (goal ?? 0o644) & 0o777;
  if (goal === undefined || base === undefined || base === goal) return now.state.mode;
  return (now.state.mode & ~0o777) | (goal & 0o777);
}

function checkLink(path: RelativePath, target: string): void {
  const depth = parentsOf(path).length;
  let level = depth;
  for (const part of target.split('/')) {
    if (part === '..') level -= 1;
    else if (part !== '.' && part !== '') level += 1;
    if (level < 0) break;
  }
  if (target.startsWith('/') || level < 0) {
    throw new UntilgreenError('path_unsafe', `${path} would be a link to ${target}, outside the project.`, { path, target }, 'Links may point into the project only.');
  }
}

async function giveToDirectoryOwner(root: string, operations: readonly Planned[]): Promise<void> {
  for (const { path, after } of operations) {
    if (!after || after.uid >= 0) continue;
    const info = await lstat(join(root, await nearestDirectory(root, path)));
    after.uid = info.uid;
    after.gid = info.gid;
  }
}

async function nearestDirectory(root: string, path: RelativePath): Promise<RelativePath> {
  for (const parent of parentsOf(path)) {
    if (await lstat(join(root, parent)).then((s) => s.isDirectory(), () => false)) return parent;
  }
  return '';
}

/** Permission and room are checked before anything is written. */
async function checkWritable(root: string, operations: readonly Planned[]): Promise<void> {
  const refused = new Set<string>();
  for (const { path } of operations) {
    const directory = await nearestDirectory(root, path);
    await access(join(root, directory), constants.W_OK | constants.X_OK).catch(() => refused.add(directory === '' ? '.' : directory));
  }
  if (refused.size > 0) {
    const names = [...refused].toSorted();
    throw new UntilgreenError('directory_refused', `Nothing was applied: no permission to write in ${names.join(', ')}.`, { directories: names }, `Allow it with \`chmod u+w\`, and run \`untilgreen resume\`.`);
  }
  const needed = operations.reduce((sum, o) => sum + (o.afterBytes?.length ?? 0), 0);
  const { bavail, bsize } = await statfs(root);
  if (bavail * bsize < needed) throw new UntilgreenError('too_large', `Nothing was applied: ${needed} bytes are needed in ${root} and ${bavail * bsize} are free.`, { needed, free: bavail * bsize }, 'Make room and resume.');
}

async function missingDirectories(root: string, operations: readonly Operation[]): Promise<Journal['makes']> {
  const paths = new Set(operations.filter((o) => o.after).flatMap((o) => parentsOf(o.path)));
  const missing: Journal['makes'] = [];
  for (const path of [...paths].toSorted()) {
    if (!(await lstat(join(root, path)).then(() => true, () => false))) missing.push({ path });
  }
  return missing;
}

/** Directories that hold nothing but files the transaction deletes. */
async function emptiedDirectories(root: string, operations: readonly Operation[]): Promise<Journal['removes']> {
  const gone = new Set(operations.filter((o) => !o.after).map((o) => o.path));
  const kept = new Set(operations.filter((o) => o.after).flatMap((o) => parentsOf(o.path)));
  const candidates = [...new Set([...gone].flatMap(parentsOf))].toSorted((a, b) => b.split('/').length - a.split('/').length);
  const removes: Journal['removes'] = [];
  for (const path of candidates) {
    if (kept.has(path)) continue;
    const names = await readdir(join(root, path)).catch(() => undefined);
    if (!names?.every((name) => gone.has(`${path}/${name}`))) continue;
    const info = await lstat(join(root, path));
    if (!(await access(join(root, dirname(path)), constants.W_OK).then(() => true, () => false))) continue;
    removes.push({ path, mode: info.mode & 0o7777, uid: info.uid, gid: info.gid });
    gone.add(path);
  }
  return removes;
}
