import { connect, type Socket } from 'node:net';
import { UntilgreenError } from '../../core/errors.ts';
import { connectionLost, storeFailed, type Effect } from '../failure.ts';
import type { OpenTransaction } from '../session.ts';
import { PROTOCOL, readFrames, writeFrame, type Answer, type Ask } from './frames.ts';
import type { Route } from './owner.ts';

type Draft = Ask extends infer One ? (One extends Ask ? Omit<One, 'id'> : never) : never;

/**
 * Joins the owner of the store over its socket, once it has the database open. Rejects with a lost connection when the owner is gone or going,
 * with `data.timeout` when it has not answered within `timeoutMs` milliseconds.
 */
export async function join(socketPath: string, timeoutMs: number): Promise<Route> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const attempt = connect(socketPath);
    attempt.once('connect', () => resolve(attempt));
    attempt.once('error', (error) => reject(connectionLost('no', error)));
  });
  const waiting = new Map<number, { resolve: (rows: unknown[]) => void; reject: (error: Error) => void; effect: Effect }>();
  let lastId = 0;
  let lost = false;

  readFrames<Answer>(socket, (answer) => {
    const request = waiting.get(answer.id);
    waiting.delete(answer.id);
    if (waiting.size === 0) socket.unref();
    if (!request) return;
    if ('rows' in answer) request.resolve(answer.rows);
    else if ('problem' in answer) request.reject(storeFailed(answer.problem));
    else if ('closing' in answer) request.reject(connectionLost('no'));
    else request.reject(new UntilgreenError('store_failed', answer.refused));
  });
  socket.on('error', () => {}); // 'close' follows and tells every request
  socket.on('close', () => {
    lost = true;
    for (const request of waiting.values()) request.reject(connectionLost(request.effect));
    waiting.clear();
  });
  socket.unref();

  const ask = (draft: Draft, effect: Effect): { id: number; rows: Promise<unknown[]> } => {
    const id = ++lastId;
    const rows = new Promise<unknown[]>((resolve, reject) => {
      if (lost) return reject(connectionLost(effect === 'rolled_back' ? effect : 'no'));
      waiting.set(id, { resolve, reject, effect });
      socket.ref();
      writeFrame(socket, { ...draft, id } as Ask);
    });
    return { id, rows };
  };

  // One that is just closing still answers its socket, and says at this point that it is going.
  const late = setTimeout(() => socket.destroy(), timeoutMs);
  const asked = Date.now();
  try {
    await ask({ op: 'hello', protocol: PROTOCOL }, 'no').rows;
  } catch (error) {
    socket.destroy();
    if (Date.now() - asked < timeoutMs) throw error;
    throw new UntilgreenError('store_busy', `The owner of the store did not answer for ${timeoutMs / 1000} s.`, { timeout: timeoutMs }, undefined, { cause: error });
  } finally {
    clearTimeout(late);
  }

  return {
    role: 'joined',
    query: (sql, values) => ask({ op: 'query', sql, parameters: values }, 'unknown').rows,
    async begin(): Promise<OpenTransaction> {
      const { id: tx, rows } = ask({ op: 'begin' }, 'no');
      await rows;
      return {
        query: (sql, values) => ask({ op: 'query', tx, sql, parameters: values }, 'rolled_back').rows,
        commit: async () => void (await ask({ op: 'commit', tx }, 'unknown').rows),
        rollback: async () => void (await ask({ op: 'rollback', tx }, 'rolled_back').rows),
      };
    },
    async close() {
      if (lost) return;
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve());
        socket.ref();
        socket.end();
      });
    },
  };
}
