import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../core/hash.ts';
import { FACTS_VERSION } from './facts/read.ts';
import type { FileFacts } from './facts/types.ts';

/** What is kept of one file. */
export interface Kept {
  hash: string;
  /** As the file's listing gave it; '' for one that must be hashed again. */
  stamp: string;
  facts: FileFacts;
}

/** Projects and bytes that the cache holds at most; the ones not used for longest go first. */
const MOST_PROJECTS = 32;
const MOST_BYTES = 512 * 2 ** 20;

const fileOf = (folder: string, identity: string): string => join(folder, `${sha256(identity).slice(0, 32)}.facts`);
const HEAD = `untilgreen-facts ${FACTS_VERSION}\n`;

/**
 * Facts kept of a project, by path. A file that is missing, damaged, cut off or of another version gives an empty map: the cache
 * holds nothing that cannot be read again from the sources.
 */
export async function loadKept(folder: string, identity: string): Promise<Map<string, Kept>> {
  const path = fileOf(folder, identity);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'EACCES' || error.code === 'ENOTDIR') return Buffer.alloc(0);
    throw error;
  });
  // The last line is the hash of all before it: a file that was cut off or changed does not have it.
  const end = bytes.lastIndexOf(10) + 1;
  if (end === 0 || bytes.toString('utf8', 0, HEAD.length) !== HEAD || bytes.toString('utf8', end) !== sha256(bytes.subarray(0, end))) return new Map();
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined); // only the order in which old ones go hangs on it
  const kept = new Map<string, Kept>();
  for (let at = HEAD.length; at < end;) {
    const stop = bytes.indexOf(10, at);
    const [name, entry] = JSON.parse(bytes.toString('utf8', at, stop)) as [string, Kept];
    kept.set(name, entry);
    at = stop + 1;
  }
  return kept;
}

/** Writes beside and renames: of two processes the later one wins, and a reader sees one of them whole. */
export async function saveKept(folder: string, identity: string, kept: ReadonlyMap<string, Kept>): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `${randomUUID()}.tmp`);
  try {
    await writeFile(temporary, partsOf(kept), { mode: 0o600 });
    await rename(temporary, fileOf(folder, identity));
  } finally {
    await rm(temporary, { force: true });
  }
  await prune(folder);
}

/** In parts of some hundred kilobytes: one text of everything would double the memory for a moment. */
function* partsOf(kept: ReadonlyMap<string, Kept>): Generator<string> {
  const hash = createHash('sha256');
  let part = HEAD;
  for (const entry of kept) {
    part += `${JSON.stringify(entry)}\n`;
    if (part.length < 2 ** 18) continue;
    hash.update(part);
    yield part;
    part = '';
  }
  yield part + hash.update(part).digest('hex');
}

async function prune(folder: string): Promise<void> {
  const found: { path: string; size: number; used: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined); // another process may prune too
    if (!info) continue;
    // What a killed process left behind.
    if (name.endsWith('.tmp') && Date.now() - info.mtimeMs > 3_600_000) await rm(path, { force: true });
    if (name.endsWith('.facts')) found.push({ path, size: info.size, used: info.mtimeMs });
  }
  let bytes = 0;
  for (const [index, { path, size }] of found.toSorted((a, b) => b.used - a.used).entries()) {
    bytes += size;
    if (index >= MOST_PROJECTS || (index > 0 && bytes > MOST_BYTES)) await rm(path, { force: true });
  }
}
