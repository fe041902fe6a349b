import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { isLaterPart, stemOf } from './gguf.ts';
import { hubRepository, repositoryName } from './hub.ts';
import { ollamaModels } from './ollama.ts';
import { placesOf, type Place } from './places.ts';
import { registered } from './registry.ts';
import { isSnapshot } from './snapshot.ts';
import type { FindOptions, FoundVia } from './types.ts';

/** Something that seems to be a model, by names alone: nothing of it was read. */
export interface Candidate {
  name: string;
  /** Further names under which it is found: its file's, its repository's, without its quantisation. */
  aliases: string[];
  path: string;
  via: FoundVia;
}

export interface ScanOptions extends FindOptions {
  /** Folders looked into so far, and the one at hand; called for each. Must not throw. */
  onFolder?: (folder: string, count: number) => void;
  signal?: AbortSignal;
}

export interface Scanned {
  candidates: Candidate[];
  /** Places that somebody named and that are not there or cannot be read, and limits that were met; whole sentences. */
  problems: string[];
}

/** Below a root: the cache of the hub has `models--x/snapshots/REVISION/file`, LM Studio `owner/name/file`. */
const DEPTH = 6;
/** Folders of one root; a whole home directory that was given by mistake is not read to its end. */
const FOLDERS = 5_000;
const PASSED_OVER = new Set(['node_modules', '.git', 'blobs', '.locks', '__pycache__', 'site-packages', 'proc', 'sys']);

/**
 * Looks for models in all known places: bounded in depth and number, each folder once however many links lead to it. Reads
 * the names of files only, and Ollama's manifests.
 */
export async function scan(options: ScanOptions): Promise<Scanned> {
  const found: Scanned = { candidates: [], problems: [] };
  for (const entry of await registered(options.env)) found.candidates.push({ name: entry.name, aliases: [], path: entry.path, via: 'registered' });
  const walk = new Walk(found, options);
  for (const place of placesOf(options)) await walk.place(place);
  return { candidates: await once(found.candidates), problems: found.problems };
}

/** The first of those that are one file, so that a link in the cache and what it leads to are not two models. */
async function once(candidates: readonly Candidate[]): Promise<Candidate[]> {
  const kept = new Map<string, Candidate>();
  for (const one of candidates) {
    const real = await realpath(one.path).catch(() => one.path);
    const before = kept.get(real);
    if (before) before.aliases.push(...[one.name, ...one.aliases].filter((alias) => alias !== before.name));
    else kept.set(real, one);
  }
  return [...kept.values()];
}

class Walk {
  private readonly found: Scanned;
  private readonly options: ScanOptions;
  private readonly seen = new Set<string>();
  private count = 0;
  private limit = 0;

  constructor(found: Scanned, options: ScanOptions) {
    this.found = found;
    this.options = options;
  }

  async place(place: Place): Promise<void> {
    const info = await stat(place.path).catch((error: NodeJS.ErrnoException) => {
      if (place.named) this.found.problems.push(`${place.path} (${place.via}) cannot be looked into (${error.code}).`);
    });
    if (!info) return;
    if (!info.isDirectory()) return void this.add(place, place.path, place.path);
    if (place.layout === 'ollama') return void this.found.candidates.push(...(await ollamaModels(place.path)).map((one) => ({ ...one, via: place.via })));
    this.limit = this.count + FOLDERS;
    await this.folder(place, place.path, 0);
    if (this.count >= this.limit) this.found.problems.push(`${place.path} (${place.via}) has more than ${FOLDERS} folders; the rest was not looked into.`);
  }

  private add(place: Place, path: string, root: string): void {
    const name = stemOf(path);
    const bare = withoutQuantization(name);
    this.found.candidates.push({ name, aliases: [...new Set([basename(path), relative(root, path), bare])].filter((alias) => alias && alias !== name), path, via: place.via });
  }

  private async folder(place: Place, folder: string, depth: number): Promise<void> {
    this.options.signal?.throwIfAborted();
    const real = await realpath(folder).catch(() => folder);
    if (this.seen.has(real) || this.count >= this.limit) return;
    this.seen.add(real);
    this.count += 1;
    this.options.onFolder?.(folder, this.count);
    const repository = repositoryName(folder);
    if (repository !== undefined) return this.repository(place, folder, repository);
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (depth === 0 && place.named) this.found.problems.push(`${folder} (${place.via}) cannot be looked into (${error.code}).`);
      return [];
    });
    const names = entries.map((entry) => entry.name);
    if (isSnapshot(names)) {
      const name = basename(folder);
      this.found.candidates.push({ name, aliases: [relative(place.path, folder)].filter((alias) => alias && alias !== name), path: folder, via: place.via });
    }
    for (const file of leads(names)) this.add(place, join(folder, file), place.path);
    if (depth === DEPTH) return;
    for (const entry of entries) {
      if (PASSED_OVER.has(entry.name) || entry.isFile()) continue;
      const path = join(folder, entry.name);
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await stat(path).then((info) => info.isDirectory(), () => false)));
      if (isFolder) await this.folder(place, path, depth + 1);
    }
  }

  /** One repository of the hub's cache; what was not downloaded to the end is a candidate too, so that it is told. */
  private async repository(place: Place, folder: string, name: string): Promise<void> {
    const short = name.slice(name.indexOf('/') + 1);
    const push = (path: string, called: string, aliases: string[]) => this.found.candidates.push({ name: called, aliases: aliases.filter((alias) => alias !== called), path, via: place.via });
    const repository = await hubRepository(folder).catch(() => undefined); // `look` tells why
    if (!repository) return void push(folder, name, [short]);
    const names = await readdir(repository.snapshot, { recursive: true }).catch(() => []);
    if (isSnapshot(names)) push(folder, name, [short]);
    for (const file of leads(names)) {
      const stem = stemOf(file);
      push(join(repository.snapshot, file), stem, [basename(file), `${name}/${file}`, name, withoutQuantization(stem)]);
    }
  }
}

/** Of the GGUF files of a folder those that stand for a model: of a split one its first part, or what there is of it. */
function leads(names: readonly string[]): string[] {
  const files = names.filter((name) => /\.gguf$/i.test(name)).toSorted();
  return files.filter((name, i) => !isLaterPart(name) || !files.slice(0, i).some((other) => stemOf(other) === stemOf(name)));
}

/** `qwen2.5-coder-1.5b-instruct-q4_k_m` → `qwen2.5-coder-1.5b-instruct` */
export function withoutQuantization(name: string): string {
  return name.replace(/[-._](?:i?q\d\w*|tq\d_\d|bf16|fp?16|f32|mxfp4\w*)$/i, '');
}

/** At most three names that were perhaps meant: those that hold the word, else those that differ least from it. */
export function nearestNames(wanted: string, candidates: readonly Pick<Candidate, 'name' | 'aliases'>[]): string[] {
  const word = wanted.toLowerCase();
  const names = [...new Set(candidates.map((one) => one.name))];
  const holding = names.filter((name) => word.length > 2 && name.toLowerCase().includes(word));
  if (holding.length > 0) return holding.slice(0, 3);
  // A name is long and a person writes its beginning.
  const off = (name: string) => Math.min(...[name, withoutQuantization(name), name.slice(0, wanted.length)].map((text) => distance(word, text.toLowerCase())));
  const scored = names.map((name) => ({ name, off: off(name) })).filter((one) => one.off <= Math.max(1, Math.floor(word.length / 3)));
  return scored.toSorted((a, b) => a.off - b.off).slice(0, 3).map(({ name }) => name);
}

