import { chown, chmod, lchown, lstat, mkdir, readFile, symlink, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { defaultMountAt } from '../sandbox/place.ts';
import type { Mount } from '../sandbox/types.ts';
import { Bench } from './bench.ts';
import { BlobStore, replaceFile } from './blobs.ts';
import { copyIn, copySmall, placeholder, SMALL_FILE, type Owner } from './copy.ts';
import { saveManifest, type ManifestEntry } from './manifest.ts';
import { checkDirectory } from './paths.ts';
import { scanDirectory, type Found } from './scan.ts';
import { linkEntry } from './snapshot.ts';
import { packagesFolder, stateFile, type BenchState } from './state.ts';
import { pooled, removeTree } from './tree.ts';
import type { RelativePath, Skipped } from './types.ts';

export interface OpenOptions {
  /** The user's directory. */
  source: string;
  /** Where the copy goes: not inside another workbench. `<root>.json` and `<root>.tmp` belong to it. */
  root: string;
  /** Directory of kept contents; several workbenches may share one. */
  blobs: string;
  /** Absolute path of the copy inside the sandbox. Default: the source's own path, or /workspace where the sandbox has a tree of its own. */
  mountAt?: string;
  /** Further patterns in gitignore syntax. */
  ignore?: readonly string[];
  /** Bytes. Default 10 MiB: a larger file is shown read-only, and cannot be read or written as text. */
  maxFileBytes?: number;
  /** Bytes. Default 1 GiB. */
  maxCopyBytes?: number;
  /** Goes on with the copy that stands at `root`; one that was never finished is made anew. */
  resume?: boolean;
  /** Milliseconds during which a file that was just changed is hashed again instead of trusted by its times. Default 50. */
  settle?: number;
}

/**
 * Makes the private copy in which a run works, or opens it again.
 *
 * Files are copied as they are; ignore rules of git hold, with git or without. Dependency folders, large files and large ignored
 * directories become read-only mounts. `.git` is never copied, secrets that are ignored stay where they are. Contents are kept as
 * blobs without a sync: they outlive the process but not a power cut, after which a damaged one is noticed by its hash.
 *
 * Errors: `directory_missing`, `not_a_directory`, `directory_refused`, `too_large`.
 *
 * @example
 * const bench = await openWorkbench({ source: '/home/me/app', root: `${data}/work`, blobs: `${data}/blobs` });
 * await bench.write([{ kind: 'write', path: 'a.py', content: 'x = 1\n' }]);
 * console.log(await bench.diff());
 */
export async function openWorkbench(options: OpenOptions): Promise<Bench> {
  const source = await checkDirectory(options.source);
  const root = resolve(options.root);
  const blobs = new BlobStore(resolve(options.blobs));
  if (source === root || source.startsWith(`${root}/`)) {
    throw new UntilgreenError('directory_refused', `${source} lies inside the place of its own copy, ${root}.`, { source, root }, 'Give another place for the data of runs.');
  }
  const kept = options.resume ? await readState(root) : undefined;
  if (kept && kept.source === source) {
    const bench = new Bench(root, blobs, kept, options.settle);
    if (await lstat(root).then((s) => s.isDirectory(), () => false)) return bench;
    await mkdir(root, { recursive: true, mode: 0o700 });
    if (kept.owner) await chown(root, kept.owner.uid, kept.owner.gid);
    await bench.restore(kept.base);
    return bench;
  }
  await removeTree(stateFile(root));
  await removeTree(packagesFolder(root));
  await removeTree(root);
  await mkdir(dirname(root), { recursive: true });
  return copy(source, root, blobs, options);
}

async function copy(source: string, root: string, blobs: BlobStore, options: OpenOptions): Promise<Bench> {
  const maxFileBytes = options.maxFileBytes ?? 10 * 2 ** 20;
  const scan = await scanDirectory(source, {
    ignore: options.ignore ?? [],
    maxFileBytes,
    maxCopyBytes: options.maxCopyBytes ?? 2 ** 30,
    exclude: [root, `${root}.tmp`, packagesFolder(root), stateFile(root), blobs.directory],
  });
  const info = await lstat(source);
  const owner = process.getuid?.() === 0 && info.uid !== 0 ? { uid: info.uid, gid: info.gid } : undefined;
  const mountAt = options.mountAt ?? defaultMountAt(source);

  await mkdir(root, { mode: 0o700 });
  if (owner) await chown(root, owner.uid, owner.gid);
  const directories = [...scan.directories, ...scan.ignoredDirectories.map((path) => ({ path, mode: 0o755 }))];
  for (const { path, mode } of directories) {
    const at = join(root, path);
    await mkdir(at, { recursive: true });
    await chmod(at, mode | 0o700);
    if (owner) await chown(at, owner.uid, owner.gid);
  }
  const skipped: Skipped[] = [...scan.skipped];
  const take = async (found: readonly Found[]): Promise<Record<RelativePath, ManifestEntry>> => {
    const entries = new Map<RelativePath, ManifestEntry>();
    let done = 0;
    await pooled(found, 8, async (file) => {
      // Small files are copied without waiting; others get their turn now and then.
      if ((done += 1) % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
      const entry = await copyOne(source, root, file, blobs, owner);
      if (entry === 'unreadable') skipped.push({ path: file.path, reason: 'unreadable' });
      else if (entry) entries.set(file.path, entry);
    });
    // Not by assignment: a file may be called __proto__.
    return Object.fromEntries([...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  };
  const files = await take(scan.files);
  const hidden = await take(scan.ignored);
  const mounts: Mount[] = [];
  for (const { path } of scan.mounts) {
    mounts.push({ source: join(source, path), target: join(mountAt, path), optional: true });
    await placeholder(root, path, join(source, path), owner);
  }
  const base = await saveManifest(blobs, { version: 1, files, hidden, directories: directories.map((d) => d.path).toSorted(), written: [] });
  const state: BenchState = { version: 1, source, mountAt, mounts, skipped, base, written: [], maxFileBytes, ...(owner ? { owner } : {}) };
  await replaceFile(stateFile(root), JSON.stringify(state), { durable: false, name: 'bench.state' });
  return new Bench(root, blobs, state, options.settle);
}

async function copyOne(source: string, root: string, file: Found, blobs: BlobStore, owner: Owner | undefined): Promise<ManifestEntry | 'unreadable' | undefined> {
  const from = join(source, file.path);
  const to = join(root, file.path);
  if (file.link !== undefined) {
    await symlink(file.link, to);
    if (owner) await lchown(to, owner.uid, owner.gid);
    return linkEntry(file.link);
  }
  try {
    if (file.size <= SMALL_FILE) {
      const small = copySmall(from, to, file.mode, owner);
      if (!small) return undefined;
      const hash = sha256(small);
      blobs.putNow(small, hash);
      return { hash, mode: file.mode | 0o400, size: small.length };
    }
    const bytes = await copyIn(from, to, file.mode, owner);
    const hash = sha256(bytes);
    await blobs.putFile(to, hash);
    const info = await lstat(from);
    await utimes(to, info.atime, info.mtime);
    return { hash, mode: file.mode | 0o400, size: bytes.length };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EACCES') return 'unreadable';
    if (code === 'ENOENT' || code === 'ELOOP') return undefined; // gone, or another thing, since the directory was read
    throw error;
  }
}

async function readState(root: string): Promise<BenchState | undefined> {
  try {
    const state = JSON.parse(await readFile(stateFile(root), 'utf8')) as BenchState;
    return state.version === 1 ? state : undefined;
  } catch (error) {
    // No state, or one from a crash of the machine: the copy is made anew.
    if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
