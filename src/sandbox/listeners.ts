import { lstatSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { isWithin } from './place.ts';

/** Entries looked at for sockets. A copy of a project has far fewer. */
const MOST_ENTRIES = 100_000;

/** A socket below the directory on which a program listens, whoever that is: the whole tree is looked through and each socket tried. */
export async function findListener(top: string): Promise<string | undefined> {
  let entries = 0;
  const open = [top];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    let list;
    try {
      list = readdirSync(directory, { withFileTypes: true });
    } catch (thrown) {
      // A single file that is mounted may be the socket itself.
      if ((thrown as NodeJS.ErrnoException).code === 'ENOTDIR' && lstatSync(directory, { throwIfNoEntry: false })?.isSocket() && (await listens(directory))) return directory;
      continue; // not ours to read, so not the command's either
    }
    for (const entry of list) {
      if ((entries += 1) > MOST_ENTRIES) return undefined;
      const path = join(directory, entry.name);
      if (entry.isDirectory()) open.push(path);
      else if (entry.isSocket() && (await listens(path))) return path;
    }
  }
  return undefined;
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (thrown: NodeJS.ErrnoException) => resolve(thrown.code !== 'ECONNREFUSED' && thrown.code !== 'ENOENT'));
  });
}

/** The kernel's flag for a listening socket, and the type whose sockets take messages without listening (`/proc/net/unix`). */
const ACCEPTS = 0x10000;
const DATAGRAM = 2;

/**
 * A socket below one of the directories on which a program in our network listens, as the kernel's own list tells: cheap, however large the
 * directories are. Names that were bound relative to a working directory are not found.
 */
export function knownListener(directories: readonly string[]): string | undefined {
  if (directories.length === 0) return undefined;
  for (const line of readFileSync('/proc/net/unix', 'utf8').split('\n').slice(1)) {
    // Num RefCount Protocol Flags Type St Inode Path
    const [, flags = '0', type = '0', path] = /^\S+ \S+ \S+ (\S+) (\S+) \S+ +\d+ (\/.*)$/.exec(line) ?? [];
    if (path === undefined || (!(parseInt(flags, 16) & ACCEPTS) && parseInt(type, 16) !== DATAGRAM)) continue;
    const real = realName(path);
    if (real !== undefined && directories.some((directory) => isWithin(directory, real))) return real;
  }
  return undefined;
}

function realName(path: string): string | undefined {
  try {
    const real = join(realpathSync(dirname(path)), basename(path));
    return lstatSync(real).isSocket() ? real : undefined;
  } catch {
    return undefined; // its name was removed, or lies where we cannot look
  }
}
