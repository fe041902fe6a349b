import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { isWithin } from './place.ts';
import type { Place } from './place.ts';

/** Entries looked at for sockets. A copy of a project has far fewer. */
const MOST_ENTRIES = 100_000;

/** Workspaces in use, by path. */
const occupied = new Map<string, { leases: number; protectGit: boolean; made: Set<string> }>();
/** How many commands run that may write a directory: a workspace or the source of a writable mount. */
const running = new Map<string, number>();

/** A workspace in use by a sandbox: one that runs a command, or one that waits for it. */
export interface Occupancy {
  /** Is there a .git to be mounted read-only. */
  protectGit: boolean;
  /**
   * To be called right before the command begins.
   *
   * @throws an Error when a program on the host listens on a socket that the command could reach: connecting to it would leave the sandbox
   */
  enter(): Promise<void>;
  leave(): void;
}

/**
 * Says that a command starts in the workspace: `lease` and `enter` in one.
 *
 * @throws an Error as `enter` does
 */
export async function occupy(place: Place): Promise<Occupancy> {
  const occupancy = lease(place);
  try {
    await occupancy.enter();
    return occupancy;
  } catch (thrown) {
    occupancy.leave();
    throw thrown;
  }
}

/**
 * Says that a sandbox is made for the workspace. What may be mounted is decided while there is none: a real .git then is
 * a mount point in every later sandbox and cannot be swapped for a link meanwhile.
 */
export function lease(place: Place): Occupancy {
  const entry = occupied.get(place.root) ?? { leases: 0, protectGit: isRealEntry(join(place.root, '.git')), made: new Set<string>() };
  entry.leases += 1;
  occupied.set(place.root, entry);
  for (const { target } of place.mounts) {
    if (!isWithin(place.mountAt, target)) continue;
    for (let path = join(place.root, target.slice(place.mountAt.length)); path !== place.root && !lstatSync(path, { throwIfNoEntry: false }); path = dirname(path)) entry.made.add(path);
  }
  const writable = [...new Set([place.root, ...place.mounts.filter((mount) => mount.writable).map(({ source }) => source)])];
  let entered: string[] = [];
  return {
    protectGit: entry.protectGit,
    async enter() {
      for (const path of writable) {
        // A socket on which a command itself listens is no way out.
        if (running.has(path)) continue;
        const listener = await findListener(path);
        if (listener) throw new Error(`A program outside listens on the socket ${listener}, which the command could reach; stop it or remove the socket.`);
      }
      entered = writable;
      for (const path of entered) running.set(path, (running.get(path) ?? 0) + 1);
    },
    leave() {
      for (const path of entered) {
        const others = (running.get(path) ?? 1) - 1;
        if (others > 0) running.set(path, others);
        else running.delete(path);
      }
      entry.leases -= 1;
      if (entry.leases > 0) return;
      occupied.delete(place.root);
      // Children before their parents.
      for (const path of [...entry.made].sort((a, b) => b.length - a.length)) removeEmpty(path);
    },
  };
}

function isRealEntry(path: string): boolean {
  const entry = lstatSync(path, { throwIfNoEntry: false });
  return entry !== undefined && (entry.isDirectory() || entry.isFile());
}

/** bwrap makes missing mount points in the workspace itself; they are not left behind. */
function removeEmpty(path: string): void {
  try {
    const entry = lstatSync(path);
    if (entry.isDirectory()) rmdirSync(path);
    else if (entry.isFile() && entry.size === 0) unlinkSync(path);
  } catch {
    // It is not there, or the command put something into it after all.
  }
}

async function findListener(top: string): Promise<string | undefined> {
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
