import type { Db } from '../types.ts';
import { jsonText } from '../values.ts';

/** What one iteration of a run came to. */
export interface Iteration {
  taskId: string;
  /** From 1. */
  number: number;
  /** How it ended: `green`, `red`, `plan_refused`, … */
  outcome: string;
  steps: number;
  /** Tests after it. */
  passed: number;
  failed: number;
  inputTokens: number;
  outputTokens: number;
  /** US dollars; null where the price is not known. */
  cost: number | null;
  ms: number;
  data: Record<string, unknown>;
}

/** Writes an iteration; a second time replaces it. */
export async function recordIteration(db: Pick<Db, 'query'>, row: Iteration): Promise<void> {
  const sql = `insert into untilgreen.iterations (task_id, number, outcome, steps, passed, failed, input_tokens, output_tokens, cost, ms, data)
    values ($1, $2::int, $3, $4::int, $5::int, $6::int, $7::int, $8::int, $9::float8, $10::int, $11::jsonb)
    on conflict (task_id, number) do update set outcome = excluded.outcome, steps = excluded.steps, passed = excluded.passed,
      failed = excluded.failed, input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens, cost = excluded.cost,
      ms = excluded.ms, data = excluded.data, at = now()`;
  await db.query(sql, [
    row.taskId, row.number, row.outcome, row.steps, row.passed, row.failed, row.inputTokens, row.outputTokens, row.cost, Math.round(row.ms), jsonText(row.data),
  ]);
}

/** The iterations of a run in order. */
export function iterationsOf(db: Pick<Db, 'query'>, taskId: string): Promise<Iteration[]> {
  const sql = `select task_id as "taskId", number, outcome, steps, passed, failed, input_tokens as "inputTokens", output_tokens as "outputTokens",
    cost, ms, data from untilgreen.iterations where task_id = $1 order by number`;
  return db.query<Iteration>(sql, [taskId]);
}
