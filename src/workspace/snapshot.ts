import { lstat, readlink } from 'node:fs/promises';
import { join } from 'node:path';

import { sha256 } from '../core/hash.ts';
import type { BlobStore } from './blobs.ts';
import type { ManifestEntry } from './manifest.ts';
import { openFile } from './paths.ts';
import { parentsOf, pooled } from './tree.ts';
import type { ContentHash, RelativePath } from './types.ts';

/** Milliseconds after a change during which a second one may leave the file's times as they are. Coarse kernel clocks tick every 4 to 10 ms; file systems with 2 s stamps are not used for work. */
export const SETTLE_MS = 50;

interface Seen {
  ino: bigint;
  size: bigint;
  mtime: bigint;
  ctime: bigint;
  mode: bigint;
  /** When it was hashed, in milliseconds since the epoch. */
  at: number;
  entry: ManifestEntry;
}

/** Hashes files of a tree, and hashes one again only when its inode, size or times say that it changed. */
export class Snapshots {
  readonly #seen = new Map<RelativePath, Seen>();

  constructor(
    private readonly root: string,
    private readonly blobs: BlobStore,
    private readonly settle: number,
  ) {}

  /** The present state of these paths; those that are no file and no link are left out. New contents are kept as blobs. */
  async take(paths: readonly RelativePath[], keep: boolean): Promise<Record<RelativePath, ManifestEntry>> {
    const through = await this.#linkedDirectories(paths);
    const found = new Map<RelativePath, ManifestEntry>();
    await pooled(paths, 16, async (path) => {
      if (parentsOf(path).some((d) => through.has(d))) return;
      const entry = await this.one(path, keep);
      if (entry) found.set(path, entry);
    });
    // Not by assignment: a file may be called __proto__.
    return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  async one(path: RelativePath, keep: boolean): Promise<ManifestEntry | undefined> {
    const absolute = join(this.root, path);
    const info = await lstat(absolute, { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (!info || !(info.isFile() || info.isSymbolicLink())) {
      this.#seen.delete(path);
      return undefined;
    }
    const seen = this.#seen.get(path);
    const same = seen && seen.ino === info.ino && seen.size === info.size && seen.mtime === info.mtimeNs && seen.ctime === info.ctimeNs && seen.mode === info.mode;
    const settled = seen && Number(info.ctimeNs / 1_000_000n) + this.settle < seen.at;
    if (same && settled && (!keep || seen.entry.link !== undefined || (await this.blobs.has(seen.entry.hash)))) return seen.entry;
    const at = Date.now();
    const entry = info.isSymbolicLink() ? await this.#link(absolute) : await this.#file(path, Number(info.mode & 0o777n), keep);
    if (entry) this.#seen.set(path, { ino: info.ino, size: info.size, mtime: info.mtimeNs, ctime: info.ctimeNs, mode: info.mode, at, entry });
    else this.#seen.delete(path);
    return entry;
  }

  async #link(absolute: string): Promise<ManifestEntry> {
    return linkEntry(await readlink(absolute));
  }

  async #file(path: RelativePath, mode: number, keep: boolean): Promise<ManifestEntry | undefined> {
    const handle = await openFile(this.root, path);
    if (!handle) return undefined;
    try {
      const bytes = await handle.readFile();
      const hash: ContentHash = sha256(bytes);
      if (keep) await this.blobs.put(bytes, { hash });
      return { hash, mode, size: bytes.length };
    } finally {
      await handle.close();
    }
  }

  /** Directories on the way that a command replaced by a link: nothing behind them belongs to the tree. */
  async #linkedDirectories(paths: readonly RelativePath[]): Promise<Set<RelativePath>> {
    const directories = new Set(paths.flatMap(parentsOf));
    const linked = new Set<RelativePath>();
    await pooled([...directories], 16, async (directory) => {
      const info = await lstat(join(this.root, directory)).catch(() => undefined);
      if (info?.isSymbolicLink()) linked.add(directory);
    });
    return linked;
  }
}

export function linkEntry(target: string): ManifestEntry {
  return { hash: sha256(target), mode: 0o777, size: Buffer.byteLength(target), link: target };
}
