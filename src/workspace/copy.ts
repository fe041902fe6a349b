import { constants } from 'node:fs';
import { chmod, chown, copyFile, lchown, lstat, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BlobStore } from './blobs.ts';
import type { ManifestEntry } from './manifest.ts';
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
