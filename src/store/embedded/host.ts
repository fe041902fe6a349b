import { Worker } from 'node:worker_threads';
import { UntilgreenError } from '../../core/errors.ts';
import { connectionLost, storeFailed } from '../failure.ts';
import type { WorkerReply, WorkerRequest } from './worker.ts';

/** The database in its worker thread: one statement at a time, in the order of the calls. */
export interface Host {
  /** Whether the data directory was made by this opening. */
  readonly state: 'fresh' | 'existing';
  run(sql: string, parameters: (string | null)[]): Promise<unknown[]>;
  /** Flushes that reached the disk so far. */
  syncs(): number;
  /** Resolves when the database has given up; every request from then on is refused as not carried out. */
  readonly lost: Promise<void>;
  close(): Promise<void>;
}

/** Starts the worker and opens `directory` in it; the caller holds the lock. Errors: `store_incompatible`, `store_failed`. */
export async function startHost(directory: string, parent: string): Promise<Host> {
  const worker = new Worker(new URL('./boot.mjs', import.meta.url), {
    workerData: { directory, parent },
    // A worker inherits flags of the parent process that it may not accept or that would load another loader twice.
    execArgv: [],
    // Not passed on to the process's own output, where a view may be drawn; and not read, because a read would keep the process alive.
    stdout: true,
    stderr: true,
  });
  const waiting = new Map<number, { resolve: (rows: unknown[]) => void; reject: (error: Error) => void }>();
  let lastId = 0;
  let syncs = 0;
  let gone = false;
  let tellLost!: () => void;
  const lost = new Promise<void>((resolve) => (tellLost = resolve));

  const settle = (id: number) => {
    const request = waiting.get(id);
    waiting.delete(id);
    // A process may end while its store is open and idle: every commit is on the disk by then.
    if (waiting.size === 0) worker.unref();
    return request;
  };
  const call = (sql?: string, parameters?: (string | null)[]): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(connectionLost('no'));
      const request: WorkerRequest = { id: ++lastId, ...(sql === undefined ? {} : { sql, parameters: parameters ?? [] }) };
      waiting.set(request.id, { resolve, reject });
      worker.ref();
      worker.postMessage(request);
    });
  const lose = (cause?: unknown): void => {
    gone = true;
    for (const id of waiting.keys()) settle(id)?.reject(connectionLost('unknown', cause));
    tellLost();
  };

  const state = await new Promise<'fresh' | 'existing'>((resolve, reject) => {
    worker.on('message', (reply: WorkerReply) => {
      if ('ready' in reply) resolve(reply.ready);
      else if ('failed' in reply) {
        const { message, error } = reply.failed;
        reject(error ? new UntilgreenError(...error) : doesNotOpen(directory, message));
      } else if ('problem' in reply) {
        // Another statement would hang.
        if (reply.problem.fatal) gone = true;
        settle(reply.id)?.reject(storeFailed(reply.problem));
        if (reply.problem.fatal) lose();
      } else {
        syncs = reply.syncs;
        settle(reply.id)?.resolve(reply.rows);
      }
    });
    worker.on('error', (error) => {
      lose(error);
      reject(doesNotOpen(directory, error.message, error));
    });
    worker.on('exit', () => lose());
  }).catch(async (error: unknown) => {
    await worker.terminate();
    throw error;
  });
  worker.unref();

  return {
    state,
    run: call,
    syncs: () => syncs,
    lost,
    async close() {
      if (!gone) await call();
      await worker.terminate();
    },
  };
}

function doesNotOpen(directory: string, why: string, cause?: unknown): UntilgreenError {
  const next = /no space left|disk quota/i.test(why) ? 'Free some space and try again; nothing is lost.' : 'Move the directory away to start afresh, or set DATABASE_URL.';
  return new UntilgreenError('store_failed', `The store ${directory} does not open: ${why.replace(/\.$/, '')}.`, { directory }, next, { cause });
}
