import { describe, expect, it } from 'vitest';
import { betaBelow, logGamma } from './beta.ts';

describe('the share of a Beta distribution below a point', () => {
  // Sums of the binomial distribution in exact fractions (DLMF 8.17.5), and closed forms where the parameters are no integers.
  it.each<[string, number, number, number, number]>([
    ['nothing known: uniform', 0.9, 1, 1, 0.9],
    ['half of a symmetric one', 0.5, 2, 2, 0.5],
    ['2 and 3 at the middle', 0.5, 2, 3, 0.6875],
    ['nine successes, no failure', 0.9, 10, 1, 0.9 ** 10],
    ['49 successes, 2 failures', 0.9, 50, 3, 0.09663328513725213],
    ['199 successes, 29 failures', 0.9, 200, 30, 0.9231109018409298],
    ['1,799 successes, 199 failures', 0.9, 1800, 200, 0.49206981113803],
    ['more failures than successes', 0.9, 3, 5, 0.9998235],
    ['far on the left', 0.01, 2, 40, 0.06343953800244728],
    ['the arcsine distribution', 0.1, 0.5, 0.5, (2 / Math.PI) * Math.asin(Math.sqrt(0.1))],
    ['below everything', 0, 3, 4, 0],
    ['all of it', 1, 3, 4, 1],
  ])('%s', (_title, x, a, b, expected) => {
    expect(betaBelow(x, a, b)).toBeCloseTo(expected, 11);
  });

  it('grows with the point, and mirrors with the parameters', () => {
    for (const [a, b] of [[0.3, 4], [2.5, 1.5], [30, 7]] as const) {
      const shares = Array.from({ length: 99 }, (_, at) => betaBelow((at + 1) / 100, a, b));
      expect(shares).toEqual([...shares].sort((one, other) => one - other));
      for (const [at, share] of shares.entries()) expect(betaBelow(1 - (at + 1) / 100, b, a)).toBeCloseTo(1 - share, 12);
    }
  });
});

describe('the logarithm of the gamma function', () => {
  it.each<[string, number, number]>([
    ['of 1', 1, 0],
    ['of a half, where gamma is the root of pi', 0.5, Math.log(Math.sqrt(Math.PI))],
    ['of 11, the factorial of 10', 11, Math.log(3_628_800)],
    ['of 171, near the largest factorial that a double holds', 171, Math.log(7.257415615307994e306)],
  ])('%s', (_title, x, expected) => {
    expect(logGamma(x)).toBeCloseTo(expected, 11);
  });
});
