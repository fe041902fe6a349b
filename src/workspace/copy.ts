import { closeSync, constants, fchmodSync, fchownSync, fstatSync, futimesSync, openSync, readFileSync, writeSync } from 'node:fs';
import { chmod, chown, copyFile, lchown, lstat, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BlobStore } from './blobs.ts';
import { own, type Manifest, type ManifestEntry } from './manifest.ts';
import { makeDirectories, parentsOf } from './tree.ts';
import type { RelativePath } from './types.ts';

/** To whom the copy belongs, where the process may give files away. */
export interface Owner {
  uid: number;
  gid: number;
}

/** An empty entry at which a read-only mount can be bound. */
export async function placeholder(root: string, path: RelativePath, source: string, owner: Owner | undefined): Promise<void> {
  const at = join(root, path);
  const info = await lstat(source).catch(() => undefined);
  await mkdir(info?.isDirectory() === false ? join(at, '..') : at, { recursive: true });
  if (info?.isDirectory() === false) {
    const handle = await open(at, constants.O_CREAT | constants.O_WRONLY | constants.O_NOFOLLOW, 0o644);
    await handle.close();
  }
  if (owner) await lchown(at, owner.uid, owner.gid);
}

/** Files up to this size are copied by plain calls, many at a time before others get their turn. */
export const SMALL_FILE = 256 * 1024;

/** A new file in a tree of our own, at once. */
export function writeNew(to: string, bytes: Uint8Array, mode: number, owner: Owner | undefined, times?: { atime: Date; mtime: Date }): void {
  const fd = openSync(to, 'wx', mode);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fchmodSync(fd, mode);
    if (owner) fchownSync(fd, owner.uid, owner.gid);
    if (times) futimesSync(fd, times.atime, times.mtime);
  } finally {
    closeSync(fd);
  }
}

/** Copies a small file with its times. Undefined where it is no file any more. */
export function copySmall(from: string, to: string, mode: number, owner: Owner | undefined): Uint8Array | undefined {
  const fd = openSync(from, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const info = fstatSync(fd);
    if (!info.isFile()) return undefined;
    const bytes = readFileSync(fd);
    writeNew(to, bytes, mode | 0o400, owner, info);
    return bytes;
  } finally {
    closeSync(fd);
  }
}

/** Writes the files of a state into a tree that is empty yet. Links are left to `restore`. */
export async function fillTree(root: string, blobs: BlobStore, manifest: Manifest, owner: Owner | undefined): Promise<void> {
  await makeDirectories(root, [...manifest.directories, ...Object.keys(manifest.files).flatMap(parentsOf)], owner);
  const deleted = new Set(manifest.written.filter((path) => !own(manifest.files, path)));
  let done = 0;
  for (const [path, entry] of [...Object.entries(manifest.files), ...Object.entries(manifest.hidden)]) {
    if (entry.link !== undefined || deleted.has(path) || (entry === own(manifest.hidden, path) && own(manifest.files, path))) continue;
    writeNew(join(root, path), await blobs.get(entry.hash), entry.mode, owner);
    if ((done += 1) % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Content of an entry; of a link, its target. */
export async function entryBytes(blobs: BlobStore, entry: ManifestEntry): Promise<Uint8Array> {
  return entry.link === undefined ? blobs.get(entry.hash) : new TextEncoder().encode(entry.link);
}

/** Copies one file, by reflink where the file system can, never as a hard link: a program inside must not reach the original. */
export async function copyIn(from: string, to: string, mode: number, owner: Owner | undefined): Promise<Uint8Array> {
  await copyFile(from, to, constants.COPYFILE_FICLONE | constants.COPYFILE_EXCL);
  await chmod(to, mode | 0o400);
  if (owner) await chown(to, owner.uid, owner.gid);
  return readFile(to);
}
