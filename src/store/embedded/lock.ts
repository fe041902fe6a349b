import { linkSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash, randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { isAlive, thisProcess, type ProcessIdentity } from '../process-identity.ts';

/** Who owns the store, as its lock file says. */
export interface Owner extends ProcessIdentity {
  /** Unix socket on which the owner answers as long as it lives: the kernel closes it with the process. */
  socket: string;
}

export type LockResult =
  | { held: true; server: Server; release(): Promise<void> }
  | { held: false; owner: Owner };

// sun_path holds 104 bytes on macOS and 108 on Linux, the final NUL included.
const LONGEST_SOCKET_PATH = 100;
// Each try means that another process won a race in between.
const TRIES = 50;

/**
 * Takes the store beside `directory`, or says who has it. The lock is the newest of numbered files
 * (`link(2)` lets one process alone make the next number) and counts while its owner's socket answers, so
 * a lock left by kill -9 is taken over at once and a reused process number does not matter.
 * The socket answers before the lock is taken; `onConnection` gets every connection.
 */
export async function lockStore(directory: string, onConnection: (socket: Socket) => void): Promise<LockResult> {
  const place = `${directory}.lock`;
  mkdirSync(place, { recursive: true, mode: 0o700 });
  const first = await ownerOf(place);
  if (first?.alive) return { held: false, owner: first.owner };

  const owner: Owner = { ...thisProcess(), socket: socketPath(place) };
  const server = createServer(onConnection);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(owner.socket, resolve);
  }).catch((error: unknown) => {
    throw new UntilgreenError('store_failed', `The store's socket ${owner.socket} cannot be made: ${(error as Error).message}.`, { socket: owner.socket }, undefined, { cause: error });
  });
  server.unref();
  const stop = async (): Promise<void> => {
    await new Promise<void>((resolve) => server.close(() => resolve()));
    rmSync(owner.socket, { force: true });
  };

  const ticket = join(place, `ticket-${process.pid}-${randomBytes(4).toString('hex')}`);
  writeFileSync(ticket, JSON.stringify(owner), { mode: 0o600 });
  try {
    for (let turn = 0; turn < TRIES; turn += 1) {
      const current = await ownerOf(place);
      if (current?.alive) {
        await stop();
        return { held: false, owner: current.owner };
      }
      const number = (current?.number ?? 0) + 1;
      try {
        linkSync(ticket, join(place, `owner-${number}`));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
        throw error;
      }
      // A slow process may link a number whose file was already taken over and removed: the newest number counts.
      const numbers = lockNumbers(place);
      if (numbers[0] !== number) {
        rmSync(join(place, `owner-${number}`), { force: true });
        continue;
      }
      for (const old of numbers.slice(1)) rmSync(join(place, `owner-${old}`), { force: true });
      sweep(place, owner.socket);
      return {
        held: true,
        server,
        async release() {
          // Said before the socket closes, so that nobody can have taken the next number yet.
          writeFileSync(ticket, JSON.stringify({ released: true }), { mode: 0o600 });
          renameSync(ticket, join(place, `owner-${number}`));
          await stop();
        },
      };
    }
  } finally {
    rmSync(ticket, { force: true });
  }
  await stop();
  throw new UntilgreenError('store_busy', `The store ${directory} is contended for by many processes.`, { directory }, 'Try again.');
}

function lockNumbers(place: string): number[] {
  return readdirSync(place)
    .flatMap((name) => /^owner-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((a, b) => b - a);
}

async function ownerOf(place: string): Promise<{ number: number; owner: Owner; alive: true } | { number: number; alive: false } | undefined> {
  for (;;) {
    const number = lockNumbers(place)[0];
    if (number === undefined) return undefined;
    let text: string;
    try {
      text = readFileSync(join(place, `owner-${number}`), 'utf8');
    } catch {
      continue; // taken over between the two calls
    }
    let owner: Owner | { released: true };
    try {
      owner = JSON.parse(text) as Owner | { released: true };
    } catch {
      return { number, alive: false }; // its content was lost in a power cut: links are made of whole files
    }
    if ('released' in owner) return { number, alive: false };
    return (await answers(owner)) ? { number, owner, alive: true } : { number, alive: false };
  }
}

async function answers(owner: Owner): Promise<boolean> {
  const code = await new Promise<string | undefined>((resolve) => {
    const probe = connect(owner.socket);
    probe.once('connect', () => (probe.destroy(), resolve(undefined)));
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
  });
  if (code === 'ECONNREFUSED' || code === 'ENOTSOCK') return false;
  // A cleaner of old temporary files may have removed the socket of a process that still owns the store.
  if (code === 'ENOENT') return isAlive(owner) === true;
  return true; // it answered, or its queue is full (EAGAIN), or it belongs to another user (EACCES)
}

/** Removes what killed processes left: their sockets and tickets, never those of a process that runs. */
function sweep(place: string, mine: string): void {
  const hash = placeHash(place);
  for (const [directory, pattern] of [
    [place, /^(?:ticket-)?(\d+)-[0-9a-f]+(?:\.sock)?$/],
    [dirname(mine), new RegExp(`^${hash}-(\\d+)-[0-9a-f]+\\.sock$`)],
  ] as const) {
    for (const name of readdirSync(directory)) {
      const pid = Number(pattern.exec(name)?.[1]);
      if (pid && isAlive({ host: hostname(), pid, started: null }) === false) rmSync(join(directory, name), { force: true });
    }
  }
}

const placeHash = (place: string): string => createHash('sha256').update(place).digest('hex').slice(0, 12);

/** In the lock's directory where the path is short enough, else in a private directory of the user's under the runtime directory. */
function socketPath(place: string): string {
  const name = `${process.pid}-${randomBytes(3).toString('hex')}.sock`;
  const near = join(place, name);
  if (Buffer.byteLength(near) < LONGEST_SOCKET_PATH) return near;
  const base = process.env.XDG_RUNTIME_DIR || tmpdir();
  const hash = placeHash(place);
  for (const root of [base, '/tmp']) {
    const directory = join(root, `untilgreen-${process.getuid?.() ?? 0}`);
    const path = join(directory, `${hash}-${name}`);
    if (Buffer.byteLength(path) >= LONGEST_SOCKET_PATH) continue;
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (isPrivate(directory)) return path;
  }
  throw new UntilgreenError('store_failed', `No place for the store's socket is private and has a path shorter than ${LONGEST_SOCKET_PATH} bytes.`, { place }, 'Set XDG_RUNTIME_DIR to a directory of yours with a short path.');
}

/** In a directory that all may write to, another user may have made ours first, to listen in our place. */
function isPrivate(directory: string): boolean {
  const { mode, uid } = lstatSync(directory);
  return (mode & 0o170077) === 0o040000 && (process.getuid === undefined || uid === process.getuid());
}
