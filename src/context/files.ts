import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fateOf, IgnoreRules } from '../workspace/ignore-rules.ts';
import { checkDirectory, isGitName } from '../workspace/paths.ts';
import type { RelativePath, Workbench } from '../workspace/types.ts';

export interface ListedFile {
  path: RelativePath;
  /** Bytes. */
  size: number;
  /** Changes whenever the file was written; undefined where only its content can tell. */
  stamp?: string;
  /** SHA-256 of its bytes, where it is known already. */
  hash?: string;
}

/** The files of a project, whoever holds them. */
export interface ProjectFiles {
  /** What tells this project from others in the cache: the user's directory. */
  readonly identity: string;
  /** Sorted by path. */
  list(): Promise<ListedFile[]>;
  /** undefined for a file that is gone or cannot be read. */
  read(path: RelativePath): Promise<Uint8Array | undefined>;
}

/** Milliseconds: a file that was written this shortly ago may be written again without a change of its times. */
const SETTLE_MS = 2_000;

/**
 * A directory as it stands: what git ignores, dependencies, caches, secrets and links are left out.
 * Errors: `directory_missing`, `not_a_directory`, `directory_refused`.
 */
export async function directoryFiles(directory: string, options: { ignore?: readonly string[] } = {}): Promise<ProjectFiles> {
  const root = await checkDirectory(directory);
  return {
    identity: root,
    async list() {
      const found: ListedFile[] = [];
      await walk(root, '', await IgnoreRules.at(root, options.ignore ?? []), found);
      return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    },
    read: async (path) => contentOf(() => readFileSync(join(root, path))),
  };
}

/** The private copy of a run. Its hashes are known, so that what was learned about the user's directory holds for it. */
export function benchFiles(bench: Workbench): ProjectFiles {
  return {
    identity: bench.source,
    list: async () => (await bench.list()).filter((file) => file.link === undefined).map(({ path, size, hash }) => ({ path, size, hash })),
    read: (path) => bench.readBytes(path),
  };
}

/** Files one at a time without waiting: for thousands of small ones that is several times faster than a pool of promises. */
async function walk(directory: string, prefix: RelativePath, outer: IgnoreRules, found: ListedFile[]): Promise<void> {
  const entries = contentOf(() => readdirSync(directory, { withFileTypes: true })) ?? [];
  if (entries.some((entry) => entry.name === 'pyvenv.cfg')) return;
  const rules = entries.some((entry) => entry.name === '.gitignore') ? await outer.inside(directory) : outer;
  const now = Date.now();
  for (const entry of entries) {
    if (isGitName(entry.name)) continue;
    const absolute = join(directory, entry.name);
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) {
      const { ignored, rules: below } = rules.test(absolute, true);
      if (fateOf(entry.name, 'directory', ignored, rules.inGit, false) === 'project') await walk(absolute, path, below, found);
    } else if (entry.isFile()) {
      if (fateOf(entry.name, 'file', rules.test(absolute, false).ignored, rules.inGit, false) !== 'project') continue;
      const info = contentOf(() => lstatSync(absolute));
      // Gone since it was listed, or a name that is not UTF-8.
      if (!info?.isFile()) continue;
      const changed = Math.max(info.mtimeMs, info.ctimeMs);
      found.push({ path, size: info.size, ...(now - changed > SETTLE_MS && { stamp: `${info.mtimeMs}/${info.ctimeMs}/${info.ino}/${info.size}` }) });
    }
  }
  await new Promise((resolve) => setImmediate(resolve));
}

function contentOf<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'EACCES', 'ENOTDIR', 'ELOOP', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
