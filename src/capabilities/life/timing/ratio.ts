import { seededRandom } from '../../../selection/random.ts';

/** Resamples of the bootstrap; percentiles of 95 % are stable with 1,000 and more (Efron and Tibshirani, An Introduction to the Bootstrap, 13.3). */
const RESAMPLES = 2_000;

export interface Ratio {
  /** How many times as fast the second is as the first: the median over rounds. */
  median: number;
  /** Its 95 % interval. */
  low: number;
  high: number;
  rounds: number;
}

/**
 * How many times as fast, from pairs of times that were measured side by side; the interval by the percentile bootstrap over rounds.
 *
 * @param pairs time before and after of each round; at least one
 * @param seed the same seed gives the same interval
 */
export function ratioOf(pairs: readonly (readonly [before: number, after: number])[], seed = 1): Ratio {
  const ratios = pairs.map(([before, after]) => before / Math.max(after, 1));
  const random = seededRandom(seed);
  const medians = Array.from({ length: RESAMPLES }, () => median(ratios.map(() => random.pick(ratios)))).toSorted((a, b) => a - b);
  return { median: median(ratios), low: medians[Math.floor(RESAMPLES * 0.025)]!, high: medians[Math.ceil(RESAMPLES * 0.975) - 1]!, rounds: pairs.length };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
