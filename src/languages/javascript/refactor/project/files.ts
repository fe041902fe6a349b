import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix, sep } from 'node:path';
import type { RelativePath } from '../../../../workspace/types.ts';

/** Where the project appears to the compiler, whatever its place on the machine: messages and answers hold no path of the machine. */
export const ROOT = '/project';
/** The compiler's own library, the only other folder that it sees. */
export const LIBRARY = dirname(createRequire(import.meta.url).resolve('typescript6'));

/** The project as the caller sees it: what is in the copy, and where its dependencies lie. */
export interface Listing {
  /** The copy on the machine. */
  root: string;
  /** The user's directory: its `node_modules` are read, nothing else. */
  source: string;
  /** Dependency folders by their place in the project. */
  mounts: { at: RelativePath; source: string }[];
  files: { path: RelativePath; hash: string; size: number }[];
}

/** Larger files are bundles or data: no reader wrote them by hand. */
const FILE_BYTES = 2 * 1024 * 1024;

export const toVirtual = (path: RelativePath): string => (path === '' ? ROOT : `${ROOT}/${path}`);
export const toRelative = (name: string): RelativePath | undefined => (name === ROOT ? '' : name.startsWith(`${ROOT}/`) ? name.slice(ROOT.length + 1) : undefined);

/**
 * The files of a project with changes in memory over them. Text comes from the copy, by content hash; types of dependencies come from
 * the user's own `node_modules`, which are read and never run.
 */
export class ProjectFiles {
  #listing: Listing = { root: '', source: '', mounts: [], files: [] };
  #listed = new Map<RelativePath, { hash: string; size: number }>();
  readonly #texts = new Map<RelativePath, { hash: string; text: string | undefined }>();
  readonly #staged = new Map<RelativePath, { text: string | null; version: number }>();
  readonly #outside = new Map<string, string | undefined>();
  #folders: Map<string, Set<string>> | undefined;
  #paths: readonly RelativePath[] | undefined;
  #version = 0;

