import { join } from 'node:path';
import { cacheDir } from '../../config/paths.ts';
import { sha256 } from '../../core/hash.ts';
import { loadKept, saveKept, type Kept } from '../cache.ts';
import { factLanguage, MOST_SOURCE_BYTES, readFacts } from '../facts/read.ts';
import { emptyFacts } from '../facts/types.ts';
import type { ListedFile, ProjectFiles } from '../files.ts';
import { MANIFEST, ProjectGraph } from './graph.ts';
import type { ProjectFile } from './types.ts';

export interface ReadOptions {
  /** Folder of kept facts; `false` keeps none. Default: the product's cache folder. */
  cache?: string | false;
  /** Told after each file that had to be read. */
  onProgress?: (done: number, all: number) => void;
  signal?: AbortSignal;
}

export interface ReadProject {
  graph: ProjectGraph;
  /** Files whose facts were read now; the others came from the cache. */
  read: number;
  /** Source files that do not parse. */
  broken: string[];
}

/** Reading fewer files than this takes no longer than keeping them. */
const WORTH_KEEPING = 24;
const decoder = new TextDecoder('utf-8');

/**
 * Reads a project into a graph. Files whose time and size, or else whose content, are as they were come from the cache.
 * Aborting rejects with `cancelled`; nothing in a file makes it reject.
 */
export async function readProject(files: ProjectFiles, options: ReadOptions = {}): Promise<ReadProject> {
  const folder = options.cache ?? join(cacheDir(), 'context');
  const listed = await files.list();
  const sources = listed.filter((file) => factLanguage(file.path) !== 'other' && file.size <= MOST_SOURCE_BYTES);
  const kept = folder === false || sources.length < WORTH_KEEPING ? new Map<string, Kept>() : await loadKept(folder, files.identity);
  const byHash = new Map<string, Kept>();
  // Facts hang on the language too: a.js and a.ts may have one content.
  for (const [path, entry] of kept) byHash.set(`${factLanguage(path)} ${entry.hash}`, entry);

  const next = new Map<string, Kept>();
  let read = 0;
  let changed = 0;
  const manifests = new Map<string, string>();
  const found: ProjectFile[] = [];
  for (const file of listed) {
    options.signal?.throwIfAborted();
    if (MANIFEST.test(file.path) && file.size <= MOST_SOURCE_BYTES) {
      const bytes = await files.read(file.path);
      if (bytes) manifests.set(file.path, decoder.decode(bytes));
    }
    const language = factLanguage(file.path);
    if (language === 'other' || file.size > MOST_SOURCE_BYTES) {
      found.push({ path: file.path, size: file.size, facts: emptyFacts(language, 0) });
      continue;
    }
    const entry = await entryOf(file);
    if (!entry) continue;
    next.set(file.path, entry);
    found.push({ path: file.path, size: file.size, hash: entry.hash, facts: entry.facts });
  }

  async function entryOf(file: ListedFile): Promise<Kept | undefined> {
    const known = kept.get(file.path);
    if (known && file.stamp !== undefined && known.stamp === file.stamp) return known;
    if (known && file.hash === known.hash) return known;
    changed += 1;
    const same = file.hash === undefined ? undefined : byHash.get(`${factLanguage(file.path)} ${file.hash}`);
    if (same) return { ...same, stamp: file.stamp ?? '' };
    const bytes = await files.read(file.path);
    if (!bytes) return undefined;
    const hash = file.hash ?? sha256(bytes);
    const content = byHash.get(`${factLanguage(file.path)} ${hash}`);
    if (content) return { ...content, stamp: file.stamp ?? '' };
    const facts = await readFacts(file.path, decoder.decode(bytes));
    read += 1;
    options.onProgress?.(next.size + 1, sources.length);
    // The parsers do not wait: now and then others get their turn, and a signal is heard.
    if (read % 16 === 0) await new Promise((resolve) => setImmediate(resolve));
    return { hash, stamp: file.stamp ?? '', facts };
  }

  const gone = [...kept.keys()].some((path) => !next.has(path));
  if (folder !== false && sources.length >= WORTH_KEEPING && (changed > 0 || gone)) await keep(folder, files.identity, next);
  return { graph: new ProjectGraph(found, manifests), read, broken: found.filter((file) => !file.facts.ok).map((file) => file.path) };
}

/** A cache that cannot be written (a full disk, a read-only home) costs time and nothing else. */
async function keep(folder: string, identity: string, kept: ReadonlyMap<string, Kept>): Promise<void> {
  try {
    await saveKept(folder, identity, kept);
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOSPC', 'EPERM', 'ENOTDIR', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
