import { describe, expect, it } from 'vitest';
import { thresholdOf } from './threshold.ts';

const uses = (right: number, wrong: number) => [...Array.from({ length: right }, () => ({ wrong: false })), ...Array.from({ length: wrong }, () => ({ wrong: true }))];

describe('the threshold of one tool', () => {
  it.each([
    ['is the common one without complaints', uses(50, 0), 0.75],
    ['is the common one after one complaint, which may be a mistake', uses(3, 1), 0.75],
    ['is the common one where right uses make up for complaints', uses(40, 2), 0.75],
    ['halves the way to certainty after two', uses(0, 2), 0.875],
    ['halves it again after four', uses(0, 4), 0.9375],
  ])('%s', (_title, history, expected) => {
    expect(thresholdOf(history, 0.75)).toBeCloseTo(expected, 10);
  });
  it('never falls below the common one, never rises to certainty, and rises with every complaint', () => {
    let before = 0.75;
    for (let wrong = 0; wrong < 40; wrong += 1) {
      const threshold = thresholdOf(uses(5, wrong), 0.75);
      expect(threshold).toBeGreaterThanOrEqual(before);
      expect(threshold).toBeLessThan(1);
      before = threshold;
    }
  });
});
