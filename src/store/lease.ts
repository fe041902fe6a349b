import { setTimeout as sleep } from 'node:timers/promises';
import { UntilgreenError } from '../core/errors.ts';
import { lostEffect, sqlstateOf, UNIQUE_VIOLATION } from './failure.ts';
import { EVENT_COLUMNS, runRow, type ClaimedRow } from './rows.ts';
import type { Db, Lease, LogEvent, ModelCallRow, RunRow } from './types.ts';
import { jsonText } from './values.ts';

/** How long a claim lasts without a sign of life, and how often one is given; milliseconds. A worker that dies is followed within the first. */
export interface LeaseTimes {
  leaseMs: number;
  heartbeatMs: number;
}
export const LEASE_TIMES: LeaseTimes = { leaseMs: 30_000, heartbeatMs: 10_000 };

/** Milliseconds that progress events may wait to be written together. */
export const FLUSH_MS = 50;
const FLUSH_AT = 500;
// Further attempts at a write whose connection was lost, each after finding out what became of the last.
const ATTEMPTS = 5;
// Doubled each time: a server that restarts is back within seconds.
const PAUSE_MS = 100;

type Queries = Pick<Db, 'query'>;
type Entry = { kind: 'step'; key: string; body: unknown } | { kind: 'event'; body: unknown };

// The number of the last event is counted in the run's own row, whose lock also holds every other writer off until the end of the transaction.
const WRITE = `with fence as (
    update untilgreen.tasks set last_seq = last_seq + $3::int, updated_at = now()
    where id = $1 and lease_token = $2::bigint and status = 'running' returning last_seq)
  insert into untilgreen.events (task_id, seq, kind, key, body, token)
  select $1, fence.last_seq - $3::int + entry.n::int, entry.v->>'kind', entry.v->>'key', entry.v->'body', $2::bigint
  from fence, jsonb_array_elements($4::jsonb) with ordinality as entry(v, n) returning seq`;

/** The one `Lease`: fenced writes to a claimed run, in the order of the calls. */
export class RunLease implements Lease {
  readonly run: RunRow;
  readonly #db: Db;
  readonly #token: string;
  readonly #times: LeaseTimes;
  readonly #abort = new AbortController();
  readonly #heart: NodeJS.Timeout;
  #seq: number;
  #lastBeat = Date.now();
  #waiting: Entry[] = [];
  #flush: NodeJS.Timeout | undefined;
  #order: Promise<unknown> = Promise.resolve();
  #ended = false;

  constructor(db: Db, claimed: ClaimedRow, times: LeaseTimes) {
    this.run = runRow(claimed);
    this.#db = db;
    this.#token = claimed.lease_token;
    this.#seq = claimed.last_seq;
    this.#times = times;
    this.#heart = setInterval(() => void this.#beat(), times.heartbeatMs).unref();
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  steps(): Promise<LogEvent[]> {
    return this.#db.query<LogEvent>(`select ${EVENT_COLUMNS} from untilgreen.events where task_id = $1 and kind = 'step' order by seq`, [this.run.id]);
  }

  async record(key: string, body: Record<string, unknown>, also?: (tx: Queries) => Promise<void>): Promise<void> {
    this.#check();
    const entries: Entry[] = [...this.#take(), { kind: 'step', key, body }];
    await this.#inOrder(async () => {
      try {
        await this.#write(entries, also);
      } catch (error) {
        this.#putBack(entries.slice(0, -1));
        const data = error instanceof UntilgreenError ? error.data : {};
        if (sqlstateOf(error) === UNIQUE_VIOLATION && data.constraint === 'events_step') {
          throw new UntilgreenError('store_failed', `The step ${key} of run ${this.run.id} is already recorded.`, { ...data, key }, undefined, { cause: error });
        }
        throw error;
      }
    });
  }

