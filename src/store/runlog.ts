import { randomBytes } from 'node:crypto';
import { UntilgreenError } from '../core/errors.ts';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity.ts';
import { sqlstateOf, UNIQUE_VIOLATION } from './failure.ts';
import { LEASE_TIMES, RunLease, type LeaseTimes } from './lease.ts';
import { EVENT_COLUMNS, RUN_COLUMNS, type ClaimedRow } from './rows.ts';
import type { Db, Lease, LogEvent, ModelCallRow, RunRow, RunStore } from './types.ts';
import { jsonText } from './values.ts';

/** The name under which a process holds leases: what it is, so that a dead one can be told, and what the caller calls it. */
export function leaseOwner(label = 'untilgreen'): string {
  return JSON.stringify({ ...thisProcess(), label, nonce: randomBytes(4).toString('hex') });
}

/**
 * The durable runs of a store.
 *
 * @param owner  from `leaseOwner`
 * @param times  milliseconds of lease (30,000) and between heartbeats (10,000)
 *
 * @example
 * const lease = await runs.claim(id);
 * const done = new Set((await lease.steps()).map((step) => step.key));
 * if (!done.has('1/plan')) await lease.record('1/plan', { plan });
 * await lease.finish('green', {});
 */
export function createRunStore(db: Db, owner: string, times: LeaseTimes = LEASE_TIMES): RunStore {
  const claimWhere = async (where: string, values: unknown[]): Promise<Lease | undefined> => {
    const sql = `update untilgreen.tasks set status = 'running', lease_owner = $1, lease_token = lease_token + 1,
        lease_until = now() + $2::int * interval '1 ms', attempt = attempt + 1, updated_at = now()
      where id = (select id from untilgreen.tasks where ${where} order by priority desc, run_after, id limit 1 for update skip locked)
      returning ${RUN_COLUMNS}, lease_token, last_seq`;
    const [row] = await db.query<ClaimedRow>(sql, [owner, times.leaseMs, ...values]);
    return row && new RunLease(db, row, times);
  };

  return {
    async create(run) {
      const sql = 'insert into untilgreen.tasks (id, kind, directory, request, input) values ($1, $2, $3, $4, $5::jsonb)';
      try {
        await db.query(sql, [run.id, run.kind, run.directory, run.request, jsonText(run.input)]);
      } catch (error) {
        if (sqlstateOf(error) !== UNIQUE_VIOLATION) throw error;
        throw new UntilgreenError('run_busy', `There is a run ${run.id} already.`, { run: run.id, sqlstate: UNIQUE_VIOLATION }, 'Resume it, or choose another id.', { cause: error });
      }
    },
    async claim(id, { reopen = false } = {}) {
      await freeRunsOfTheDead(db, id);
      const free = reopen ? `'queued', 'waiting', 'done'` : `'queued', 'waiting'`;
      const lease = await claimWhere(`id = $3 and (status in (${free}) or (status = 'running' and lease_until < now()))`, [id]);
      if (!lease && !(await this.get(id))) throw new UntilgreenError('run_unknown', `There is no run ${id}.`, { run: id }, 'See `untilgreen history`.');
      return lease;
    },
    async claimNext(kinds) {
      await freeRunsOfTheDead(db);
      return claimWhere(`kind = any($3::text[]) and ((status = 'queued' and run_after <= now()) or (status = 'running' and lease_until < now()))`, [[...kinds]]);
    },
    async get(id) {
      return (await db.query<RunRow>(`select ${RUN_COLUMNS} from untilgreen.tasks where id = $1`, [id]))[0];
    },
    list({ kind, directory, status, limit = 100 } = {}) {
      const sql = `select ${RUN_COLUMNS} from untilgreen.tasks where ($1::text is null or directory = $1) and ($2::text is null or status = $2)
        and ($4::text is null or kind = $4) order by created_at desc, id desc limit $3::int`;
      return db.query<RunRow>(sql, [directory, status, limit, kind]);
    },
    events(id, afterSeq = 0) {
      return db.query<LogEvent>(`select ${EVENT_COLUMNS} from untilgreen.events where task_id = $1 and seq > $2::int order by seq`, [id, afterSeq]);
    },
    modelCalls(id) {
      const sql = `select key, request_hash as "requestHash", role, model, reply, input_tokens as "inputTokens", output_tokens as "outputTokens",
        cached_tokens as "cachedTokens", cost, ms from untilgreen.model_calls where task_id = $1 order by number`;
      return db.query<ModelCallRow>(sql, [id]);
    },
  };
}

/**
 * Ends the leases of processes of this machine that no longer run, so that their runs need not be waited for.
 * On a server nothing is done: names of processes of other machines mean nothing there, and the lease runs out.
 */
export async function freeRunsOfTheDead(db: Db, id?: string): Promise<void> {
  if (db.kind !== 'pglite') return;
  const sql = `select id, lease_owner, lease_token from untilgreen.tasks
    where status = 'running' and lease_until >= now() and ($1::text is null or id = $1)`;
  for (const row of await db.query<{ id: string; lease_owner: string; lease_token: string }>(sql, [id])) {
    const holder = processOf(row.lease_owner);
    if (!holder || isAlive(holder) !== false) continue;
    await db.query(`update untilgreen.tasks set lease_until = '-infinity' where id = $1 and lease_token = $2::bigint`, [row.id, row.lease_token]);
  }
}

/** The process that an owner's name tells of; undefined for a name that `leaseOwner` did not make. */
function processOf(owner: string): ProcessIdentity | undefined {
  try {
    const { host, pid, started } = JSON.parse(owner) as ProcessIdentity;
    return typeof host === 'string' && Number.isInteger(pid) ? { host, pid, started: started ?? null } : undefined;
  } catch {
    return undefined;
  }
}
