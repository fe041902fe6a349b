import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../selection/random.ts';
import { median, ratioOf } from './ratio.ts';

/** Times that scatter by up to so much around what they should be. */
const noisy = (before: number, after: number, noise: number, rounds = 25, seed = 3) => {
  const random = seededRandom(seed);
  const of = (time: number) => time * (1 + noise * (2 * random.next() - 1));
  return Array.from({ length: rounds }, (): [number, number] => [of(before), of(after)]);
};

describe('how many times as fast', () => {
  it.each<[string, [number, number][], [number, number], [number, number]]>([
    ['twice, without noise', [[200, 100], [200, 100], [200, 100]], [2, 2], [2, 2]],
    ['half as fast', [[100, 200], [110, 220]], [0.5, 0.5], [0.5, 0.5]],
    ['twice in most rounds, one was disturbed', [[200, 100], [200, 100], [200, 100], [900, 100], [200, 100]], [2, 2], [2, 9]],
  ])('%s', (_title, pairs, [low, median_], [least, high]) => {
    expect(ratioOf(pairs)).toMatchObject({ low, median: median_, rounds: pairs.length });
    expect(ratioOf(pairs).high).toBeGreaterThanOrEqual(least);
    expect(ratioOf(pairs).high).toBeLessThanOrEqual(high);
  });

  it('the interval holds the truth, and is wider where times scatter more', () => {
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    const [calm, wild] = [ratioOf(noisy(150, 100, 0.02)), ratioOf(noisy(150, 100, 0.5))];
    expect(calm.low).toBeGreaterThan(1.4);
    expect(calm.high).toBeLessThan(1.6);
    expect(width(wild)).toBeGreaterThan(3 * width(calm));
  });

  it('two equal codes are seldom called different', () => {
    const wrong = Array.from({ length: 40 }, (_, seed) => ratioOf(noisy(100, 100, 0.3, 25, seed), seed)).filter(({ low }) => low > 1.1);
    expect(wrong.length).toBeLessThanOrEqual(1);
  });

  it('the same seed gives the same interval', () => {
    expect(ratioOf(noisy(3, 2, 0.3), 5)).toEqual(ratioOf(noisy(3, 2, 0.3), 5));
  });

  it('the middle of an even number lies between', () => {
    expect([median([4, 1, 3]), median([4, 1, 3, 2]), median([7])]).toEqual([3, 2.5, 7]);
  });
});