  async append(body: Record<string, unknown>): Promise<void> {
    this.#check();
    // The text is made now: the caller may change the object before it is written.
    this.#waiting.push({ kind: 'event', body: JSON.parse(jsonText(body)) as unknown });
    if (this.#waiting.length >= FLUSH_AT) return this.#flushNow();
    // A failure stays with the events, which the next write takes along and reports.
    this.#flush ??= setTimeout(() => void this.#flushNow().catch(() => {}), FLUSH_MS);
  }

  async modelCall(key: string, requestHash: string): Promise<Record<string, unknown> | undefined> {
    const sql = 'select reply from untilgreen.model_calls where task_id = $1 and key = $2 and request_hash = $3';
    const [row] = await this.#db.query<{ reply: Record<string, unknown> }>(sql, [this.run.id, key, requestHash]);
    return row?.reply;
  }

  async recordModelCall(call: ModelCallRow): Promise<void> {
    this.#check();
    // The first answer to a request stays; the conflict's update only makes the row count as found.
    const sql = `with fence as (select id from untilgreen.tasks where id = $1 and lease_token = $2::bigint and status = 'running' for update)
      insert into untilgreen.model_calls (task_id, key, request_hash, role, model, reply, input_tokens, output_tokens, cached_tokens, cost, ms)
      select id, $3, $4, $5, $6, $7::jsonb, $8::int, $9::int, $10::int, $11::float8, $12::int from fence
      on conflict (task_id, key, request_hash) do update set ms = model_calls.ms returning 1`;
    const values = [
      this.run.id, this.#token, call.key, call.requestHash, call.role, call.model, jsonText(call.reply),
      call.inputTokens, call.outputTokens, call.cachedTokens, call.cost, Math.round(call.ms),
    ];
    await this.#inOrder(() => this.#persist(async () => this.#fenced(await this.#db.query(sql, values)), async () => false));
  }

  finish(outcome: string, output: Record<string, unknown>): Promise<void> {
    return this.#end('done', outcome, output);
  }

  release(status: 'waiting' | 'queued'): Promise<void> {
    return this.#end(status, null, null);
  }

  async #end(status: 'done' | 'waiting' | 'queued', outcome: string | null, output: Record<string, unknown> | null): Promise<void> {
    this.#check();
    const entries = this.#take();
    const sql = `update untilgreen.tasks set status = $3, outcome = $4, output = $5::jsonb, lease_owner = null, lease_until = null, updated_at = now()
      where id = $1 and lease_token = $2::bigint and status = 'running' returning 1`;
    const values = [this.run.id, this.#token, status, outcome, output && jsonText(output)];
    await this.#inOrder(() =>
      this.#persist(
        () =>
          this.#db.transaction(async (tx) => {
            if (entries.length > 0) await this.#insert(tx, entries);
            this.#fenced(await tx.query(sql, values));
          }),
        async (row) => row.status === status && row.lease_token === this.#token,
      ),
    ).catch((error: unknown) => {
      this.#putBack(entries);
      throw error;
    });
    this.#stop();
  }

  /** Writes entries and `also` in one transaction, once, even where the connection is lost on the way. */
  async #write(entries: readonly Entry[], also?: (tx: Queries) => Promise<void>): Promise<void> {
    const target = this.#seq + entries.length;
    await this.#persist(
      also
        ? () =>
            this.#db.transaction(async (tx) => {
              await this.#insert(tx, entries);
              await also(tx);
            })
        : () => this.#insert(this.#db, entries),
      async (row) => row.lease_token === this.#token && row.last_seq === target,
    );
    this.#seq = target;
  }

  async #insert(on: Queries, entries: readonly Entry[]): Promise<void> {
    this.#fenced(await on.query(WRITE, [this.run.id, this.#token, entries.length, jsonText(entries)]));
  }

  /** Repeats `write` after a lost connection unless `happened` finds in the run's row that it took effect. */
  async #persist(write: () => Promise<void>, happened: (row: { status: string; lease_token: string; last_seq: number }) => Promise<boolean>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#check();
      try {
        return await write();
      } catch (error) {
        if (lostEffect(error) === undefined || attempt >= ATTEMPTS) throw error;
        await sleep(PAUSE_MS * 2 ** (attempt - 1));
        if (lostEffect(error) !== 'unknown') continue;
        // `for update` waits for a server that is still busy with the lost request.
        const sql = 'select status, lease_token, last_seq from untilgreen.tasks where id = $1 for update';
        const [row] = await this.#db.query<{ status: string; lease_token: string; last_seq: number }>(sql, [this.run.id]);
        if (row && (await happened(row))) return;
      }
    }
  }

  #fenced(rows: unknown[]): void {
    if (rows.length === 0) throw this.#lose('another process has taken it over');
  }

  #flushNow(): Promise<void> {
    const entries = this.#take();
    if (entries.length === 0) return Promise.resolve();
    return this.#inOrder(() =>
      this.#write(entries).catch((error: unknown) => {
        this.#putBack(entries);
        throw error;
      }),
    );
  }

  #take(): Entry[] {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    return this.#waiting.splice(0);
  }

  #putBack(entries: readonly Entry[]): void {
    if (!this.#abort.signal.aborted) this.#waiting.unshift(...entries);
  }

  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#order.then(work);
    this.#order = result.catch(() => {});
    return result;
  }

  #check(): void {
    if (this.#abort.signal.aborted) throw this.#abort.signal.reason;
    if (this.#ended) throw new UntilgreenError('lease_lost', `Run ${this.run.id} was written to after it was given up.`, { run: this.run.id });
  }

  #lose(why: string): UntilgreenError {
    const error = new UntilgreenError('lease_lost', `This process no longer holds run ${this.run.id}: ${why}.`, { run: this.run.id }, 'Follow it with `untilgreen show`.');
    this.#stop();
    if (!this.#abort.signal.aborted) this.#abort.abort(error);
    return this.#abort.signal.reason as UntilgreenError;
  }

  #stop(): void {
    this.#ended = true;
    clearInterval(this.#heart);
    clearTimeout(this.#flush);
    this.#waiting = [];
  }

  async #beat(): Promise<void> {
    const sent = Date.now();
    try {
      const sql = `update untilgreen.tasks set lease_until = now() + $3::int * interval '1 ms'
        where id = $1 and lease_token = $2::bigint and status = 'running' returning 1`;
      const rows = await this.#db.query(sql, [this.run.id, this.#token, this.#times.leaseMs]);
      if (this.#ended) return;
      if (rows.length === 0) this.#lose('another process has taken it over');
      this.#lastBeat = sent;
    } catch {
      // The store may come back before the lease is over; after that somebody else may be at work.
      if (!this.#ended && Date.now() - this.#lastBeat > this.#times.leaseMs) this.#lose('the store was out of reach for too long');
    }
  }
}