  /** Takes over what is there now. Gives whether files came or went, and which files changed. */
  sync(listing: Listing): { shape: boolean; changed: RelativePath[] } {
    const before = this.#listed;
    this.#listing = listing;
    this.#listed = new Map(listing.files.map(({ path, hash, size }) => [path, { hash, size }]));
    const shape = before.size !== this.#listed.size || [...before.keys()].some((path) => !this.#listed.has(path));
    const changed = [...this.#listed].filter(([path, { hash }]) => before.get(path)?.hash !== hash).map(([path]) => path);
    for (const path of this.#texts.keys()) if (!this.#listed.has(path)) this.#texts.delete(path);
    this.#outside.clear();
    this.#folders = undefined;
    this.#paths = undefined;
    return { shape, changed };
  }

  /** Changes in memory; `null` takes a file away. */
  stage(changes: ReadonlyMap<RelativePath, string | null>): void {
    const shape = [...changes].some(([path, text]) => this.has(path) !== (text !== null));
    for (const [path, text] of changes) {
      this.#version += 1;
      this.#staged.set(path, { text, version: this.#version });
    }
    if (!shape) return;
    this.#folders = undefined;
    this.#paths = undefined;
  }

  /** Forgets all changes in memory. */
  unstage(): void {
    this.#staged.clear();
    this.#folders = undefined;
    this.#paths = undefined;
  }

  /** What the changes in memory come to. */
  staged(): Map<RelativePath, string | null> {
    return new Map([...this.#staged].map(([path, { text }]) => [path, text]));
  }

  /** Every path of the project, sorted. */
  paths(): readonly RelativePath[] {
    return (this.#paths ??= this.#allPaths());
  }

  #allPaths(): RelativePath[] {
    const all = new Set(this.#listed.keys());
    for (const [path, { text }] of this.#staged) {
      if (text === null) all.delete(path);
      else all.add(path);
    }
    return [...all].toSorted();
  }

  has(path: RelativePath): boolean {
    const staged = this.#staged.get(path);
    return staged ? staged.text !== null : this.#listed.has(path);
  }

  size(path: RelativePath): number {
    return this.#listed.get(path)?.size ?? 0;
  }

  /** Changes whenever the text does. */
  version(path: RelativePath): string {
    const staged = this.#staged.get(path);
    return staged ? `staged ${staged.version}` : (this.#listed.get(path)?.hash ?? 'none');
  }

  /** The text with its byte order mark; undefined for what is missing, too large or not UTF-8. */
  text(path: RelativePath): string | undefined {
    const staged = this.#staged.get(path);
    if (staged) return staged.text ?? undefined;
    return this.committed(path);
  }

  /** The text without the changes in memory. */
  committed(path: RelativePath): string | undefined {
    const listed = this.#listed.get(path);
    if (!listed || listed.size > FILE_BYTES) return undefined;
    const known = this.#texts.get(path);
    if (known?.hash === listed.hash) return known.text;
    const text = decoded(join(this.#listing.root, path));
    this.#texts.set(path, { hash: listed.hash, text });
    return text;
  }

  fileExists(name: string): boolean {
    const path = toRelative(name);
    if (path !== undefined && this.has(path)) return true;
    const host = this.#host(name);
    return host !== undefined && isKind(host, 'file');
  }

  readFile(name: string): string | undefined {
    const path = toRelative(name);
    if (path !== undefined && this.has(path)) return this.text(path);
    const host = this.#host(name);
    return host === undefined ? undefined : decoded(host);
  }

  directoryExists(name: string): boolean {
    const path = toRelative(name);
    if (path !== undefined && this.#tree().has(path)) return true;
    const host = this.#host(name);
    return host !== undefined && isKind(host, 'folder');
  }

  /** Files and folders in a folder, by their names. */
  entries(name: string): { files: string[]; directories: string[] } {
    const path = toRelative(name);
    const inside = path === undefined ? undefined : this.#tree().get(path);
    const files = [...(inside ?? [])].filter((entry) => this.has(path === '' ? entry : `${path}/${entry}`));
    const directories = new Set([...(inside ?? [])].filter((entry) => this.#tree().has(path === '' ? entry : `${path}/${entry}`)));
    const host = inside ? undefined : this.#host(name);
    if (host !== undefined && isKind(host, 'folder')) {
      for (const entry of readdirSync(host, { withFileTypes: true })) {
        const folder = entry.isSymbolicLink() ? isKind(join(host, entry.name), 'folder') : entry.isDirectory();
        if (folder) directories.add(entry.name);
        else files.push(entry.name);
      }
    }
    return { files: files.toSorted(), directories: [...directories].toSorted() };
  }

  /** Follows links of package managers; one that leads back into the user's directory names the file of the copy (a package of the workspace). */
  realpath(name: string): string {
    const path = toRelative(name);
    if (path === undefined || this.has(path)) return name;
    const host = this.#host(name);
    if (host === undefined) return name;
    try {
      const real = realpathSync(host);
      const bases: [string, string][] = [[this.#listing.source, ''], [this.#listing.root, ''], ...this.#listing.mounts.map((m): [string, string] => [m.source, m.at])];
      for (const [base, at] of bases) {
        const from = realpathSync(base);
        if (real === from || real.startsWith(from + sep)) return toVirtual(posix.join(at, real.slice(from.length).split(sep).join('/')).replace(/^\/|^\.$/, ''));
      }
    } catch {
      // A broken link is as good as none.
    }
    return name;
  }

  #tree(): Map<string, Set<string>> {
    if (this.#folders) return this.#folders;
    const tree = new Map<string, Set<string>>([['', new Set()]]);
    for (const path of this.paths()) {
      let child = path;
      while (child !== '') {
        const slash = child.lastIndexOf('/');
        const parent = slash < 0 ? '' : child.slice(0, slash);
        const known = tree.get(parent);
        const entry = child.slice(slash + 1);
        if (known?.has(entry)) break;
        if (known) known.add(entry);
        else tree.set(parent, new Set([entry]));
        child = parent;
      }
    }
    return (this.#folders = tree);
  }

  /** A file of the compiler's library or of a dependency on the machine. */
  #host(name: string): string | undefined {
    if (name === LIBRARY || name.startsWith(`${LIBRARY}/`)) return name;
    const path = toRelative(name);
    if (path === undefined || !/(^|\/)node_modules(\/|$)/.test(path)) return undefined;
    if (this.#outside.has(path)) return this.#outside.get(path);
    const found = this.#dependency(path);
    this.#outside.set(path, found);
    return found;
  }

  #dependency(path: RelativePath): string | undefined {
    for (const { at, source } of this.#listing.mounts) {
      if (path !== at && !path.startsWith(`${at}/`)) continue;
      const host = join(source, path.slice(at.length));
      if (isKind(host, 'any')) return host;
    }
    const copied = join(this.#listing.root, path);
    // A link in the copy may have been put there by the project's code: it is not followed out of the copy.
    if (isKind(copied, 'any') && realpathSync(copied).startsWith(realpathSync(this.#listing.root) + sep)) return copied;
    const own = join(this.#listing.source, path);
    return isKind(own, 'any') ? own : undefined;
  }
}

function isKind(host: string, kind: 'file' | 'folder' | 'any'): boolean {
  const stat = statSync(host, { throwIfNoEntry: false });
  return stat !== undefined && (kind === 'any' || (kind === 'file' ? stat.isFile() : stat.isDirectory()));
}

function decoded(host: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(host));
  } catch {
    // Gone since it was listed, or no text: the compiler treats both as missing.
    return undefined;
  }
}
