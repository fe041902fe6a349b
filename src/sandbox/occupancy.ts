import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findListener, knownListener } from './listeners.ts';
import { isWithin } from './place.ts';
import type { Place } from './place.ts';

/** Workspaces in use, by path. */
const occupied = new Map<string, { leases: number; protectGit: boolean; made: Set<string> }>();
/** How many commands run that may write a directory: a workspace or the source of a writable mount. */
const running = new Map<string, number>();

/** A workspace in use by a sandbox: one that runs a command, or one that waits for it. */
export interface Occupancy {
  /** Is there a .git to be mounted read-only. */
  protectGit: boolean;
  /** Has a .git come since that a command which begins now must not write. */
  outdated(): boolean;
  /**
   * To be called right before the command begins.
   *
   * @throws an Error when a program on the host listens on a socket that the command could reach: connecting to it would leave the sandbox; and
   * where it is outdated
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
 * Says that a sandbox is made for the workspace. What may be mounted is decided while no command runs: a real .git then is a mount point in every
 * later sandbox and cannot be swapped for a link meanwhile. One that was made before it, and waits, is not given a command any more.
 */
export function lease(place: Place): Occupancy {
  const git = join(place.root, '.git');
  const entry = occupied.get(place.root) ?? { leases: 0, protectGit: false, made: new Set<string>() };
  if (!running.has(place.root)) entry.protectGit = isRealEntry(git);
  const { protectGit } = entry;
  const outdated = (): boolean => !protectGit && (entry.protectGit || (!running.has(place.root) && isRealEntry(git)));
  entry.leases += 1;
  occupied.set(place.root, entry);
  for (const { target } of place.mounts) {
    if (!isWithin(place.mountAt, target)) continue;
    for (let path = join(place.root, target.slice(place.mountAt.length)); path !== place.root && !lstatSync(path, { throwIfNoEntry: false }); path = dirname(path)) entry.made.add(path);
  }
  const writable = [...new Set([place.root, ...place.mounts.filter((mount) => mount.writable).map(({ source }) => source)])];
  let entered: string[] = [];
  return {
    protectGit,
    outdated,
    async enter() {
      for (const path of writable) {
        // A socket on which a command itself listens is no way out.
        if (running.has(path)) continue;
        refuse(await findListener(path));
      }
      // Connecting needs no writable mount. Nothing a command makes lies there, and such trees may be large.
      refuse(knownListener(place.mounts.filter((mount) => !mount.writable).map(({ source }) => source)));
      if (outdated()) throw new Error(`${git} came while the sandbox was being made, which would not protect it; run the command again.`);
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

function refuse(listener: string | undefined): void {
  if (listener) throw new Error(`A program outside listens on the socket ${listener}, which the command could reach; stop it or remove the socket.`);
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
