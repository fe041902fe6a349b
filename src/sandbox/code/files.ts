import { execFile, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, fstatSync, ftruncateSync, lstatSync, mkdirSync, mkdtempSync, openSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { ownFolders } from '../leftovers.ts';
import { systemProgram } from '../programs.ts';
import { isGone, ownMark } from '../tree.ts';

const O_PATH = 0o10000000;
const PREFIX = 'untilgreen-box-';
const NAME = new RegExp(`^${PREFIX}(\\d+-\\d+-\\d+)-`);

/**
 * Writes a file below `root`, making the folders on its way, no component being followed when it is a symbolic link: a snippet may
 * have left one there.
 *
 * @throws `path_outside` (absolute, `..`, empty), `path_unsafe` (a link or a file on the way), `not_a_file` (folder, fifo, socket, device)
 */
export function writeNoFollow(root: string, relativePath: string, content: string | Uint8Array): void {
  const parts = relativePath.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.pop();
  if (isAbsolute(relativePath) || name === undefined || name === '..' || parts.includes('..') || relativePath.includes('\0')) {
    throw new UntilgreenError('path_outside', `${relativePath || 'An empty path'} is not a path inside the box.`, { path: relativePath }, 'Give a relative path without `..`.');
  }
  let directory = openSync(root, constants.O_DIRECTORY | O_PATH);
  try {
    for (const part of parts) {
      const path = `/proc/self/fd/${directory}/${part}`;
      if (!lstatSync(path, { throwIfNoEntry: false })) mkdirSync(path);
      const next = openStep(path, constants.O_DIRECTORY | O_PATH, relativePath);
      closeSync(directory);
      directory = next;
    }
    // Truncated only when it is known to be a regular file.
    const fd = openStep(`/proc/self/fd/${directory}/${name}`, constants.O_WRONLY | constants.O_CREAT | constants.O_NONBLOCK, relativePath);
    try {
      if (!fstatSync(fd).isFile()) throw new UntilgreenError('not_a_file', `${relativePath} is not a regular file.`, { path: relativePath });
      ftruncateSync(fd);
      const bytes = Buffer.from(content as Uint8Array);
      for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written);
    } finally {
      closeSync(fd);
    }
  } finally {
    closeSync(directory);
  }
}

function openStep(path: string, flags: number, shown: string): number {
  try {
    return openSync(path, flags | constants.O_NOFOLLOW, 0o644);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'ENOTDIR') throw new UntilgreenError('path_unsafe', `${shown} leads through a symbolic link or a file.`, { path: shown }, undefined, { cause: thrown });
    if (code === 'EISDIR' || code === 'ENXIO') throw new UntilgreenError('not_a_file', `${shown} is not a regular file.`, { path: shown }, undefined, { cause: thrown });
    throw thrown;
  }
}

const open = new Set<string>();

/** A directory that is removed when this process exits, if nobody did before, and by the next process where this one is killed. */
export function makeBoxDirectory(): string {
  if (open.size === 0) {
    reapDeadBoxes();
    process.on('exit', removeAll);
  }
  const directory = mkdtempSync(join(tmpdir(), `${PREFIX}${ownMark()}-`));
  open.add(directory);
  return directory;
}

/** Removes a box's directory, whatever a snippet left in it. */
export async function removeBoxDirectory(directory: string): Promise<void> {
  // Not `fs.rm`: it gives up on paths longer than the kernel takes in one piece, which `mkdir` and `cd` make easily.
  for (const [program, ...args] of removal(directory)) {
    if (!existsSync(directory)) break;
    await new Promise<void>((resolve) => execFile(program, args, () => resolve()));
  }
  forget(directory);
}

/** The same without waiting for anything but the removal itself. */
export function removeBoxDirectoryNow(directory: string): void {
  for (const [program, ...args] of removal(directory)) if (existsSync(directory)) spawnSync(program, args, { stdio: 'ignore' });
  forget(directory);
}

/**
 * An ordinary user cannot look into a folder that a snippet closed, so it is opened before the second try. The system's own programs: on the
 * user's PATH a project's folder may come first.
 */
const removal = (directory: string): [string, ...string[]][] => {
  const [rm, chmod] = [systemProgram('rm') ?? 'rm', systemProgram('chmod') ?? 'chmod'];
  return [[rm, '-rf', '--', directory], [chmod, '-R', 'u+rwX', '--', directory], [rm, '-rf', '--', directory]];
};

function forget(directory: string): void {
  if (existsSync(directory)) return; // tried again at the end of this process, and by the next one
  open.delete(directory);
  if (open.size === 0) process.removeListener('exit', removeAll);
}

function removeAll(): void {
  for (const directory of open) removeBoxDirectoryNow(directory);
}

/** Root's too where a command's user has the box for a time: the removal follows no link. */
function reapDeadBoxes(): void {
  for (const { path, mark } of ownFolders(NAME, { asRoot: true })) if (isGone(mark)) removeBoxDirectoryNow(path);
}
