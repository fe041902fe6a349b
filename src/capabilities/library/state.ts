import { lstatSync } from 'node:fs';
import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { lockStore } from '../../store/embedded/lock.ts';

/** A save copies a few small files; whoever holds the lock for so long does not go on. */
const WAIT_MS = 30_000;
const RETRY_MS = 15;
const READ_ONLY: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** The folder inside a library in which saves are prepared. Version control does not see it, and no tool can be called so. */
export const STATE = '.untilgreen';
export const stateOf = (library: string): string => join(library, STATE);

/** The end of the line before each library. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Holds a library while `work` runs: one change at a time, over all processes. A lock of a killed process is taken over.
 * Errors: `store_busy` when another process holds it for half a minute.
 */
export function locked<T>(library: string, work: () => Promise<T>): Promise<T> {
  // Those of this process stand in a line, so that they need not try again and again.
  const mine = (queues.get(library) ?? Promise.resolve()).then(() => lockedForAll(library, work));
  queues.set(library, mine.catch(() => {}));
  return mine;
}

async function lockedForAll<T>(library: string, work: () => Promise<T>): Promise<T> {
  await makeState(library);
  const deadline = Date.now() + WAIT_MS;
  for (;;) {
    const lock = await lockStore(join(stateOf(library), 'library'), (socket) => socket.destroy());
    if (lock.held) {
      try {
        return await work();
      } finally {
        await lock.release();
      }
    }
    if (Date.now() > deadline) {
      throw new UntilgreenError('store_busy', `Process ${lock.owner.pid} has been changing the library ${library} for ${WAIT_MS / 1000} seconds.`, { directory: library, pid: lock.owner.pid }, 'Try again when it has ended.');
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function makeState(library: string): Promise<void> {
  // A library may come along with a project: what is removed in its state is to be its own.
  if (lstatSync(stateOf(library), { throwIfNoEntry: false })?.isSymbolicLink()) {
    throw new UntilgreenError('path_unsafe', `${stateOf(library)} is a link, and changes of a library are prepared there.`, { folder: stateOf(library) }, 'Remove the link.');
  }
  const made = await mkdir(stateOf(library), { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (!READ_ONLY.has(error.code ?? '')) throw error;
    throw new UntilgreenError('config_invalid', `The library ${library} cannot be written to (${error.code}).`, { directory: library, code: error.code }, 'Name a folder that can in TOOLS_DIR or --tools-dir, or change its rights.', { cause: error });
  });
  if (made !== undefined) await writeFile(join(stateOf(library), '.gitignore'), '*\n');
}

/** Writes a file that is to outlast a power cut. */
export async function writeSynced(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
  const handle = await open(path, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export const removeAll = (path: string): Promise<void> => rm(path, { recursive: true, force: true });
