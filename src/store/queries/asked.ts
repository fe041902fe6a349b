import type { Db, RunRow } from '../types.ts';
import { RUN_COLUMNS } from '../rows.ts';

/** The last time that exactly this request ended with this outcome. */
export async function lastRunOf(db: Pick<Db, 'query'>, asked: { kind: string; directory: string; request: string; outcome: string }): Promise<RunRow | undefined> {
  const sql = `select ${RUN_COLUMNS} from untilgreen.tasks where kind = $1 and directory = $2 and request = $3 and outcome = $4 and status = 'done'
    order by created_at desc limit 1`;
  const [row] = await db.query<RunRow>(sql, [asked.kind, asked.directory, asked.request, asked.outcome]);
  return row;
}

/** Runs of a kind that have not ended, the oldest first; those that another process works on are among them. */
export function openRuns(db: Pick<Db, 'query'>, of: { kind: string; directory: string; request?: string }): Promise<RunRow[]> {
  const sql = `select ${RUN_COLUMNS} from untilgreen.tasks where kind = $1 and directory = $2 and ($3::text is null or request = $3) and status <> 'done'
    order by created_at, id`;
  return db.query<RunRow>(sql, [of.kind, of.directory, of.request]);
}

/** How many runs of a kind ended with each outcome. */
export async function outcomesOf(db: Pick<Db, 'query'>, of: { kind: string; directory: string }): Promise<Record<string, number>> {
  const sql = `select coalesce(outcome, 'open') as outcome, count(*)::int as runs from untilgreen.tasks where kind = $1 and directory = $2 group by 1`;
  const rows = await db.query<{ outcome: string; runs: number }>(sql, [of.kind, of.directory]);
  return Object.fromEntries(rows.map(({ outcome, runs }) => [outcome, runs]));
}

/** A run that has ended, with one of its steps. */
export interface EndedRun extends Pick<RunRow, 'request' | 'outcome' | 'output' | 'created_at'> {
  /** Body of the step; null where the run has none of this key. */
  step: Record<string, unknown> | null;
}

/** Runs of a kind that have ended, the newest first, each with what it recorded under a key. */
export function endedRuns(db: Pick<Db, 'query'>, of: { kind: string; directory: string; step: string; limit?: number }): Promise<EndedRun[]> {
  const sql = `select t.request, t.outcome, t.output, t.created_at, e.body as step from untilgreen.tasks t
    left join untilgreen.events e on e.task_id = t.id and e.kind = 'step' and e.key = $3
    where t.kind = $1 and t.directory = $2 and t.status = 'done' order by t.created_at desc, t.id limit $4::int`;
  return db.query<EndedRun>(sql, [of.kind, of.directory, of.step, of.limit ?? 1_000]);
}
