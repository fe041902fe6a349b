import { randomUUID } from 'node:crypto';
import type { Db } from '../types.ts';

/** A named number, of a run or of the whole. */
export interface Metric {
  taskId: string | null;
  iteration: number | null;
  name: string;
  value: number;
  at: string;
}

/** Adds numbers by name, in one statement. */
export async function addMetrics(
  db: Pick<Db, 'query'>,
  values: Readonly<Record<string, number>>,
  of: { taskId?: string; iteration?: number } = {},
): Promise<void> {
  const names = Object.keys(values);
  if (names.length === 0) return;
  const sql = `insert into untilgreen.metrics (id, name, value, task_id, iteration)
    select id, name, value, $4::text, $5::int from unnest($1::text[], $2::text[], $3::float8[]) as metric(id, name, value)`;
  await db.query(sql, [names.map(() => randomUUID()), names, Object.values(values), of.taskId, of.iteration]);
}

/** Sets the totals of a run, in place of those it had: ending it a second time, after a kill or a resume, counts nothing twice. */
export async function setTotals(db: Db, values: Readonly<Record<string, number>>, taskId: string): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('delete from untilgreen.metrics where task_id = $1 and iteration is null and name = any($2::text[])', [taskId, Object.keys(values)]);
    await addMetrics(tx, values, { taskId });
  });
}

/** Metrics, newest first. */
export function readMetrics(db: Pick<Db, 'query'>, filter: { taskId?: string; name?: string; limit?: number } = {}): Promise<Metric[]> {
  const sql = `select task_id as "taskId", iteration, name, value, at from untilgreen.metrics
    where ($1::text is null or task_id = $1) and ($2::text is null or name = $2) order by at desc, name limit $3::int`;
  return db.query<Metric>(sql, [filter.taskId, filter.name, filter.limit ?? 1_000]);
}
