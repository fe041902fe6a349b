import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { isWithin } from './place.ts';
import type { Place } from './place.ts';

/** Entries looked at for sockets. A copy of a project has far fewer. */
const MOST_ENTRIES = 100_000;

const occupied = new Map<string, { runs: number; protectGit: boolean; made: Set<string> }>();

/** A workspace in use by at least one command. */
export interface Occupancy {
  /** Is there a .git to be mounted read-only. */
  protectGit: boolean;
  leave(): void;
}

/**
 * Says that a command starts in the workspace. What may be mounted is decided while no command runs there: a real .git then is
 * a mount point in every later sandbox and cannot be swapped for a link meanwhile.
 *
 * @throws an Error when a program on the host listens on a socket inside: connecting to it would leave the sandbox
 */
export async function occupy(place: Place): Promise<Occupancy> {
  const known = occupied.get(place.root);
  if (!known) {
    const listener = await findListener(place.root);
    if (listener) throw new Error(`A program outside listens on the socket ${listener} in the workspace; stop it or remove the socket.`);
  }
  // Another command may have entered during the scan.
  const entry = occupied.get(place.root) ?? { runs: 0, protectGit: isRealEntry(join(place.root, '.git')), made: new Set() };
  entry.runs += 1;
  occupied.set(place.root, entry);
  for (const { target } of place.mounts) {
    if (!isWithin(place.mountAt, target)) continue;
    for (let path = join(place.root, target.slice(place.mountAt.length)); path !== place.root && !lstatSync(path, { throwIfNoEntry: false }); path = dirname(path)) entry.made.add(path);
  }
  return {
    protectGit: entry.protectGit,
    leave() {
      entry.runs -= 1;
      if (entry.runs > 0) return;
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

async function findListener(root: string): Promise<string | undefined> {
  let entries = 0;
  const open = [root];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    let list;
    try {
      list = readdirSync(directory, { withFileTypes: true });
    } catch {
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
