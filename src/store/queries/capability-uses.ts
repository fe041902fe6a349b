import type { Db } from '../types.ts';
import { jsonText } from '../values.ts';

/** One use of a tool. */
export interface CapabilityUse {
  id: string;
  name: string;
  version: string;
  /** The request that it served, where there was one. */
  request: string | null;
  arguments: Record<string, unknown>;
  result: Record<string, unknown>;
  /** Somebody said that the result is wrong. */
  wrong: boolean;
  at: string;
}

/** Remembers a use; a second time with the same id changes nothing. */
export async function addCapabilityUse(db: Pick<Db, 'query'>, library: string, use: Omit<CapabilityUse, 'at'>): Promise<void> {
  const sql = `insert into untilgreen.capability_uses (id, library, name, version, request, arguments, result, wrong)
    values ($1, $2, $3, $4, $5, $6::jsonb, $7::jsonb, $8::boolean) on conflict (id) do nothing`;
  await db.query(sql, [use.id, library, use.name, use.version, use.request, jsonText(use.arguments), jsonText(use.result), use.wrong]);
}

/** Says that a use gave the wrong result; false where there is no such use. */
export async function markUseWrong(db: Pick<Db, 'query'>, library: string, id: string): Promise<boolean> {
  return (await db.query('update untilgreen.capability_uses set wrong = true where library = $1 and id = $2 returning 1', [library, id])).length > 0;
}

/** Uses, newest first. */
export function capabilityUses(db: Pick<Db, 'query'>, library: string, filter: { name?: string; limit?: number } = {}): Promise<CapabilityUse[]> {
  const sql = `select id, name, version, request, arguments, result, wrong, at from untilgreen.capability_uses
    where library = $1 and ($2::text is null or name = $2) order by number desc limit $3::int`;
  return db.query<CapabilityUse>(sql, [library, filter.name, filter.limit ?? 1_000]);
}

/** Evidence of a content hash, as it was given. */
export async function capabilityEvidence(db: Pick<Db, 'query'>, hash: string): Promise<Record<string, unknown> | undefined> {
  const [row] = await db.query<{ evidence: Record<string, unknown> }>('select evidence from untilgreen.capability_evidence where hash = $1', [hash]);
  return row?.evidence;
}

/** Keeps evidence under its hash, in place of what was there. */
export async function setCapabilityEvidence(db: Pick<Db, 'query'>, name: string, hash: string, evidence: Record<string, unknown>): Promise<void> {
  const sql = `insert into untilgreen.capability_evidence (hash, name, evidence) values ($1, $2, $3::jsonb)
    on conflict (hash) do update set name = excluded.name, evidence = excluded.evidence, at = now()`;
  await db.query(sql, [hash, name, jsonText(evidence)]);
}
