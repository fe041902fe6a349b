import type { Db } from '../types.ts';

/** One step of a plan and what became of it. */
export interface PlanStep {
  taskId: string;
  iteration: number;
  stepId: string;
  /** Its place in the plan, from 0. */
  position: number;
  /** The tool's name. */
  action: string;
  /** `done`, `failed`, `skipped`, … */
  state: string;
  ms: number | null;
  errorCode: string | null;
}

/** Writes the steps of a plan in one statement; those that are there already are replaced. */
export async function recordPlanSteps(db: Pick<Db, 'query'>, rows: readonly PlanStep[]): Promise<void> {
  if (rows.length === 0) return;
  const column = (key: keyof PlanStep): unknown[] => rows.map((row) => row[key]);
  const sql = `insert into untilgreen.steps (task_id, iteration, step_id, position, action, state, ms, error_code)
    select * from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::text[])
    on conflict (task_id, iteration, step_id) do update set position = excluded.position, action = excluded.action, state = excluded.state,
      ms = excluded.ms, error_code = excluded.error_code, at = now()`;
  await db.query(sql, [
    column('taskId'), column('iteration'), column('stepId'), column('position'), column('action'), column('state'),
    rows.map((row) => (row.ms === null ? null : Math.round(row.ms))), column('errorCode'),
  ]);
}

/** The plan steps of a run, by iteration and place. */
export function planStepsOf(db: Pick<Db, 'query'>, taskId: string): Promise<PlanStep[]> {
  const sql = `select task_id as "taskId", iteration, step_id as "stepId", position, action, state, ms, error_code as "errorCode"
    from untilgreen.steps where task_id = $1 order by iteration, position`;
  return db.query<PlanStep>(sql, [taskId]);
}
