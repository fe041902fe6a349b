import { seededRandom } from '../../selection/random.ts';

/**
 * The chance that at least one of `k` samples is right, from `right` of `n`: the unbiased estimator of Chen et al., "Evaluating Large Language
 * Models Trained on Code" (2021).
 *
 * @returns undefined where fewer than `k` samples were taken
 */
export function passAtK(n: number, right: number, k: number): number | undefined {
  if (n < k) return undefined;
  let none = 1;
  for (let i = n - right + 1; i <= n; i += 1) none *= Math.max(0, 1 - k / i);
  return 1 - none;
}

/** A mean with the interval in which it lies in 95 of 100 cases. */
export interface Estimate {
  mean: number;
  low: number;
  high: number;
}

/** The square of 1.96, beyond which 5 of 100 draws of a normal distribution lie. */
const Z_SQUARED = 3.8416;

/** Resamples of a bootstrap; more do not change the second digit. */
const RESAMPLES = 2_000;

/**
 * The mean of values that come in groups (a task's results for several seeds), with a bootstrap interval over the groups: results of one task
 * resemble each other and must not count as independent. Where all are 0 or all are 1 there is nothing to resample: Wilson's interval then,
 * with the groups as its number.
 *
 * @returns undefined without any value
 */
export function estimate(groups: readonly (readonly number[])[]): Estimate | undefined {
  const filled = groups.filter((group) => group.length > 0);
  if (filled.length === 0) return undefined;
  const sums = filled.map((group) => ({ sum: group.reduce((total, value) => total + value, 0), count: group.length }));
  const meanOf = (some: typeof sums): number => some.reduce((total, { sum }) => total + sum, 0) / some.reduce((total, { count }) => total + count, 0);
  const mean = meanOf(sums);
  const beyond = Z_SQUARED / (filled.length + Z_SQUARED);
  if (mean === 0) return { mean, low: 0, high: beyond };
  if (mean === 1) return { mean, low: 1 - beyond, high: 1 };
  const random = seededRandom(20_211_107);
  const means = Array.from({ length: RESAMPLES }, () => meanOf(sums.map(() => random.pick(sums)))).toSorted((a, b) => a - b);
  return { mean, low: means[Math.floor(RESAMPLES * 0.025)]!, high: means[Math.ceil(RESAMPLES * 0.975) - 1]! };
}
