import type { UntilgreenError } from '../core/errors.ts';
import { classify } from './failure.ts';
import type { Prompt, Reply } from './request.ts';
import { request } from './request.ts';
import { LONGEST_WAIT_MS, waitBefore } from './retry.ts';
import type { Target } from './target.ts';
import type { AskOptions } from './types.ts';
import { openWire } from './wire.ts';
import type { Wire } from './wire.ts';

/** How often a silent server is asked again: each try costs the whole time-out. */
const SILENT_RETRIES = 2;

export interface Transport {
  /** What sends requests to an API root: the network, a recorder or a replay. */
  fetchFor(baseUrl: string): typeof fetch;
  /** Milliseconds until the first byte, and between two pieces. */
  timeoutMs: number;
  maxRetries: number;
  /** 0 to 1. */
  random: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** The server refused the response format; the question is to be asked again without it. */
export class SchemaRefused extends Error {
  constructor(override readonly cause: UntilgreenError) {
    super(cause.message);
  }
}

export type Send = (target: Target, prompt: Prompt, listener: Pick<AskOptions<unknown>, 'signal' | 'onText'>, sent: () => void) => Promise<Reply>;

/** Makes an exchange until it is whole; see `createPersistence`. */
export type Persist = <T>(target: Target, exchange: (wire: Wire) => Promise<T>, context: { signal?: AbortSignal; sent: () => void; withSchema: boolean }) => Promise<T>;

/**
 * Repeats an exchange until a whole reply has come: what the server or the network may get over is asked again with the same bytes.
 * `sent` is called for each request. Rejects with `SchemaRefused`, an `UntilgreenError`, or the signal's reason.
 */
export function createPersistence({ fetchFor, timeoutMs, maxRetries, random, sleep }: Transport): Persist {
  const answered = new Set<string>();
  return async (target, exchange, { signal, sent, withSchema }) => {
    for (let failures = 1; ; failures += 1) {
      signal?.throwIfAborted();
      const wire = openWire(fetchFor(target.baseUrl), timeoutMs, signal);
      sent();
      try {
        const reply = await exchange(wire);
        answered.add(target.baseUrl);
        return reply;
      } catch (thrown) {
        if (signal?.aborted) throw thrown;
        const failure = classify(thrown, wire, target, { withSchema, answered: answered.has(target.baseUrl) });
        if (wire.status !== undefined) answered.add(target.baseUrl);
        if (failure.kind === 'schema') throw new SchemaRefused(failure.error);
        const limit = failure.silent ? Math.min(maxRetries, SILENT_RETRIES) : maxRetries;
        if (failure.kind === 'final' || failures > limit) throw failure.error;
        const wait = waitBefore(failures, wire.headers, random);
        // Nobody waits an hour at a prompt: a server that asks for longer than a reply may take is out of service.
        if (wait > Math.max(timeoutMs, LONGEST_WAIT_MS)) throw failure.error;
        await sleep(wait, signal);
      }
    }
  };
}

/** Sends a prompt through its provider package. */
export function createSender(persist: Persist): Send {
  return (target, prompt, { signal, onText }, sent) =>
    persist(target, (wire) => request(target, prompt, wire, signal, onText), { signal, sent, withSchema: prompt.schema !== undefined });
}
