import { setTimeout as sleep } from 'node:timers/promises';
import type { Embedder } from '../../models/types.ts';
import { endMaking, keepMaking, makingsBefore, queueMaking } from '../../store/queries/syntheses.ts';
import type { Db } from '../../store/types.ts';
import type { Need } from '../types.ts';

/** Milliseconds that a claim lasts without a sign of life, how often one is given, and how often those who wait look. */
export interface MakingTimes {
  leaseMs: number;
  heartbeatMs: number;
  lookMs: number;
}
export const MAKING_TIMES: MakingTimes = { leaseMs: 30_000, heartbeatMs: 10_000, lookMs: 250 };

/**
 * Cosine of two descriptions from which on their makers wait for each other. Waiting for a stranger costs a minute, making the same tool twice
 * costs a synthesis and a duplicate: so it stands low.
 */
const ALIKE = 0.7;

/** Waits until nobody else makes something alike, over all processes of the database; the order is that of asking. */
export async function claimMaking(
  deps: { db: Db; library: string; embedder: Embedder },
  need: Pick<Need, 'description' | 'name'>,
  signal?: AbortSignal,
  times = MAKING_TIMES,
): Promise<{ waited: boolean; release(): Promise<void> }> {
  signal?.throwIfAborted();
  const { db, library, embedder } = deps;
  const [vector] = await embedder.embed([need.description]);
  const queue = () => queueMaking(db, library, need, { vector: vector!, model: embedder.model }, times.leaseMs);
  let number = await queue();
  // The store may come back before the claim is over; afterwards it is cleared away, and found so below.
  const heart = setInterval(() => void keepMaking(db, number, times.leaseMs).catch(() => false), times.heartbeatMs).unref();
  const release = async (): Promise<void> => {
    clearInterval(heart);
    await endMaking(db, number);
  };
  let waited = false;
  try {
    for (;;) {
      const before = await makingsBefore(db, number, ALIKE);
      if (before === 0) return { waited, release };
      waited = true;
      // A machine that slept has lost its place: others may have gone past, so it asks for another.
      if (before === undefined) number = await queue();
      else await sleep(times.lookMs, undefined, { signal });
    }
  } catch (error) {
    await release();
    throw error;
  }
}
