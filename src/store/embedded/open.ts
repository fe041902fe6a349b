import { mkdirSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UntilgreenError } from '../../core/errors.ts';
import { lostEffect } from '../failure.ts';
import { onlyReads, runTransaction, TransactionScope, type OpenTransaction } from '../session.ts';
import type { Db } from '../types.ts';
import { parameters } from '../values.ts';
import { held } from './hold.ts';
import { startHost } from './host.ts';
import { Housekeeping } from './housekeeping.ts';
import { join } from './join.ts';
import { lockStore, type Owner } from './lock.ts';
import { serve, SharedConnection, type Route } from './owner.ts';

/** The embedded store. `role` says whether this process runs the database or has joined the one that does. */
export interface EmbeddedDb extends Db {
  readonly kind: 'pglite';
  role(): Promise<'owner' | 'joined'>;
}

// An owner that is just ending is either joined or followed within this time.
const JOIN_TRIES = 400;
const JOIN_PAUSE_MS = 50;
// An owner answers once it has made or opened the database, which takes seconds (more after a crash, when Postgres reads its
// log again), and once the transaction under way has ended, after 30 s at the latest; an owner that is stopped never answers.
const JOIN_TIMEOUT_MS = 60_000;
// How often one request goes on to the next owner before its error is told.
const MOVES = 5;

/**
 * Opens the store in `directory`, or joins the process that has it open. When that process goes away, this one takes the
 * database over and repeats what is safe: reads, and requests that were not carried out.
 *
 * Errors: `store_busy` when an owner neither answers nor goes, `store_incompatible`, `store_failed`.
 */
export async function openEmbedded(directory: string): Promise<EmbeddedDb> {
  const place = resolve(directory);
  let closed = false;
  let route: Promise<Route> | undefined = undefined;

  const current = (): Promise<Route> => {
    if (closed) throw new UntilgreenError('store_failed', 'The store was used after it was closed.', { directory: place });
    const opening = (route ??= findRoute(place).catch(refusedBySystem));
    opening.catch(() => {
      if (route === opening) route = undefined;
    });
    return opening;
  };
  const leave = async (lost: Route): Promise<void> => {
    const now = await route?.catch(() => undefined);
    if (now !== lost) return;
    route = undefined;
    await lost.close().catch(() => {}); // it is lost already
  };
  /** Repeats `act` on the next owner as long as `mayRepeat` allows it. */
  const following = async <T>(act: (route: Route) => Promise<T>, mayRepeat: (error: unknown) => boolean): Promise<T> => {
    for (let move = 0; ; move += 1) {
      const to = await current();
      try {
        return await act(to);
      } catch (error) {
        if (!lostEffect(error) || closed) throw error;
        await leave(to);
        if (move >= MOVES || !mayRepeat(error)) throw error;
      }
    }
  };

  const scope = new TransactionScope();
  const query = async <Row>(sql: string, values?: unknown[]): Promise<Row[]> => {
    scope.check();
    return (await held(following((to) => to.query(sql, parameters(values)), (error) => notCarriedOut(error) || onlyReads(sql)))) as Row[];
  };

  await held(current());
  return {
    kind: 'pglite',
    async role() {
      await query('select 1'); // an owner that is gone is noticed at the next request
      return (await current()).role;
    },
    query,
    async transaction(work) {
      scope.check();
      return runTransaction(await held(following<OpenTransaction>((to) => to.begin(), notCarriedOut)), (tx) => scope.run(() => work(tx)));
    },
    async close() {
      if (closed) return;
      closed = true;
      // An owner waits here for the transaction of a process that joined.
      await held((async () => (await route?.catch(() => undefined))?.close())());
    },
  };
}

const notCarriedOut = (error: unknown): boolean => lostEffect(error) === 'no';

/** What the system refuses (a directory that may not be written, a full disk) as an error of the store. */
function refusedBySystem(error: unknown): never {
  if (error instanceof UntilgreenError || !(error instanceof Error)) throw error;
  const { code, path } = error as NodeJS.ErrnoException;
  throw new UntilgreenError('store_failed', `The store cannot be opened: ${error.message}.`, { ...(code ? { errno: code } : {}), ...(path ? { path } : {}) }, 'Choose a directory that may be written, or set DATABASE_URL.', { cause: error });
}

async function findRoute(directory: string): Promise<Route> {
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  let owner: Owner | undefined;
  for (let turn = 0; turn < JOIN_TRIES; turn += 1) {
    const sockets = new Set<Socket>();
    let shared!: (connection: SharedConnection) => void;
    const ready = new Promise<SharedConnection>((opened) => (shared = opened));
    const lock = await lockStore(directory, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      serve(socket, ready);
    });
    if (lock.held) return own(directory, lock, sockets, shared);
    owner = lock.owner;
    try {
      return await join(owner.socket, JOIN_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof UntilgreenError && error.data.timeout) break;
      if (lostEffect(error) !== 'no') throw error;
      await sleep(JOIN_PAUSE_MS); // it is ending, or its socket was removed
    }
  }
  throw new UntilgreenError(
    'store_busy',
    `The store ${directory} is held by process ${owner?.pid}, which does not answer.`,
    { directory, pid: owner?.pid, host: owner?.host },
    'End that process and try again.',
  );
}

async function own(
  directory: string,
  lock: { server: Server; release(): Promise<void> },
  sockets: Set<Socket>,
  shared: (connection: SharedConnection) => void,
): Promise<Route> {
  const release = async (): Promise<void> => {
    for (const socket of sockets) socket.destroySoon();
    await lock.release();
  };
  const host = await startHost(directory, dirname(directory)).catch(async (error: unknown) => {
    for (const socket of sockets) socket.destroy();
    await lock.release();
    throw error;
  });
  const connection = new SharedConnection(host, (sql, bytes) => housekeeping.note(sql, bytes));
  // A failed checkpoint is tried again at the next look; if the disk is at fault the next commit says so.
  const housekeeping = new Housekeeping(directory, (sql) => connection.query(housekeeping, sql, []), () => {});
  shared(connection);
  const self = {};
  let ending: Promise<void> | undefined;
  const route: Route = {
    role: 'owner',
    query: (sql, values) => connection.query(self, sql, values),
    begin: () => connection.begin(self),
    close: () =>
      (ending ??= (async () => {
        await housekeeping.stop();
        await connection.close();
        await host.close().catch((error: unknown) => {
          if (!lostEffect(error)) throw error;
        });
      })().finally(release)),
  };
  // Those that joined must not have to wait for this process to ask something.
  void host.lost.then(() => route.close()).catch(() => {}); // the next request opens it anew and tells what is wrong
  return route;
}
