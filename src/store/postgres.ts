import pg from 'pg';
import { UntilgreenError } from '../core/errors.ts';
import { connectionLost, lostEffect, sqlProblem, storeFailed, type Effect } from './failure.ts';
import { onlyReads, runTransaction, TransactionScope } from './session.ts';
import type { Db } from './types.ts';
import { PARSERS, parameters } from './values.ts';

// A laptop's runs need few; a server with many workers shares its limit among them.
const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A PostgreSQL server (15 or newer, with pgvector) as a store.
 * Errors: `store_failed` with the SQLSTATE, or with `data.lost` when the connection went away.
 *
 * @param url  `postgres://user:password@host:port/database`
 */
export function openPostgres(url: string): Db {
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    allowExitOnIdle: true,
    application_name: 'untilgreen',
    types: { getTypeParser: ((oid: number, format?: 'text') => PARSERS[oid] ?? pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser },
  });
  pool.on('error', () => {}); // an idle connection was closed by the server; the pool makes another

  const connect = async (): Promise<pg.PoolClient> => {
    try {
      return await pool.connect();
    } catch (error) {
      const problem = sqlProblem(error);
      const where = new URL(url);
      throw new UntilgreenError(
        'store_failed',
        `PostgreSQL at ${where.hostname}:${where.port || '5432'} does not let us in: ${problem.message}.`,
        { host: where.hostname, port: where.port || '5432', lost: true, effect: 'no', ...(problem.sqlstate ? { sqlstate: problem.sqlstate } : {}) },
        'Check DATABASE_URL.',
        { cause: error },
      );
    }
  };
  const once = async (sql: string, values: (string | null)[]): Promise<unknown[]> => {
    const client = await connect();
    let broken = false;
    try {
      return await run(client, sql, values, 'unknown');
    } catch (error) {
      broken = lostEffect(error) !== undefined;
      throw error;
    } finally {
      client.release(broken);
    }
  };

  const scope = new TransactionScope();
  return {
    kind: 'postgres',
    async query<Row>(sql: string, values?: unknown[]): Promise<Row[]> {
      scope.check();
      const prepared = parameters(values);
      try {
        return (await once(sql, prepared)) as Row[];
      } catch (error) {
        // A pooled connection may have been cut while it lay idle; what only reads may be asked again.
        if (lostEffect(error) === undefined || lostEffect(error) === 'no' || !onlyReads(sql)) throw error;
        return (await once(sql, prepared)) as Row[];
      }
    },
    async transaction(work) {
      scope.check();
      const client = await connect();
      // The pool would let a server's error on a checked-out client end the process.
      client.on('error', ignore);
      let broken = false;
      const guarded = async (sql: string, values: (string | null)[], whenLost: Effect): Promise<unknown[]> => {
        try {
          return await run(client, sql, values, whenLost);
        } catch (error) {
          if (lostEffect(error)) broken = true;
          throw error;
        }
      };
      try {
        await guarded('begin', [], 'no');
        return await runTransaction(
          {
            query: (sql, values) => guarded(sql, values, 'rolled_back'),
            commit: async () => void (await guarded('commit', [], 'unknown')),
            rollback: async () => void (await guarded('rollback', [], 'rolled_back')),
          },
          (tx) => scope.run(() => work(tx)),
        );
      } finally {
        client.off('error', ignore);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

const ignore = (): void => {}; // the statement under way is rejected with the same error

async function run(client: pg.PoolClient, sql: string, values: (string | null)[], whenLost: Effect): Promise<unknown[]> {
  try {
    return (await client.query(sql, values)).rows;
  } catch (error) {
    throw asStoreError(error, whenLost);
  }
}

function asStoreError(error: unknown, whenLost: Effect): UntilgreenError {
  const problem = sqlProblem(error);
  if (problem.sqlstate === undefined) return connectionLost(whenLost, error);
  // Class 08 and 57P0x: the server ended the connection and with it the statement.
  if (problem.sqlstate.startsWith('08') || problem.sqlstate.startsWith('57P0')) return connectionLost(whenLost === 'no' ? 'no' : 'rolled_back', error);
  return storeFailed(problem, error);
}
