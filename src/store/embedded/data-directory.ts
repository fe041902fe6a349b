import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { parseTar } from 'nanotar';
import { UntilgreenError } from '../../core/errors.ts';
import { syncPath } from './durable-fs.ts';

/** Major version of the PostgreSQL that the pinned PGlite is made from; its files open with no other. */
export const PG_MAJOR = '18';

/** Super-block magics of file systems on which neither the lock nor fsync can be trusted; from statfs(2). */
const NETWORK_FILE_SYSTEMS: Readonly<Record<number, string>> = { 0x6969: 'NFS', 0xff534d42: 'CIFS', 0xfe534d42: 'SMB', 0x517b: 'SMB' };

/** The new data directory that the package ships, so that a first start needs no initdb (6 s of CPU and 800 MB of memory). */
export const TEMPLATE = new URL('../../../assets/pglite-template.tar.br', import.meta.url);

/** Refuses `store_failed` where the data directory would lie on a network file system. Linux only; elsewhere nothing is known. */
export async function refuseNetworkFileSystem(parent: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const name = NETWORK_FILE_SYSTEMS[(await statfs(parent)).type >>> 0];
  if (name) {
    throw new UntilgreenError('store_failed', `The store cannot lie on a ${name} file system: ${parent}.`, { directory: parent, fileSystem: name }, 'Choose a local directory, or set DATABASE_URL.');
  }
}

/**
 * Makes sure that `directory` holds a database which this package can open; a missing one is made from the template.
 * It comes into being by one rename, so a kill at any moment leaves either nothing or all of it.
 * Only the holder of the lock may call it. Errors: `store_incompatible`.
 */
export async function prepareDataDirectory(directory: string): Promise<'fresh' | 'existing'> {
  const parent = dirname(directory);
  const half = `${basename(directory)}.new-`;
  for (const name of readdirSync(parent)) {
    if (name.startsWith(half)) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const version = join(directory, 'PG_VERSION');
  if (existsSync(version)) {
    const major = readFileSync(version, 'utf8').trim();
    if (major !== PG_MAJOR) throw incompatible(directory, `holds data of PostgreSQL ${major}, this version reads ${PG_MAJOR}`, { major, expected: PG_MAJOR });
    return 'existing';
  }
  if (existsSync(directory) && readdirSync(directory).length > 0) throw incompatible(directory, 'is not empty and holds no database', {});

  const work = join(parent, `${half}${process.pid}`);
  await unpack(brotliDecompressSync(readFileSync(TEMPLATE)), work);
  if (existsSync(directory)) rmSync(directory, { recursive: true });
  renameSync(work, directory);
  syncPath(parent);
  return 'fresh';
}

function incompatible(directory: string, why: string, data: Record<string, unknown>): UntilgreenError {
  return new UntilgreenError(
    'store_incompatible',
    `The store ${directory} ${why}.`,
    { directory, ...data },
    'Export it with the version that wrote it, move the directory away, and import into a new one; or just move it away to start afresh.',
  );
}

// libuv does four at a time; fsyncs that run beside each other share a journal commit, which halves the time.
const SYNCS_AT_ONCE = 4;

async function unpack(tar: Uint8Array, into: string): Promise<void> {
  const paths = [into];
  mkdirSync(into, { recursive: true, mode: 0o700 });
  for (const entry of parseTar(tar)) {
    const path = join(into, entry.name);
    paths.push(path);
    if (entry.type === 'directory') mkdirSync(path, { recursive: true, mode: 0o700 });
    else writeFileSync(path, entry.data ?? new Uint8Array(), { mode: 0o600 });
  }
  const sync = async (): Promise<void> => {
    for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
      const file = await open(path, 'r');
      try {
        await file.sync();
      } finally {
        await file.close();
      }
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, sync));
}
