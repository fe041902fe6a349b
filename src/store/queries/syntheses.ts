import { randomUUID } from 'node:crypto';
import type { Db } from '../types.ts';
import { vectorText } from '../values.ts';

/** A tool that was tried and did not come about. */
export interface FailedSynthesisRow {
  name: string;
  description: string;
  stoppedBy: string | null;
  reason: string;
  at: string;
}
interface Embedded {
  vector: ArrayLike<number>;
  model: string;
}

/** Remembers a failed synthesis; the newest of the same description and gate stands for the earlier ones. */
export async function addFailedSynthesis(db: Db, library: string, failed: Omit<FailedSynthesisRow, 'at'>, embedding: Embedded): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.query('delete from untilgreen.failed_syntheses where library = $1 and description = $2 and stopped_by is not distinct from $3', [library, failed.description, failed.stoppedBy]);
    await tx.query(
      `insert into untilgreen.failed_syntheses (id, library, name, description, stopped_by, reason, embedding, embedding_model)
        values ($1, $2, $3, $4, $5, $6, $7::vector, $8)`,
      [randomUUID(), library, failed.name, failed.description, failed.stoppedBy, failed.reason, vectorText(embedding.vector), embedding.model],
    );
  });
}

/** The nearest by cosine, best first. Those of another model are not comparable and left out. */
export function nearestFailedSyntheses(db: Pick<Db, 'query'>, library: string, near: Embedded, limit: number): Promise<(FailedSynthesisRow & { similarity: number })[]> {
  const sql = `select name, description, stopped_by as "stoppedBy", reason, at, 1 - (embedding <=> $2::vector) as similarity from untilgreen.failed_syntheses
    where library = $1 and embedding_model = $3 and vector_dims(embedding) = $4::int order by embedding <=> $2::vector, id limit $5::int`;
  return db.query(sql, [library, vectorText(near.vector), near.model, near.vector.length, limit]);
}

// Any fixed number serves; it must be the same in every version.
const MAKING_LOCK = 7_264_119;

/**
 * Takes a number in the queue of those who make tools. Numbers are given one at a time, so that whoever asks sees every
 * smaller one that is not given back.
 */
export async function queueMaking(
  db: Db,
  library: string,
  need: { name: string; description: string },
  embedding: Embedded,
  leaseMs: number,
): Promise<string> {
  const rows = await db.transaction(async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1::bigint)', [MAKING_LOCK]);
    await tx.query('delete from untilgreen.makings where lease_until < now()');
    return tx.query<{ number: string }>(
      `insert into untilgreen.makings (library, name, description, embedding, embedding_model, lease_until)
        values ($1, $2, $3, $4::vector, $5, now() + $6::int * interval '1 ms') returning number`,
      [library, need.name, need.description, vectorText(embedding.vector), embedding.model, leaseMs],
    );
  });
  return rows[0]!.number;
}

/** How many with a smaller number make something alike and are alive; undefined when the own number has lapsed. */
export async function makingsBefore(db: Pick<Db, 'query'>, number: string, alike: number): Promise<number | undefined> {
  const sql = `select count(other.number)::int as before from untilgreen.makings as own
    left join untilgreen.makings as other on other.library = own.library and other.number < own.number and other.lease_until >= now()
      and (other.name = own.name
        or case when other.embedding_model = own.embedding_model then 1 - (other.embedding <=> own.embedding) >= $2::float8 else false end)
    where own.number = $1::bigint group by own.number`;
  const [row] = await db.query<{ before: number }>(sql, [number, alike]);
  return row?.before;
}

/** A sign of life; false when the number has lapsed and was cleared away. */
export async function keepMaking(db: Pick<Db, 'query'>, number: string, leaseMs: number): Promise<boolean> {
  const sql = `update untilgreen.makings set lease_until = now() + $2::int * interval '1 ms' where number = $1::bigint returning 1`;
  return (await db.query(sql, [number, leaseMs])).length > 0;
}

/** Gives the number back. */
export async function endMaking(db: Pick<Db, 'query'>, number: string): Promise<void> {
  await db.query('delete from untilgreen.makings where number = $1::bigint', [number]);
}
