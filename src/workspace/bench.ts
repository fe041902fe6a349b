import { chmod, chown, lchown, lstat, mkdir, open, rename, rm, symlink, unlink } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { killPoint } from '../core/killpoint.ts';
import { unifiedDiff, type FileDiff } from '../edit/diff.ts';
import { requireText } from '../edit/encoding.ts';
import type { Mount } from '../sandbox/types.ts';
import { type BlobStore, replaceFile } from './blobs.ts';
import { entryBytes, fillTree, placeholder } from './copy.ts';
import { compare, loadManifest, own, saveManifest, type Manifest, type ManifestEntry } from './manifest.ts';
import { behindMount, checkPath, holdParent, isGitName, notAFile, openFile } from './paths.ts';
import { entries } from './scan.ts';
import { Shown } from './shown.ts';
import { packagesFolder, stateFile, type BenchState } from './state.ts';
import { SETTLE_MS, Snapshots } from './snapshot.ts';
import { makeDirectories, parentsOf, pooled, removeEmptied, removeTree } from './tree.ts';
import type { CheckpointId, Delta, FileChange, FileEntry, OpenWorkbench, RelativePath, Skipped, TextFile } from './types.ts';

/** The private copy. Made by `openWorkbench`. */
export class Bench implements OpenWorkbench {
  readonly #snapshots: Snapshots;
  readonly #written: Set<RelativePath>;
  readonly #shown: Shown;
  #base: Manifest | undefined;
  #forks = 0;

  constructor(
    readonly root: string,
    readonly blobs: BlobStore,
    private readonly state: BenchState,
    private readonly settle: number = SETTLE_MS,
  ) {
    this.#snapshots = new Snapshots(root, blobs, settle);
    this.#written = new Set(state.written);
    this.#shown = new Shown(state.mountAt, state.mounts, state.installed);
  }

  get source(): string {
    return this.state.source;
  }
  get mounts(): Mount[] {
    return this.#shown.all;
  }
  get packages(): string {
    return this.state.packages ?? packagesFolder(this.root);
  }
  get mountAt(): string {
    return this.state.mountAt;
  }
  get base(): CheckpointId {
    return this.state.base;
  }
  get skipped(): readonly Skipped[] {
    return this.state.skipped;
  }

  async list(): Promise<FileEntry[]> {
    const { files } = await this.#now(false);
    return Object.entries(files)
      .filter(([, e]) => e.link === undefined)
      .map(([path, e]) => ({ path, hash: e.hash, mode: e.mode, size: e.size }));
  }

