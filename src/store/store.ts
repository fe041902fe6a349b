import { UntilgreenError } from '../core/errors.ts';
import { migrate } from './migrations.ts';
import { createRunStore, freeRunsOfTheDead, leaseOwner } from './runlog.ts';
import type { Db, Store } from './types.ts';

export type { Store };

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
    await migrate(db);
    await freeRunsOfTheDead(db);
  } catch (error) {
    await db.close();
    throw error;
  }
  return { db, runs: createRunStore(db, leaseOwner(options.owner)), close: () => db.close() };
}

/** The connection alone, with no schema made. */
export async function openDb({ url, directory }: { url?: string; directory: string }): Promise<Db> {
  if (!url) return (await import('./embedded/open.ts')).openEmbedded(directory);
  if (!/^postgres(?:ql)?:\/\/[^/]/.test(url) || !URL.canParse(url)) {
    throw new UntilgreenError('config_invalid', 'Expected DATABASE_URL to be a `postgres://user:password@host:port/database` address.', { name: 'DATABASE_URL' });
  }
  return (await import('./postgres.ts')).openPostgres(url);
}
