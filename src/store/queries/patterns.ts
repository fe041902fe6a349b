import { randomUUID } from 'node:crypto';
import type { Db } from '../types.ts';
import { jsonText, vectorText } from '../values.ts';
import { nearestQuery, type Near } from './nearest.ts';

/** A way of doing things that has worked, to be suggested again. */
export interface Pattern {
  id: string;
  taskId: string | null;
  name: string;
  language: string;
  description: string;
  body: Record<string, unknown>;
  embeddingModel: string | null;
  confirmed: number;
  contradicted: number;
  at: string;
}
export type NearPattern = Pattern & { similarity: number };

const COLUMNS = 'id, task_id as "taskId", name, language, description, body, embedding_model as "embeddingModel", confirmed, contradicted, at';

/** Stores a pattern, with its vector where there is one; gives its id. With an id that is there already nothing changes. */
export async function addPattern(
  db: Pick<Db, 'query'>,
  pattern: Pick<Pattern, 'name' | 'language' | 'description' | 'body'> & { id?: string; taskId?: string | null; embedding?: { vector: ArrayLike<number>; model: string } },
): Promise<string> {
  const id = pattern.id ?? randomUUID();
  const sql = `insert into untilgreen.patterns (id, task_id, name, language, description, body, embedding, embedding_model)
    values ($1, $2, $3, $4, $5, $6::jsonb, $7::vector, $8) on conflict (id) do nothing`;
  await db.query(sql, [
    id, pattern.taskId, pattern.name, pattern.language, pattern.description, jsonText(pattern.body),
    pattern.embedding && vectorText(pattern.embedding.vector), pattern.embedding?.model,
  ]);
  return id;
}

/** The nearest patterns by cosine, best first. */
export async function nearestPatterns(db: Pick<Db, 'query'>, near: Near): Promise<NearPattern[]> {
  const query = nearestQuery('patterns', COLUMNS, near);
  return query ? db.query<NearPattern>(query.sql, query.values) : [];
}

/** Patterns, newest first. */
export function listPatterns(db: Pick<Db, 'query'>, filter: { language?: string; limit?: number } = {}): Promise<Pattern[]> {
  const sql = `select ${COLUMNS} from untilgreen.patterns where ($1::text is null or language = $1) order by at desc, id limit $2::int`;
  return db.query<Pattern>(sql, [filter.language, filter.limit ?? 100]);
}

/** Counts that a pattern has helped (`confirmed`) or has not (`contradicted`). */
export async function countPattern(db: Pick<Db, 'query'>, id: string, what: 'confirmed' | 'contradicted'): Promise<void> {
  await db.query(`update untilgreen.patterns set ${what} = ${what} + 1 where id = $1`, [id]);
}
