import { constants } from 'node:fs';
import { lstat, mkdir, open, readlink, realpath, stat, type FileHandle } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import type { RelativePath } from './types.ts';

/** Linux names the directory behind a descriptor, which makes a walk safe against links swapped in meanwhile. */
const BY_DESCRIPTOR = process.platform === 'linux';
const { O_RDONLY, O_NOFOLLOW, O_DIRECTORY, O_NONBLOCK } = constants;

/**
 * The user's directory as a real path. Errors: `directory_missing`, `not_a_directory`, `directory_refused` for `/` and the
 * home directory, in which a project's tests would see everything.
 */
export async function checkDirectory(path: string): Promise<string> {
  if (path === '' || path.includes('\0')) throw new UntilgreenError('directory_missing', `Expected a directory, got ${JSON.stringify(path)}.`, { path }, 'Give the path of an existing directory.');
  const absolute = resolve(path);
  let real: string;
  try {
    real = await realpath(absolute);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOTDIR') throw new UntilgreenError('not_a_directory', `${absolute} is not a directory.`, { path: absolute }, 'Give the path of a directory.', { cause });
    const next = code === 'EACCES' ? 'Make it readable for this user.' : 'Check the spelling, or create it first.';
    throw new UntilgreenError('directory_missing', `${absolute} ${code === 'EACCES' ? 'cannot be read' : 'does not exist'}.`, { path: absolute }, next, { cause });
  }
  if (!(await stat(real)).isDirectory()) throw new UntilgreenError('not_a_directory', `${absolute} is a file, not a directory.`, { path: absolute }, 'Give the directory that holds it.');
  const home = await realpath(homedir()).catch(() => homedir());
  if (real === '/' || real === home) {
    const what = real === '/' ? 'the root of the file system' : 'your home directory';
    throw new UntilgreenError('directory_refused', `${absolute} is ${what}, not a project.`, { path: absolute }, 'Give the directory of one project.');
  }
  return real;
}

/**
 * A path as a workspace knows it: relative, POSIX, no `.` or empty components. Errors: `path_outside` for an absolute one or
 * one with `..`, `path_unsafe` for NUL, for `.git` and everything in it, and for the workspace root itself.
 */
export function checkPath(path: string): RelativePath {
  if (path.includes('\0')) throw new UntilgreenError('path_unsafe', 'A path holds a NUL byte.', { path }, 'Give a plain relative path.');
  if (isAbsolute(path) || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith('~/')) {
    throw new UntilgreenError('path_outside', `${path} is not a path inside the project.`, { path }, 'Give it relative to the project, as in src/a.py.');
  }
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw new UntilgreenError('path_outside', `${path} leads out of the project.`, { path }, 'Give it relative to the project, without "..".');
  if (parts.length === 0) throw new UntilgreenError('path_unsafe', 'The path names no file.', { path }, 'Give the path of a file.');
  if (parts.some(isGitName)) throw new UntilgreenError('path_unsafe', `${path} lies inside .git, which is never read or changed.`, { path }, 'Leave version control to the user.');
  return parts.join('/');
}

/** `.git` under any of the names by which a file system may reach it. */
export function isGitName(name: string): boolean {
  const folded = name.toLowerCase();
  return folded === '.git' || folded === 'git~1';
}

function linkError(path: RelativePath, at: string, target: string): UntilgreenError {
  return new UntilgreenError(
    'path_unsafe',
    `${at === path ? path : `${at}, on the way to ${path},`} is a symbolic link to ${target}, and links are not followed.`,
    { path, link: at, target },
    'Use the path that it points to, if that is in the project.',
  );
}

/** A directory held open, and how to name an entry of it without passing a link again. */
export interface HeldDirectory {
  entry(name: string): string;
  handle: FileHandle;
  close(): Promise<void>;
}

/**
 * Walks to the directory of `path` one component at a time, following no link.
 *
 * @param create makes missing directories (mode 0777 less the umask) and tells each through `onCreate`
 * @returns undefined where a directory is missing and `create` is not set. Errors: `path_unsafe`, `not_a_file` where a file
 *          stands in the way
 */
