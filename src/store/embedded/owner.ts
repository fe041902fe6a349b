import type { Socket } from 'node:net';
import { asError, UntilgreenError } from '../../core/errors.ts';
import { connectionLost, lostEffect, sqlstateOf, type Effect } from '../failure.ts';
import type { OpenTransaction } from '../session.ts';
import { PROTOCOL, readFrames, writeFrame, type Answer, type Ask } from './frames.ts';
import type { Host } from './host.ts';
import { Lane } from './lane.ts';

/** A way to the database, the same for its owner and for a process that joined it. */
export interface Route {
  readonly role: 'owner' | 'joined';
  query(sql: string, values: (string | null)[]): Promise<unknown[]>;
  begin(): Promise<OpenTransaction>;
  close(): Promise<void>;
}

// A joined process that is stopped in the middle of a transaction would hold everybody else up.
const IDLE_TRANSACTION_MS = 30_000;

/** Shares one database connection between this process and those that joined it. */
export class SharedConnection {
  readonly #lane = new Lane();
  readonly #host: Host;
  readonly #onStatement: (sql: string, bytes: number) => void;

  constructor(host: Host, onStatement: (sql: string, bytes: number) => void) {
    this.#host = host;
    this.#onStatement = onStatement;
  }

  query(client: object, sql: string, values: (string | null)[]): Promise<unknown[]> {
    return this.#lane.run(client, () => this.#statement(sql, values));
  }

  /** Resolves when the transaction is open; nobody else is served until it ends. */
  begin(client: object): Promise<OpenTransaction> {
    return new Promise((resolve, reject) => {
      this.#lane
        .run(client, async () => {
          await this.#host.run('begin', []);
          await new Promise<void>((ended) => {
            const end = async (sql: 'commit' | 'rollback'): Promise<void> => {
              try {
                await this.#host.run(sql, []);
              } finally {
                ended();
              }
            };
            resolve({ query: (sql, values) => this.#statement(sql, values), commit: () => end('commit'), rollback: () => end('rollback') });
          });
        })
        .catch(reject);
    });
  }

  /** Refuses what has not begun, waits for what has. */
  close(): Promise<void> {
    return this.#lane.close(() => connectionLost('no'));
  }

  #statement(sql: string, values: (string | null)[]): Promise<unknown[]> {
    this.#onStatement(sql, values.reduce((sum, value) => sum + (value?.length ?? 0), 0));
    return this.#host.run(sql, values);
  }
}

/** Answers one joined process; its open transactions are rolled back when it goes. `ready` may still be opening the database. */
export function serve(socket: Socket, ready: Promise<SharedConnection>): void {
  const open = new Map<number, { transaction: OpenTransaction; idle: NodeJS.Timeout }>();
  let gone = false;
  socket.unref();

  const end = async (id: number, how: 'commit' | 'rollback'): Promise<void> => {
    const held = open.get(id);
    if (!held) throw timedOut();
    open.delete(id);
    clearTimeout(held.idle);
    await held.transaction[how]();
  };
  const giveUp = (id: number): void => {
    if (open.has(id)) end(id, 'rollback').catch(() => socket.destroy());
  };
  const carryOut = async (shared: SharedConnection, ask: Ask): Promise<unknown[]> => {
    if (ask.op === 'hello') {
      if (ask.protocol !== PROTOCOL) throw new UntilgreenError('store_busy', 'The store is open in another version of untilgreen.');
      return shared.query(socket, 'select 1', []);
    }
    if (ask.op === 'begin') {
      const transaction = await shared.begin(socket);
      open.set(ask.id, { transaction, idle: setTimeout(giveUp, IDLE_TRANSACTION_MS, ask.id).unref() });
      if (gone) giveUp(ask.id);
      return [];
    }
    if (ask.op !== 'query') return (await end(ask.tx, ask.op), []);
    if (ask.tx === undefined) return shared.query(socket, ask.sql, ask.parameters);
    const held = open.get(ask.tx);
    if (!held) throw timedOut();
    held.idle.refresh();
    return held.transaction.query(ask.sql, ask.parameters);
  };

  readFrames<Ask>(socket, (ask) => {
    ready
      .then((shared) => carryOut(shared, ask))
      .then(
        (rows): Answer => ({ id: ask.id, rows }),
        (thrown: unknown): Answer => refusal(ask, thrown),
      )
      .then((answer) => gone || writeFrame(socket, answer))
      .catch((error: unknown) => socket.destroy(asError(error)));
  });
  socket.on('error', () => {}); // 'close' follows, and a client that went away needs no answer
  socket.on('close', () => {
    gone = true;
    for (const id of open.keys()) giveUp(id);
  });
}

const timedOut = (): UntilgreenError =>
  new UntilgreenError('store_failed', `The transaction was rolled back after ${IDLE_TRANSACTION_MS / 1000} s without a statement.`);

function refusal(ask: Ask, thrown: unknown): Answer {
  const effect: Effect | undefined = lostEffect(thrown);
  if (effect === 'no') return { id: ask.id, closing: true };
  const error = asError(thrown);
  if (sqlstateOf(error) === undefined) return { id: ask.id, refused: error.what };
  const { sqlstate, detail, constraint } = error.data as Record<string, string | undefined>;
  return { id: ask.id, problem: { message: (error.cause as Error | undefined)?.message ?? error.what, sqlstate, detail, constraint } };
}
