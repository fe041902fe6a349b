import { lstat, readdir, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { fateOf, IgnoreRules } from './ignore-rules.ts';
import { isGitName } from './paths.ts';
import type { RelativePath, Skipped } from './types.ts';

/** An ignored file up to this size is copied … */
export const MAX_IGNORED_FILE = 1024 * 1024;
/** … and an ignored directory up to this size, and all of them together. */
export const MAX_IGNORED_TOTAL = 50 * 1024 * 1024;
/** More read-only mounts than this make starting a sandbox slow; what is beyond is left out and named. */
const MAX_MOUNTS = 256;

export interface Found {
  path: RelativePath;
  size: number;
  mode: number;
  link?: string;
}

export interface Scan {
  /** Directories of the project, parents first. */
  directories: { path: RelativePath; mode: number }[];
  files: Found[];
  /** Ignored but copied, because tests may read it. */
  ignored: Found[];
  ignoredDirectories: RelativePath[];
  /** Shown read-only from where it is. */
  mounts: { path: RelativePath; kind: 'directory' | 'file' }[];
  skipped: Skipped[];
}

export interface ScanOptions {
  ignore: readonly string[];
  /** Bytes; a larger file is shown read-only and not copied. */
  maxFileBytes: number;
  /** Bytes of all copied files. */
  maxCopyBytes: number;
  /** Absolute paths that are left out: the workbench's own directories. */
  exclude: readonly string[];
}

/**
 * Decides for every entry of the user's directory whether it is copied, shown read-only, or left out. Follows no link,
 * opens no file but ignore files. Errors: `too_large`.
 */
export async function scanDirectory(root: string, options: ScanOptions): Promise<Scan> {
  const scan: Scan = { directories: [], files: [], ignored: [], ignoredDirectories: [], mounts: [], skipped: [] };
  let bytes = 0;
  let ignoredBytes = 0;
  const mount = (path: RelativePath, kind: 'directory' | 'file') => {
    if (scan.mounts.length < MAX_MOUNTS) scan.mounts.push({ path, kind });
    else scan.skipped.push({ path, reason: 'too many' });
  };

  const visit = async (directory: string, prefix: RelativePath, outer: IgnoreRules): Promise<void> => {
    const rules = await outer.inside(directory);
    for (const { path, absolute, name, info } of await entries(directory, prefix, scan.skipped)) {
      if (options.exclude.includes(absolute) || isGitName(name)) continue;
      if (info.isDirectory()) {
        const { ignored, rules: below } = rules.test(absolute, true);
        const fate = fateOf(name, 'directory', ignored, rules.inGit, await isVirtualEnv(absolute));
        if (fate === 'cache') continue;
        if (fate === 'dependency') mount(path, 'directory');
        else if (fate === 'ignored') await visitIgnored(absolute, path);
        else {
          scan.directories.push({ path, mode: info.mode & 0o777 });
          await visit(absolute, path, below);
        }
        continue;
      }
      const { ignored } = rules.test(absolute, false);
      const fate = fateOf(name, 'file', ignored, rules.inGit, false);
      const link = info.isSymbolicLink() ? await readlink(absolute) : undefined;
      const found: Found = { path, size: link === undefined ? info.size : Buffer.byteLength(link), mode: link === undefined ? info.mode & 0o777 : 0o777, ...(link === undefined ? {} : { link }) };
      if (fate === 'cache') continue;
      if (fate === 'secret') scan.skipped.push({ path, reason: 'secret' });
      else if (link === undefined && !info.isFile()) scan.skipped.push({ path, reason: 'special' });
      else if (fate === 'ignored') takeIgnored(found);
      else if (found.size > options.maxFileBytes) {
        mount(path, 'file');
        scan.skipped.push({ path, reason: 'too large' });
      } else {
        scan.files.push(found);
        bytes += found.size;
        if (bytes > options.maxCopyBytes) {
          throw new UntilgreenError(
            'too_large',
            `The project holds more than ${Math.round(options.maxCopyBytes / 2 ** 20)} MiB of files that are not ignored.`,
            { directory: root, limit: options.maxCopyBytes },
            'Name what is not needed under workspace.ignore, or raise workspace.max_copy_mb.',
          );
        }
      }
    }
  };

  const takeIgnored = (found: Found) => {
    if (found.size > MAX_IGNORED_FILE || ignoredBytes + found.size > MAX_IGNORED_TOTAL) mount(found.path, 'file');
    else {
      ignoredBytes += found.size;
      scan.ignored.push(found);
    }
  };

  /** An ignored directory is copied where it is small, for tests that read built files; else it is shown as it is. */
  const visitIgnored = async (directory: string, prefix: RelativePath): Promise<void> => {
    const files: Found[] = [];
    const directories: RelativePath[] = [prefix];
    const skipped: Skipped[] = [];
    const nested: RelativePath[] = [];
    let size = 0;
    const fits = async (at: string, path: RelativePath): Promise<boolean> => {
      for (const entry of await entries(at, path, skipped)) {
        if (options.exclude.includes(entry.absolute) || isGitName(entry.name)) continue;
        if (entry.info.isDirectory()) {
          const fate = fateOf(entry.name, 'directory', true, true, await isVirtualEnv(entry.absolute));
          if (fate === 'cache') continue;
          if (fate === 'dependency') {
            nested.push(entry.path);
            continue;
          }
          directories.push(entry.path);
          if (!(await fits(entry.absolute, entry.path))) return false;
          continue;
        }
        const fate = fateOf(entry.name, 'file', true, true, false);
        if (fate === 'cache') continue;
        const link = entry.info.isSymbolicLink() ? await readlink(entry.absolute) : undefined;
        if (fate === 'secret') skipped.push({ path: entry.path, reason: 'secret' });
        else if (link === undefined && !entry.info.isFile()) skipped.push({ path: entry.path, reason: 'special' });
        else {
          const bytesOf = link === undefined ? entry.info.size : Buffer.byteLength(link);
          size += bytesOf;
          if (bytesOf > MAX_IGNORED_FILE || ignoredBytes + size > MAX_IGNORED_TOTAL) return false;
          files.push({ path: entry.path, size: bytesOf, mode: link === undefined ? entry.info.mode & 0o777 : 0o777, ...(link === undefined ? {} : { link }) });
        }
      }
      return true;
    };
    if (!(await fits(directory, prefix))) {
      mount(prefix, 'directory');
      return;
    }
    ignoredBytes += size;
    scan.ignored.push(...files);
    scan.ignoredDirectories.push(...directories);
    scan.skipped.push(...skipped);
    for (const path of nested) mount(path, 'directory');
  };

  await visit(root, '', await IgnoreRules.at(root, options.ignore));
  return scan;
}

interface Entry {
  name: string;
  path: RelativePath;
  absolute: string;
  info: Awaited<ReturnType<typeof lstat>> & { size: number; mode: number };
}

/** Entries of a directory sorted by name. Names that are not UTF-8 cannot be written in a plan or a journal; they are left out and named. */
export async function entries(directory: string, prefix: RelativePath, skipped: Skipped[]): Promise<Entry[]> {
  let names: Buffer[];
  try {
    names = await readdir(directory, { encoding: 'buffer' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
    skipped.push({ path: prefix, reason: 'unreadable' });
    return [];
  }
  const found: Entry[] = [];
  const texts: string[] = [];
  for (const bytes of names) {
    const name = bytes.toString('utf8');
    if (Buffer.from(name, 'utf8').equals(bytes)) texts.push(name);
    else skipped.push({ path: join(prefix, name), reason: 'name' });
  }
  texts.sort((a, b) => (a < b ? -1 : 1));
  const infos = await Promise.all(texts.map((name) => lstat(join(directory, name)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined; // gone since it was listed
    throw error;
  })));
  for (const [i, name] of texts.entries()) {
    const info = infos[i];
    if (info) found.push({ name, path: prefix === '' ? name : `${prefix}/${name}`, absolute: join(directory, name), info });
  }
  return found;
}

async function isVirtualEnv(directory: string): Promise<boolean> {
  return stat(join(directory, 'pyvenv.cfg')).then((s) => s.isFile(), () => false);
}