export async function holdParent(
  root: string,
  path: RelativePath,
  options: { create?: boolean; onCreate?: (directory: string) => Promise<void> } = {},
): Promise<{ directory: HeldDirectory; name: string } | undefined> {
  const parts = path.split('/');
  const name = parts.pop() as string;
  let held = await hold(root, false);
  let walked = '';
  try {
    for (const part of parts) {
      walked = walked === '' ? part : `${walked}/${part}`;
      const at = held.entry(part);
      let next: HeldDirectory;
      try {
        next = await hold(at, true);
      } catch (cause) {
        const code = (cause as NodeJS.ErrnoException).code;
        if (code === 'ENOENT') {
          if (!options.create) {
            await held.close();
            return undefined;
          }
          await mkdir(at).catch((error: NodeJS.ErrnoException) => {
            if (error.code !== 'EEXIST') throw error;
          });
          await options.onCreate?.(at);
          next = await hold(at, true);
        } else {
          const info = await lstat(at).catch(() => undefined);
          if (info?.isSymbolicLink()) throw linkError(path, walked, await readlink(at));
          if (info && !info.isDirectory()) throw new UntilgreenError('not_a_file', `${path} cannot be there: ${walked} is a file.`, { path, file: walked }, 'Choose another path, or delete that file first.');
          throw cause;
        }
      }
      await held.close();
      held = next;
    }
    return { directory: held, name };
  } catch (error) {
    await held.close();
    throw error;
  }
}

async function hold(path: string, noFollow: boolean): Promise<HeldDirectory> {
  if (!BY_DESCRIPTOR && noFollow && (await lstat(path)).isSymbolicLink()) throw Object.assign(new Error('link'), { code: 'ELOOP' });
  const handle = await open(path, O_RDONLY | O_DIRECTORY | (noFollow ? O_NOFOLLOW : 0));
  const base = BY_DESCRIPTOR ? `/proc/self/fd/${handle.fd}` : path;
  let closed = false;
  return {
    handle,
    entry: (name) => (BY_DESCRIPTOR ? `${base}/${name}` : join(base, name)),
    close: async () => {
      if (!closed) await handle.close();
      closed = true;
    },
  };
}

/**
 * Opens a regular file for reading without following any link and without waiting on a fifo.
 *
 * @returns undefined where there is nothing. Errors: `path_unsafe`, `not_a_file`
 */
export async function openFile(root: string, path: RelativePath): Promise<FileHandle | undefined> {
  const parent = await holdParent(root, path).catch((error: unknown) => {
    // A file on the way means that nothing can be behind it.
    if (error instanceof UntilgreenError && error.code === 'not_a_file') return undefined;
    throw error;
  });
  if (!parent) return undefined;
  const at = parent.directory.entry(parent.name);
  try {
    const handle = await open(at, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    const info = await handle.stat();
    if (info.isFile()) return handle;
    await handle.close();
    throw notAFile(path, info.isDirectory() ? 'a directory' : 'not a regular file');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return undefined;
    if (code === 'ELOOP' || code === 'EMLINK') throw linkError(path, path, await readlink(at).catch(() => 'elsewhere'));
    if (code === 'ENXIO') throw notAFile(path, 'not a regular file');
    throw cause;
  } finally {
    await parent.directory.close();
  }
}

export function notAFile(path: RelativePath, what: string): UntilgreenError {
  return new UntilgreenError('not_a_file', `${path} is ${what}.`, { path }, 'Give the path of a regular file.');
}

/**
 * Where a path in a dependency folder leads, links included, as long as that is in the user's directory: package managers
 * link packages to one another.
 *
 * @param mounted the folder (or file) on the host
 * @param source  the user's directory
 * @param within  the rest of the path, with its leading slash, or empty
 * @returns undefined where there is nothing. Errors: `path_unsafe`
 */
export async function behindMount(mounted: string, source: string, path: RelativePath, within: string): Promise<{ root: string; path: RelativePath } | undefined> {
  const real = await realpath(join(mounted, within)).catch(() => undefined);
  if (real === undefined) return undefined;
  for (const root of [mounted, source]) {
    const inside = relative(root, real).split(sep).join('/');
    if (inside === '') return { root: dirname(root), path: basename(real) };
    if (inside !== '..' && !inside.startsWith('../')) return { root, path: inside };
  }
  throw new UntilgreenError('path_unsafe', `${path} is a link that leads out of the project.`, { path }, 'Read files of the project only.');
}
