import { UntilgreenError } from '../core/errors.ts';
import { sqlstateOf } from './failure.ts';
import { SCHEMA_1, SCHEMA_2 } from './schema.ts';
import type { Db } from './types.ts';

/** Statements that lead from version n to n + 1, in order. One that has been released is never changed. */
export const MIGRATIONS: readonly (readonly string[])[] = [SCHEMA_1, SCHEMA_2];

// Any fixed number serves; it must be the same in every version.
const MIGRATION_LOCK = 7_264_118;

/**
 * Brings the store to the newest version, or leaves it as it was. Two processes may call it at once.
 * Errors: `store_incompatible` when a newer version of the package has been here, `store_failed`.
 */
export async function migrate(db: Db, migrations = MIGRATIONS): Promise<void> {
  const newest = migrations.length;
  const found = await versionOf(db);
  if (found > newest) throw tooNew(found, newest);
  if (found === newest) return;
  try {
    await db.transaction(async (tx) => {
      // On the embedded store there is one connection and the lock is always free.
      await tx.query('select pg_advisory_xact_lock($1::bigint)', [MIGRATION_LOCK]);
      await tx.query('create schema if not exists untilgreen');
      await tx.query('create table if not exists untilgreen.schema_version (version int primary key, at timestamptz not null default now())');
      const from = await versionOf(tx);
      if (from > newest) throw tooNew(from, newest);
      for (const [index, statements] of migrations.entries()) {
        if (index < from) continue;
        for (const sql of statements) await tx.query(sql);
        await tx.query('insert into untilgreen.schema_version (version) values ($1::int)', [index + 1]);
      }
    });
  } catch (error) {
    const state = sqlstateOf(error);
    // Feature not supported and undefined file: pgvector is not installed; insufficient privilege: we may not add it.
    if (state === '0A000' || state === '58P01' || state === '42501') {
      const what = error instanceof UntilgreenError ? error.what : String(error);
      throw new UntilgreenError('store_failed', what, { sqlstate: state }, 'Install pgvector on the server, and let its administrator run `create extension vector` and `create schema untilgreen` for this user.', { cause: error });
    }
    throw error;
  }
}

async function versionOf(db: Pick<Db, 'query'>): Promise<number> {
  const [table] = await db.query<{ there: string | null }>("select to_regclass('untilgreen.schema_version')::text as there");
  if (!table?.there) return 0;
  const [row] = await db.query<{ version: number | null }>('select max(version) as version from untilgreen.schema_version');
  return row?.version ?? 0;
}

function tooNew(found: number, newest: number): UntilgreenError {
  return new UntilgreenError(
    'store_incompatible',
    `The store has schema version ${found}, this version of untilgreen knows up to ${newest}.`,
    { found, newest },
    'Upgrade untilgreen.',
  );
}
