import { randomUUID } from 'node:crypto';
import type { Db } from '../types.ts';
import { jsonText, vectorText } from '../values.ts';
import { nearestQuery, type Near } from './nearest.ts';

/** A failure that was seen, and what fixed it where something did. */
export interface Failure {
  id: string;
  taskId: string | null;
  /** Text by which the same failure is known again. */
  signature: string;
  language: string;
  errorClass: string;
  message: string;
  context: Record<string, unknown>;
  embeddingModel: string | null;
  fixedBy: Record<string, unknown> | null;
  /** How often the fix has helped again, and how often it has not. */
  confirmed: number;
  contradicted: number;
  at: string;
}
export type NearFailure = Failure & { similarity: number };

const COLUMNS = `id, task_id as "taskId", signature, language, error_class as "errorClass", message, context, embedding_model as "embeddingModel",
  fixed_by as "fixedBy", confirmed, contradicted, at`;

/** Stores a failure, with its vector where there is one; gives its id. With an id that is there already nothing changes. */
export async function addFailure(
  db: Pick<Db, 'query'>,
  failure: Pick<Failure, 'signature' | 'language' | 'errorClass' | 'message' | 'context'> & {
    id?: string;
    taskId?: string | null;
    fixedBy?: Record<string, unknown> | null;
    embedding?: { vector: ArrayLike<number>; model: string };
  },
): Promise<string> {
  const id = failure.id ?? randomUUID();
  const sql = `insert into untilgreen.failures (id, task_id, signature, language, error_class, message, context, embedding, embedding_model, fixed_by)
    values ($1, $2, $3, $4, $5, $6, $7::jsonb, $8::vector, $9, $10::jsonb) on conflict (id) do nothing`;
  await db.query(sql, [
    id, failure.taskId, failure.signature, failure.language, failure.errorClass, failure.message, jsonText(failure.context),
    failure.embedding && vectorText(failure.embedding.vector), failure.embedding?.model, failure.fixedBy && jsonText(failure.fixedBy),
  ]);
  return id;
}

/** The nearest failures by cosine, best first; with `fixed` only those for which a fix is known. */
export async function nearestFailures(db: Pick<Db, 'query'>, near: Near & { fixed?: boolean }): Promise<NearFailure[]> {
  const query = nearestQuery('failures', COLUMNS, near, near.fixed ? 'fixed_by is not null' : 'true');
  return query ? db.query<NearFailure>(query.sql, query.values) : [];
}

/** Whether another run than this one has a failure whose fix is known. */
export async function anyFixed(db: Pick<Db, 'query'>, run: string): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>('select exists (select 1 from untilgreen.failures where fixed_by is not null and task_id is distinct from $1) as found', [run]);
  return row?.found ?? false;
}

/** Failures with exactly this signature, newest first. */
export function failuresBySignature(db: Pick<Db, 'query'>, signature: string): Promise<Failure[]> {
  return db.query<Failure>(`select ${COLUMNS} from untilgreen.failures where signature = $1 order by at desc, id`, [signature]);
}

/** Failures a run has met, in order. */
export function failuresOf(db: Pick<Db, 'query'>, taskId: string): Promise<Failure[]> {
  return db.query<Failure>(`select ${COLUMNS} from untilgreen.failures where task_id = $1 order by at, id`, [taskId]);
}

/** Says what fixed a failure. */
export async function fixFailure(db: Pick<Db, 'query'>, id: string, fixedBy: Record<string, unknown>): Promise<void> {
  await db.query('update untilgreen.failures set fixed_by = $2::jsonb where id = $1', [id, jsonText(fixedBy)]);
}

/** Counts that a remembered fix has helped again (`confirmed`) or has not (`contradicted`). */
export async function countFailure(db: Pick<Db, 'query'>, id: string, what: 'confirmed' | 'contradicted'): Promise<void> {
  await db.query(`update untilgreen.failures set ${what} = ${what} + 1 where id = $1`, [id]);
}

/** Failures whose vector is missing or of another model, oldest first: what a change of model has to embed again. */
export function failuresToEmbed(db: Pick<Db, 'query'>, embeddingModel: string, limit = 100): Promise<Failure[]> {
  const sql = `select ${COLUMNS} from untilgreen.failures where embedding_model is distinct from $1 order by at, id limit $2::int`;
  return db.query<Failure>(sql, [embeddingModel, limit]);
}

/** Replaces a failure's vector. */
export async function embedFailure(db: Pick<Db, 'query'>, id: string, embedding: { vector: ArrayLike<number>; model: string }): Promise<void> {
  await db.query('update untilgreen.failures set embedding = $2::vector, embedding_model = $3 where id = $1', [id, vectorText(embedding.vector), embedding.model]);
}
