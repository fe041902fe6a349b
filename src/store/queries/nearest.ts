import { vectorText } from '../values.ts';

/** Where to look for neighbours: vectors of other models are not comparable. */
export interface Near {
  embedding: ArrayLike<number>;
  embeddingModel: string;
  /** Only this language; all when not given. */
  language?: string;
  /** At most this many, 5 when not given. */
  limit?: number;
}

/**
 * SQL and parameters for the nearest rows of a memory table by cosine, best first. Exact, without an index: up to ten
 * thousand rows that takes 10 ms and misses nothing.
 */
export function nearestQuery(table: 'failures' | 'patterns', columns: string, near: Near, extra = 'true'): { sql: string; values: unknown[] } | undefined {
  // The angle to a zero vector is not defined.
  if (!Array.from(near.embedding).some((x) => x !== 0)) return undefined;
  const sql = `select ${columns}, 1 - (embedding <=> $1::vector) as similarity from untilgreen.${table}
    where embedding_model = $2 and ($3::text is null or language = $3) and vector_dims(embedding) = $4::int and vector_norm(embedding) > 0 and ${extra}
    order by embedding <=> $1::vector, id limit $5::int`;
  return { sql, values: [vectorText(near.embedding), near.embeddingModel, near.language, near.embedding.length, near.limit ?? 5] };
}
