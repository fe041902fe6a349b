import type { ErrorCode } from '../core/errors.ts';
import { sleep } from '../models/retry.ts';

/** Refusals that say nothing about the arguments or the files, with what is expected to pass. All others come back as they are when asked again. */
export const TRANSIENT: Readonly<Partial<Record<ErrorCode, string>>> = {
  model_unreachable: 'the server may come back',
  store_busy: 'another process holds the store for a moment',
  run_busy: 'another process holds the run for a moment',
  stale: 'another step changed the file between reading and writing; the tool reads it again',
  sandbox_error: 'the machine may be short of processes or memory for a moment; it is tried in the same sandbox, never outside',
};

/** How often and after which waits a step is tried again when its refusal is one of `TRANSIENT`. */
export interface RetryPolicy {
  /** Calls of the tool in all, the first included. */
  attempts: number;
  /** Milliseconds before the second call; doubles with each further one. */
  firstMs: number;
  /** The longest wait in milliseconds. */
  longestMs: number;
  /** 0 to 1, for the jitter. */
  random(): number;
  /** Resolves after `ms`; rejects at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Three calls within about a second: what is still refused then is better told than waited for. A model's client waits longer by itself. */
export const RETRIES: RetryPolicy = { attempts: 3, firstMs: 250, longestMs: 5_000, random: Math.random, sleep };

/**
 * Milliseconds before the next call: exponential, with jitter over the upper half, so that steps that failed together do not come
 * back together.
 *
 * @param attempt how many calls have failed, from 1
 */
export function backOff(attempt: number, { firstMs, longestMs, random }: Pick<RetryPolicy, 'firstMs' | 'longestMs' | 'random'>): number {
  return Math.min(longestMs, firstMs * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}
