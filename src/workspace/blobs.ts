import { constants, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';

import { UntilgreenError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { killPoint } from '../core/killpoint.ts';
import type { ContentHash } from './types.ts';

/**
 * Contents by their SHA-256, in `<directory>/ab/cdef…`. A blob appears under its name only when it is whole; what is read is
 * compared with its name, so that a disk that lost a write is noticed and never taken for content.
 */
export class BlobStore {
  readonly #known = new Set<ContentHash>();
  readonly #durable = new Set<ContentHash>();
  #fans = new Set<string>();

  constructor(readonly directory: string) {}

  path(hash: ContentHash): string {
    return join(this.directory, hash.slice(0, 2), hash.slice(2));
  }

  /**
   * Keeps bytes.
   *
   * @param options.durable also survives a power cut: file and directory are synced before this resolves
   */
  async put(bytes: Uint8Array, options: { durable?: boolean; hash?: ContentHash } = {}): Promise<ContentHash> {
    const hash = options.hash ?? sha256(bytes);
    if (options.durable ? this.#durable.has(hash) : await this.has(hash)) return hash;
    const target = this.path(hash);
    const fan = await this.#fan(hash);
    const temporary = join(fan, `.${randomBytes(6).toString('hex')}.tmp`);
    killPoint('blob.write');
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      if (options.durable) {
        killPoint('blob.sync');
        await handle.sync();
      }
    } finally {
      await handle.close();
    }
    killPoint('blob.rename');
    await rename(temporary, target);
    if (options.durable) {
      await syncDirectory(fan);
      await syncDirectory(this.directory);
      this.#durable.add(hash);
    }
    this.#known.add(hash);
    return hash;
  }

  /** Keeps small bytes at once, for the thousands of files of a copy: a call to the thread pool costs more than the write. */
  putNow(bytes: Uint8Array, hash: ContentHash): void {
    if (this.#known.has(hash) || existsSync(this.path(hash))) return;
    const fan = join(this.directory, hash.slice(0, 2));
    if (!this.#fans.has(fan)) mkdirSync(fan, { recursive: true, mode: 0o700 });
    this.#fans.add(fan);
    const temporary = join(fan, `.${randomBytes(6).toString('hex')}.tmp`);
    writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, this.path(hash));
    this.#known.add(hash);
  }

  /** Keeps the content of a file whose hash is known, by reflink where the file system can. */
  async putFile(file: string, hash: ContentHash): Promise<void> {
    if (await this.has(hash)) return;
    const fan = await this.#fan(hash);
    const temporary = join(fan, `.${randomBytes(6).toString('hex')}.tmp`);
    await copyFile(file, temporary, constants.COPYFILE_FICLONE);
    await rename(temporary, this.path(hash));
    this.#known.add(hash);
  }

  async has(hash: ContentHash): Promise<boolean> {
    if (this.#known.has(hash)) return true;
    const there = await stat(this.path(hash)).then(() => true, (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false;
      throw error;
    });
    if (there) this.#known.add(hash);
    return there;
  }

  /** Errors: `store_failed` where the blob is missing or not what its name says. */
  async get(hash: ContentHash): Promise<Uint8Array> {
    let bytes: Uint8Array;
    try {
      bytes = readFileSync(this.path(hash));
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
      throw new UntilgreenError('store_failed', `The kept content ${hash.slice(0, 12)} is missing from ${this.directory}.`, { hash }, 'Start a new run.', { cause });
    }
    if (sha256(bytes) !== hash) {
      throw new UntilgreenError('store_failed', `The kept content ${hash.slice(0, 12)} in ${this.directory} is damaged.`, { hash }, 'Start a new run.');
    }
    return bytes;
  }

  /** Every blob with its size in bytes. */
  async entries(): Promise<{ hash: ContentHash; bytes: number }[]> {
    const found: { hash: ContentHash; bytes: number }[] = [];
    for (const fan of await list(this.directory)) {
      if (!/^[0-9a-f]{2}$/.test(fan)) continue;
      for (const rest of await list(join(this.directory, fan))) {
        const info = await stat(join(this.directory, fan, rest)).catch(() => undefined);
        if (info) found.push({ hash: rest.startsWith('.') ? rest : fan + rest, bytes: info.size });
      }
    }
    return found;
  }

  /** Removes every blob that is not in `keep`, and what interrupted writes left. */
  async sweep(keep: ReadonlySet<ContentHash>): Promise<void> {
    for (const fan of await list(this.directory)) {
      if (!/^[0-9a-f]{2}$/.test(fan)) continue;
      for (const rest of await list(join(this.directory, fan))) {
        if (keep.has(fan + rest)) continue;
        await rm(join(this.directory, fan, rest), { force: true });
        this.#known.delete(fan + rest);
        this.#durable.delete(fan + rest);
      }
    }
  }

  async #fan(hash: ContentHash): Promise<string> {
    const fan = join(this.directory, hash.slice(0, 2));
    if (!this.#fans.has(fan)) {
      await mkdir(fan, { recursive: true, mode: 0o700 });
      this.#fans.add(fan);
    }
    return fan;
  }
}

async function list(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Makes a rename or a new name in a directory survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a small file as a whole, durably: temporary file, sync, rename, sync of the directory. */
export async function replaceFile(file: string, text: string, options: { durable?: boolean; name?: string } = {}): Promise<void> {
  const name = options.name ?? 'file';
  const temporary = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  killPoint(`${name}.write`);
  const handle = await open(temporary, 'wx', 0o600);
  try {
    await handle.writeFile(text);
    if (options.durable !== false) {
      killPoint(`${name}.sync`);
      await handle.sync();
    }
  } finally {
    await handle.close();
  }
  killPoint(`${name}.rename`);
  await rename(temporary, file);
  killPoint(`${name}.renamed`);
  if (options.durable !== false) await syncDirectory(join(file, '..'));
}
