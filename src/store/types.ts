import type { FinishedCall } from '../models/durable.ts';

/** Four methods over PGlite and PostgreSQL; the same SQL text runs on both. Errors are `store_*` codes; SQLSTATE is kept in `data.sqlstate`. */
export interface Db {
  readonly kind: 'pglite' | 'postgres';
  /** Parameters are cast in the SQL (`$1::jsonb`); jsonb goes in as JSON text; bigint comes out as string. */
  query<Row = Record<string, unknown>>(sql: string, parameters?: unknown[]): Promise<Row[]>;
  /** One connection, serialised; rolled back when `work` rejects. */
  transaction<T>(work: (tx: Pick<Db, 'query'>) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export type RunStatus = 'queued' | 'running' | 'waiting' | 'done';

export interface RunRow {
  id: string;
  kind: string;
  directory: string;
  request: string;
  input: Record<string, unknown>;
  status: RunStatus;
  /** The outcome when done: `green`, `not_green`, `budget`, `stuck`, `cancelled`, `error`, … */
  outcome: string | null;
  output: Record<string, unknown> | null;
  attempt: number;
  created_at: string;
  updated_at: string;
}

export interface LogEvent {
  seq: number;
  /** `step` rows are recorded once per key and are what a resumed run folds; others are progress. */
  kind: 'step' | 'event';
  key: string | null;
  body: Record<string, unknown>;
  at: string;
}

/** A claimed run: every write is fenced by its token, and refused with `lease_lost` once another has taken over. */
export interface Lease {
  readonly run: RunRow;
  /** Aborted, with the `lease_lost` error as its reason, once another process has taken the run over or the store was out of reach for the length of the lease. */
  readonly signal: AbortSignal;
  /** Finished steps in order. */
  steps(): Promise<LogEvent[]>;
  /** Records a finished step; a second one with the same key is refused. Extra statements join its transaction; they are made anew when its connection was lost and it did not take effect. */
  record(key: string, body: Record<string, unknown>, also?: (tx: Pick<Db, 'query'>) => Promise<void>): Promise<void>;
  /** Appends a progress event: written within 50 ms, and in order before the next step or the end of the run. */
  append(body: Record<string, unknown>): Promise<void>;
  /** A finished model call of this run, or undefined where there is none with this key and this request. */
  modelCall(key: string, requestHash: string): Promise<Record<string, unknown> | undefined>;
  recordModelCall(call: ModelCallRow): Promise<void>;
  finish(outcome: string, output: Record<string, unknown>): Promise<void>;
  /** Gives the run up without an outcome: `waiting` for an approval, `queued` to be resumed. */
  release(status: 'waiting' | 'queued'): Promise<void>;
}

/** A finished model call as it is kept. */
export type ModelCallRow = FinishedCall;

export interface RunStore {
  create(run: { id: string; kind: string; directory: string; request: string; input: Record<string, unknown> }): Promise<void>;
  /** Takes the run, its lease over or never taken; undefined when another process holds it, or when it is done and `reopen` is not set. Errors: `run_unknown`. */
  claim(id: string, options?: { reopen?: boolean }): Promise<Lease | undefined>;
  /** Takes the next queued run of one of these kinds, or one whose holder is gone; undefined when there is none. Two callers never get the same. */
  claimNext(kinds: readonly string[]): Promise<Lease | undefined>;
  get(id: string): Promise<RunRow | undefined>;
  /** Newest first. */
  list(filter?: { kind?: string; directory?: string; status?: RunStatus; limit?: number }): Promise<RunRow[]>;
  events(id: string, afterSeq?: number): Promise<LogEvent[]>;
  modelCalls(id: string): Promise<ModelCallRow[]>;
}

/** The open store. */
export interface Store {
  db: Db;
  runs: RunStore;
  close(): Promise<void>;
}
