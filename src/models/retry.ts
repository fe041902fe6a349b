/** First wait in milliseconds; doubles with each further one. */
export const FIRST_WAIT_MS = 1_000;
/** The longest wait we choose ourselves; a server may ask for longer. */
export const LONGEST_WAIT_MS = 30_000;

/**
 * Milliseconds to wait before attempt `attempt + 1`: what the server asked for, else exponential with jitter, so that workers that
 * failed together do not come back together.
 *
 * @param attempt how many attempts have failed, from 1
 * @param random  0 to 1
 */
export function waitBefore(attempt: number, headers: Headers | undefined, random: () => number, now = Date.now()): number {
  return retryAfter(headers, now) ?? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** `retry-after-ms`, or `Retry-After` as seconds or as a date, in milliseconds. */
export function retryAfter(headers: Headers | undefined, now = Date.now()): number | undefined {
  const exact = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  if (Number.isFinite(exact) && exact >= 0) return exact;
  const text = headers?.get('retry-after');
  if (!text) return undefined;
  const seconds = Number(text);
  if (Number.isFinite(seconds)) return seconds >= 0 ? seconds * 1_000 : undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** Worth asking again: time-outs, early, conflicting and too many requests, and whatever the server blames on itself. */
export function retryableStatus(status: number): boolean {
  return status === 408 || status === 409 || status === 425 || status === 429 || status >= 500;
}

/** Resolves after `ms`, rejects with the signal's reason at once when it aborts. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}
