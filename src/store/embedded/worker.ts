/** Runs PGlite off the main thread: WASM blocks the thread it runs on, for minutes when a large index is built. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { UntilgreenError } from '../../core/errors.ts';
import { sqlProblem, type SqlProblem } from '../failure.ts';
import { PARSERS } from '../values.ts';
import { prepareDataDirectory, refuseNetworkFileSystem } from './data-directory.ts';
import { DURABLE_PARAMETERS, DurableFS, PROBE_COMMIT, provesDurable } from './durable-fs.ts';

export interface WorkerRequest {
  id: number;
  /** Undefined closes the database. */
  sql?: string;
  parameters?: (string | null)[];
}
export type WorkerReply =
  | { id: number; rows: unknown[]; syncs: number }
  | { id: number; problem: SqlProblem }
  | { ready: 'fresh' | 'existing' }
  | { failed: { message: string; error?: ConstructorParameters<typeof UntilgreenError> } };

const port = parentPort;
if (!port) throw new Error('worker.ts is the entry of a worker thread');
const say = (reply: WorkerReply): void => port.postMessage(reply);
const { directory, parent } = workerData as { directory: string; parent: string };

// What Postgres says before it gives up; the exception itself only tells that it has.
let complaint: string | undefined;
const onStderr = (text: string): boolean => {
  complaint = /(?:FATAL|PANIC):\s*(.*)/.exec(text)?.[1] ?? complaint;
  return false;
};

async function open(): Promise<{ db: PGlite; files: DurableFS; state: 'fresh' | 'existing' }> {
  await refuseNetworkFileSystem(parent);
  const state = await prepareDataDirectory(directory);
  const files = new DurableFS(directory);
  const db = await PGlite.create({ fs: files, startParams: [...DURABLE_PARAMETERS], extensions: { vector }, parsers: PARSERS, onStderr });
  await provesDurable(() => db.query(PROBE_COMMIT), () => files.syncs);
  return { db, files, state };
}

try {
  const { db, files, state } = await open();
  port.on('message', async ({ id, sql, parameters }: WorkerRequest) => {
    try {
      const rows = sql === undefined ? (await db.close(), []) : (await db.query(sql, parameters)).rows;
      say({ id, rows, syncs: files.syncs });
    } catch (thrown) {
      const problem = sqlProblem(thrown);
      // What carries no SQLSTATE did not come from Postgres: WASM has trapped.
      say({ id, problem: { ...problem, fatal: problem.fatal === true || problem.sqlstate === undefined } });
    }
  });
  say({ ready: state });
} catch (thrown) {
  const error: ConstructorParameters<typeof UntilgreenError> | undefined =
    thrown instanceof UntilgreenError ? [thrown.code, thrown.what, { ...thrown.data }, thrown.next] : undefined;
  say({ failed: { message: complaint ?? (thrown instanceof Error ? thrown.message : String(thrown)), error } });
}
