import { AsyncLocalStorage } from 'node:async_hooks';
import { UntilgreenError } from '../core/errors.ts';
import type { Db } from './types.ts';
import { parameters } from './values.ts';

/** One open transaction of a connection. */
export interface OpenTransaction {
  query(sql: string, values: (string | null)[]): Promise<unknown[]>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/**
 * Runs `work` in an open transaction: commits when it resolves, rolls back when it rejects. A statement that failed
 * makes the transaction fail even where `work` caught its error, because Postgres would roll back on `commit` without a word.
 */
export async function runTransaction<T>(open: OpenTransaction, work: (tx: Pick<Db, 'query'>) => Promise<T>): Promise<T> {
  let failure: { error: unknown } | undefined;
  let ended = false;
  const tx: Pick<Db, 'query'> = {
    async query<Row>(sql: string, values?: unknown[]): Promise<Row[]> {
      if (ended) throw new UntilgreenError('internal', 'A query was made on a transaction that has ended.', { sql });
      try {
        return (await open.query(sql, parameters(values))) as Row[];
      } catch (error) {
        failure ??= { error };
        throw error;
      }
    },
  };
  try {
    const result = await work(tx);
    if (failure) throw failure.error;
    ended = true;
    await open.commit();
    return result;
  } catch (error) {
    if (!ended) {
      ended = true;
      // The first error says what happened; a connection that cannot even roll back has lost its transaction already.
      await open.rollback().catch(() => {});
    }
    throw error;
  }
}

/**
 * Finds the mistake of asking the store itself from within one of its transactions: on one connection that would wait for
 * its own end, on several it would not see what the transaction wrote. One for each open store.
 */
export class TransactionScope {
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();

  /** Throws `internal` where the caller is in an open transaction. */
  check(): void {
    if (this.#inside.getStore()?.open) throw new UntilgreenError('internal', 'The store was asked within a transaction, which must be done through the transaction.');
  }

  /** Runs `work`, the body of a transaction. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const state = { open: true };
    try {
      return await this.#inside.run(state, work);
    } finally {
      // What `work` left running (a timer, a promise nobody waited for) may use the store again.
      state.open = false;
    }
  }
}

/** Whether a statement only reads, so that it may be repeated when its answer was lost. */
export function onlyReads(sql: string): boolean {
  return /^\s*(?:select|show|values)\b/i.test(sql) && !/\b(?:nextval|setval|insert|update|delete|pg_advisory\w*|pg_logical\w*)\b/i.test(sql);
}
