import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_WAIT_MS, LONGEST_WAIT_MS, retryAfter, retryableStatus, sleep, waitBefore } from './retry.ts';

const now = Date.parse('2030-01-01T00:00:00Z');
test.each<[Record<string, string>, number | undefined]>([
  [{}, undefined],
  [{ 'retry-after': '3' }, 3_000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '1.5' }, 1_500],
  [{ 'retry-after': 'Tue, 01 Jan 2030 00:00:10 GMT' }, 10_000],
  [{ 'retry-after': 'Tue, 01 Jan 2019 00:00:00 GMT' }, 0],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '-1' }, undefined],
  [{ 'retry-after-ms': '20', 'retry-after': '3' }, 20],
  [{ 'retry-after-ms': 'x', 'retry-after': '3' }, 3_000],
])('%o asks for %s ms', (headers, expected) => expect(retryAfter(new Headers(headers), now)).toBe(expected));

test('a wait grows, stays under its cap, and is never shorter than half of what it could be', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (attempt, random) => {
    const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
    const wait = waitBefore(attempt, undefined, () => random);
    expect(wait).toBeGreaterThanOrEqual(full / 2);
    expect(wait).toBeLessThanOrEqual(full);
  }));
});

test.each([[200, false], [400, false], [401, false], [404, false], [408, true], [422, false], [429, true], [500, true], [503, true], [529, true]])('HTTP %i is worth asking again: %s', (status, again) => expect(retryableStatus(status)).toBe(again));

test('a wait that is aborted before it began does not begin', async () => {
  await expect(sleep(60_000, AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
});