  async exists(path: RelativePath): Promise<boolean> {
    const safe = checkPath(path);
    const mounted = this.#mountOf(safe);
    if (mounted) return (await this.#resolveMounted(safe, mounted)) !== undefined;
    const parent = await holdParent(this.root, safe).catch((error: unknown) => {
      if (error instanceof UntilgreenError) return undefined;
      throw error;
    });
    if (!parent) return false;
    try {
      return await lstat(parent.directory.entry(parent.name)).then(() => true, () => false);
    } finally {
      await parent.directory.close();
    }
  }

  async readText(path: RelativePath): Promise<TextFile> {
    const safe = checkPath(path);
    const bytes = await this.readBytes(safe);
    return { path: safe, text: requireText(safe, bytes), hash: sha256(bytes) };
  }

  async readBytes(path: RelativePath): Promise<Uint8Array> {
    const safe = checkPath(path);
    const mounted = this.#mountOf(safe);
    const real = mounted && (await this.#resolveMounted(safe, mounted));
    const handle = mounted ? real && (await openFile(real.root, real.path)) : await openFile(this.root, safe);
    if (!handle) throw new UntilgreenError('file_missing', `${safe} is not in the project.`, { path: safe }, 'Check the spelling, or search for it.');
    try {
      const { size } = await handle.stat();
      this.#checkSize(safe, size);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  }

  async readAt(checkpoint: CheckpointId, path: RelativePath): Promise<Uint8Array | undefined> {
    const safe = checkPath(path);
    const manifest = await loadManifest(this.blobs, checkpoint);
    const entry = own(manifest.files, safe) ?? own(manifest.hidden, safe);
    if (!entry) return undefined;
    return entryBytes(this.blobs, entry);
  }

  async write(changes: FileChange[]): Promise<void> {
    const prepared = await this.#prepare(changes);
    const paths = prepared.map((c) => c.path).filter((p) => !this.#written.has(p));
    if (paths.length > 0) {
      for (const path of paths) this.#written.add(path);
      await this.#saveState();
    }
    const done: typeof prepared = [];
    try {
      // Deletions first: a file may make room for a directory of its name.
      for (const change of [...prepared.filter((c) => !c.bytes), ...prepared.filter((c) => c.bytes)]) {
        done.push(change);
        if (change.bytes) await this.#put(change.path, change.bytes, change.mode);
        else await this.#remove(change.path);
      }
    } catch (error) {
      for (const change of done.toReversed()) await this.#revert(change.path, change.before);
      throw error;
    }
  }

  async checkpoint(): Promise<CheckpointId> {
    return saveManifest(this.blobs, await this.#now(true));
  }

  async restore(checkpoint: CheckpointId): Promise<void> {
    const manifest = await loadManifest(this.blobs, checkpoint);
    this.#shown.installed = manifest.installed ?? [];
    const wanted = new Map<RelativePath, ManifestEntry>(Object.entries(manifest.files));
    const deleted = new Set(manifest.written);
    for (const [path, entry] of Object.entries(manifest.hidden)) if (!wanted.has(path) && !deleted.has(path)) wanted.set(path, entry);
    const directories = new Set([...manifest.directories, ...[...wanted.keys()].flatMap(parentsOf)]);
    for (const path of [...this.#shown.byPath.keys()].flatMap(parentsOf)) directories.add(path);
    await this.#clear(this.root, '', wanted, directories);
    await makeDirectories(this.root, directories, this.state.owner);
    await pooled([...wanted], 8, async ([path, entry]) => {
      const now = await this.#snapshots.one(path, false);
      if (now && now.hash === entry.hash && now.mode === entry.mode && now.link === entry.link) return;
      if (entry.link !== undefined) await this.#putLink(path, entry.link);
      else await this.#put(path, await this.blobs.get(entry.hash), entry.mode);
    });
    await this.#placeholders();
    this.#written.clear();
    for (const path of manifest.written) this.#written.add(path);
    await this.#saveState();
  }

  async show(mount: Mount): Promise<void> {
    this.#shown.add(mount);
    await this.#placeholders();
    await this.#saveState();
  }

  /** Takes a checkpoint for the state from which changes are counted: after it was applied to the user's directory. */
  async rebase(checkpoint: CheckpointId): Promise<void> {
    this.state.base = checkpoint;
    this.#base = undefined;
    await this.#saveState();
  }

  async deltas(from: CheckpointId = this.base, to?: CheckpointId): Promise<Delta[]> {
    return compare(await loadManifest(this.blobs, from), to === undefined ? await this.#now(true) : await loadManifest(this.blobs, to));
  }

  async diff(from: CheckpointId = this.base, to?: CheckpointId): Promise<string> {
    const old = await loadManifest(this.blobs, from);
    const now = to === undefined ? await this.#now(true) : await loadManifest(this.blobs, to);
    const files: FileDiff[] = [];
    for (const { path } of compare(old, now)) {
      const before = own(old.files, path) ?? own(old.hidden, path);
      const after = own(now.files, path);
      files.push({
        path,
        ...(before ? { before: await entryBytes(this.blobs, before), beforeMode: before.mode } : {}),
        ...(after ? { after: await entryBytes(this.blobs, after), afterMode: after.mode } : {}),
      });
    }
    return unifiedDiff(files);
  }

  async fork(checkpoint: CheckpointId): Promise<Bench> {
    const manifest = await loadManifest(this.blobs, checkpoint);
    this.#forks += 1;
    const root = `${this.root}.fork-${this.#forks}-${randomBytes(3).toString('hex')}`;
    await mkdir(root, { mode: 0o700 });
    if (this.state.owner) await chown(root, this.state.owner.uid, this.state.owner.gid);
    const copy = new Bench(root, this.blobs, { ...this.state, packages: this.packages, base: checkpoint, written: [...manifest.written] }, this.settle);
    await fillTree(root, this.blobs, manifest, this.state.owner);
    await copy.restore(checkpoint);
    // Old code is judged with what is installed now: a new test that needs it must fail for a better reason than a missing package.
    for (const mount of this.#shown.installed) await copy.show(mount);
    return copy;
  }

  async leftovers(): Promise<RelativePath[]> {
    const base = await this.#baseManifest();
    const found: RelativePath[] = [];
    const walk = async (directory: string, prefix: RelativePath): Promise<void> => {
      for (const entry of await entries(directory, prefix, [])) {
        if (isGitName(entry.name) || this.#shown.byPath.has(entry.path)) continue;
        if (entry.info.isDirectory()) await walk(entry.absolute, entry.path);
        else if (entry.info.isFile() && !own(base.files, entry.path) && !own(base.hidden, entry.path) && !this.#written.has(entry.path)) found.push(entry.path);
      }
    };
    await walk(this.root, '');
    return found.toSorted();
  }

  async dispose(): Promise<void> {
    await removeTree(this.root);
    await removeTree(this.#temporary());
    await removeTree(packagesFolder(this.root));
    await rm(stateFile(this.root), { force: true });
  }

  /** What was in a file at a checkpoint, with its mode and link: for the transaction that applies a change. */
  async entryAt(checkpoint: CheckpointId, path: RelativePath): Promise<ManifestEntry | undefined> {
    const manifest = await loadManifest(this.blobs, checkpoint);
    return own(manifest.files, path) ?? own(manifest.hidden, path);
  }

  async #baseManifest(): Promise<Manifest> {
    this.#base ??= await loadManifest(this.blobs, this.base);
    return this.#base;
  }

  async #now(keep: boolean): Promise<Manifest> {
    const base = await this.#baseManifest();
    const paths = [...new Set([...Object.keys(base.files), ...this.#written])];
    const { installed: _, ...rest } = base;
    const { installed } = this.#shown;
    return { ...rest, files: await this.#snapshots.take(paths, keep), written: [...this.#written].toSorted(), ...(installed.length ? { installed: [...installed] } : {}) };
  }

  #checkSize(path: RelativePath, size: number): void {
    const limit = this.state.maxFileBytes;
    if (size > limit) throw new UntilgreenError('too_large', `${path} has ${size} bytes, more than the ${limit} that are handled.`, { path, size, limit }, 'Raise workspace.max_file_mb if it must be.');
  }

  #mountOf(path: RelativePath): RelativePath | undefined {
    return [path, ...parentsOf(path)].find((p) => this.#shown.byPath.has(p));
  }

  #resolveMounted(path: RelativePath, mount: RelativePath) {
    return behindMount(this.#shown.byPath.get(mount)!.source, this.source, path, path.slice(mount.length));
  }

  async #prepare(changes: FileChange[]) {
    const seen = new Set<RelativePath>();
    const gone = new Set(changes.filter((c) => c.kind === 'delete').map((c) => checkPath(c.path)));
    const prepared: { path: RelativePath; bytes?: Uint8Array; mode?: number; before?: ManifestEntry }[] = [];
    for (const change of changes) {
      const path = checkPath(change.path);
      if (seen.has(path)) throw new UntilgreenError('bad_arguments', `${path} is changed twice in one write.`, { path }, 'Join the two changes.');
      seen.add(path);
      const mounted = this.#mountOf(path);
      if (mounted !== undefined && mounted === path) throw new UntilgreenError('path_unsafe', `${path} is shown read-only: it is a dependency folder, or larger than what is copied.`, { path }, 'Change it yourself, if it must be.');
      if (mounted !== undefined) throw new UntilgreenError('path_unsafe', `${path} lies in ${mounted}, which is shown read-only.`, { path }, 'Change the project, not its dependencies.');
      const blocked = parentsOf(path).some((p) => gone.has(p));
      const before = blocked ? undefined : await this.#before(path, change.kind);
      if (change.expect !== undefined && (before?.hash ?? null) !== change.expect) {
        const what = !before ? `${path} is gone` : change.expect === null ? `${path} exists already` : `${path} changed after it was read`;
        throw new UntilgreenError('stale', `${what}.`, { path, expected: change.expect, actual: before?.hash ?? null }, 'Read it again before changing it.');
      }
      if (change.kind === 'delete') {
        if (!before) throw new UntilgreenError('file_missing', `${path} is not in the project.`, { path }, 'There is nothing to delete.');
        prepared.push({ path, before });
        continue;
      }
      const bytes = typeof change.content === 'string' ? new TextEncoder().encode(change.content) : change.content;
      this.#checkSize(path, bytes.length);
      prepared.push({ path, bytes, mode: (change.mode ?? before?.mode ?? 0o644) & 0o777, ...(before ? { before } : {}) });
    }
    for (const path of seen) {
      const above = parentsOf(path).find((p) => seen.has(p) && !gone.has(p));
      if (above) throw new UntilgreenError('not_a_file', `${path} and ${above} cannot both be files.`, { path, file: above }, 'Choose another path.');
    }
    return prepared;
  }

  /** What stands at a path now, its content kept so that a failed write can be taken back. */
  async #before(path: RelativePath, kind: FileChange['kind']): Promise<ManifestEntry | undefined> {
    const parent = await holdParent(this.root, path);
    if (!parent) return undefined;
    try {
      const info = await lstat(parent.directory.entry(parent.name)).catch(() => undefined);
      if (!info) return undefined;
      if (info.isDirectory()) throw notAFile(path, 'a directory');
      if (kind === 'write' && !info.isFile()) {
        if (info.isSymbolicLink()) throw new UntilgreenError('path_unsafe', `${path} is a symbolic link, and links are not followed.`, { path }, 'Change the file it points to, if that is in the project.');
        throw notAFile(path, 'not a regular file');
      }
    } finally {
      await parent.directory.close();
    }
    const entry = await this.#snapshots.one(path, true);
    if (!entry) throw notAFile(path, 'not a regular file');
    return entry;
  }

  async #revert(path: RelativePath, before: ManifestEntry | undefined): Promise<void> {
    if (!before) await this.#remove(path).catch(() => undefined);
    else if (before.link !== undefined) await this.#putLink(path, before.link);
    else await this.#put(path, await this.blobs.get(before.hash), before.mode);
  }

  /** Writes beside the tree and renames into it, so that no half-written file is ever seen. */
  async #put(path: RelativePath, bytes: Uint8Array, mode = 0o644): Promise<void> {
    const temporary = await this.#temporaryName();
    killPoint('bench.write');
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.chmod(mode);
      if (this.state.owner) await handle.chown(this.state.owner.uid, this.state.owner.gid);
    } finally {
      await handle.close();
    }
    await this.#place(path, temporary);
  }

  async #putLink(path: RelativePath, target: string): Promise<void> {
    const temporary = await this.#temporaryName();
    await symlink(target, temporary);
    if (this.state.owner) await lchown(temporary, this.state.owner.uid, this.state.owner.gid);
    await this.#place(path, temporary);
  }

  async #place(path: RelativePath, temporary: string): Promise<void> {
    const owner = this.state.owner;
    const parent = await holdParent(this.root, path, {
      create: true,
      onCreate: async (directory) => {
        if (owner) await chown(directory, owner.uid, owner.gid);
      },
    });
    try {
      killPoint('bench.rename');
      await rename(temporary, parent!.directory.entry(parent!.name));
    } finally {
      await parent!.directory.close();
    }
  }

  async #remove(path: RelativePath): Promise<void> {
    const parent = await holdParent(this.root, path);
    if (!parent) return;
    try {
      killPoint('bench.unlink');
      await unlink(parent.directory.entry(parent.name));
    } finally {
      await parent.directory.close();
    }
    const base = await this.#baseManifest();
    const kept = new Set(base.directories.filter((d) => !Object.keys(base.files).some((f) => f.startsWith(`${d}/`))));
    await removeEmptied(this.root, path, (d) => kept.has(d));
  }

  #temporary(): string {
    return `${this.root}.tmp`;
  }

  async #temporaryName(): Promise<string> {
    await mkdir(this.#temporary(), { recursive: true, mode: 0o700 });
    return join(this.#temporary(), randomBytes(8).toString('hex'));
  }

  async #saveState(): Promise<void> {
    const state: BenchState = { ...this.state, installed: this.#shown.installed, written: [...this.#written].toSorted() };
    await replaceFile(stateFile(this.root), JSON.stringify(state), { durable: false, name: 'bench.state' });
  }

  /** Removes what is not wanted, and what stands where something of another kind is wanted. */
  async #clear(directory: string, prefix: RelativePath, wanted: ReadonlyMap<RelativePath, ManifestEntry>, directories: ReadonlySet<RelativePath>): Promise<void> {
    const odd: Skipped[] = [];
    for (const { path, absolute, info } of await entries(directory, prefix, odd)) {
      if (this.#shown.byPath.has(path)) continue;
      if (info.isDirectory()) {
        if (directories.has(path)) {
          if ((info.mode & 0o700) !== 0o700) await chmod(absolute, (info.mode & 0o777) | 0o700);
          await this.#clear(absolute, path, wanted, directories);
        } else await removeTree(absolute);
      } else if (!wanted.has(path)) await unlink(absolute);
    }
    // Names that are not UTF-8 were made by a command; the system's own tools can remove them with their directory only.
    for (const { path, reason } of odd) if (reason === 'name') this.state.skipped.push({ path, reason });
  }

  async #placeholders(): Promise<void> {
    for (const [path, mount] of this.#shown.byPath) await placeholder(this.root, path, mount.source, this.state.owner);
  }
}
