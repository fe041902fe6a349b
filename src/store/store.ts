import { UntilgreenError } from '../core/errors.ts';
import { lostEffect } from './failure.ts';
import { migrate } from './migrations.ts';
import { createRunStore, freeRunsOfTheDead, leaseOwner } from './runlog.ts';
import type { Db, Store } from './types.ts';

export type { Store };

// Each further one means that another owner has gone in the middle of a statement.
const PREPARE_ATTEMPTS = 5;

/**
 * Opens the store: the PostgreSQL server that `url` names, else the embedded database in `directory`, which is made when
 * missing and joined when another process has it open. The drivers load here, not with the module.
 *
 * @param options.url        `DATABASE_URL`, `postgres://…`
 * @param options.directory  data directory of the embedded database; a lock directory appears beside it
 * @param options.owner      a label under which leases are held, for people to read
 *
 * Errors: `config_invalid`, `store_busy`, `store_incompatible`, `store_failed`.
 *
 * @example
 * const store = await openStore({ url: process.env.DATABASE_URL, directory: join(home, 'store') });
 * try { console.log(await store.runs.list()); } finally { await store.close(); }
 */
export async function openStore(options: { url?: string; directory: string; owner?: string }): Promise<Store> {
  const db = await openDb(options);
  try {
    await prepare(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, runs: createRunStore(db, leaseOwner(options.owner)), close: () => db.close() };
}

/** Makes or renews the schema. The owner of an embedded store may end meanwhile: what it rolled back is done anew on the next. */
async function prepare(db: Db): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await migrate(db);
      return await freeRunsOfTheDead(db);
    } catch (error) {
      const effect = lostEffect(error);
      // `no` comes after the store has looked for another owner itself, and from a server that is not there.
      if (effect === undefined || effect === 'no' || attempt >= PREPARE_ATTEMPTS) throw error;
    }
  }
}

/** The connection alone, with no schema made. */
export async function openDb({ url, directory }: { url?: string; directory: string }): Promise<Db> {
  if (!url) return (await import('./embedded/open.ts')).openEmbedded(directory);
  if (!/^postgres(?:ql)?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new UntilgreenError('config_invalid', 'Expected DATABASE_URL to be a `postgres://user:password@host:port/database` address.', { name: 'DATABASE_URL' });
  }
  return (await import('./postgres.ts')).openPostgres(url);
}
