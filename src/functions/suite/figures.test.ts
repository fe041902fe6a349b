import { describe, expect, test } from 'vitest';
import { estimate, passAtK } from './estimate.ts';
import { summarise } from './summary.ts';
import type { TaskResult } from './types.ts';

describe('pass@k', () => {
  test.each([
    [20, 0, 1, 0],
    [20, 20, 5, 1],
    [20, 5, 1, 0.25],
    [4, 2, 2, 1 - 1 / 6],
    [20, 1, 20, 1],
    [10, 3, 5, 1 - 21 / 252],
  ])('of %i samples with %i right, for k = %i, is %f', (n, right, k, expected) => {
    expect(passAtK(n, right, k)).toBeCloseTo(expected, 10);
  });

  test('is unknown where fewer than k were taken', () => expect(passAtK(4, 4, 5)).toBeUndefined());
});

describe('an estimate', () => {
  test('is the mean of all values, in an interval that is the same each time', () => {
    const groups = [[1, 1], [0, 0], [1, 0], [1, 1]];
    expect(estimate(groups)).toEqual(estimate(groups));
    expect(estimate(groups)!.mean).toBeCloseTo(0.625, 10);
  });
  test('is surer of many tasks than of one task many times', () => {
    const width = (groups: number[][]): number => estimate(groups)!.high - estimate(groups)!.low;
    const many = Array.from({ length: 100 }, (_, index) => [index % 2]);
    const few = [Array<number>(50).fill(1), Array<number>(50).fill(0)];
    expect(width(many)).toBeLessThan(0.3);
    expect(width(few)).toBe(1);
  });
  test('of none or of all is not certain, and surer with more tasks', () => {
    expect(estimate([[0], [0], [0]])).toEqual({ mean: 0, low: 0, high: expect.closeTo(0.5615, 3) as number });
    expect(estimate(Array<number[]>(60).fill([1, 1]))).toEqual({ mean: 1, low: expect.closeTo(0.9398, 3) as number, high: 1 });
  });
  test('is nothing without values', () => expect(estimate([[], []])).toBeUndefined());
});

const result = (change: Partial<TaskResult>): TaskResult => ({
  task: 't', lang: 'python', fn: 'f', seed: 1, settings: 's', model: 'm', answered: true, solved: true, confidence: 0.9, band: 'high', ended: 'agreed', reason: '', tried: 5, passers: 2,
  inputTokens: 100, outputTokens: 50, requests: 2, seconds: 1, greedy: false, samples: 20, right: 5, ...change,
});

describe('the summary of a suite', () => {
  const results = [
    result({ task: 'a', greedy: true, right: 20 }),
    result({ task: 'b' }),
    result({ task: 'c', solved: false, right: 2, confidence: 0.7, band: 'medium', reason: 'wrong: x' }),
    result({ task: 'd', answered: false, solved: false, right: 0, confidence: 0, band: 'low', reason: 'no answer: syntax ×5' }),
  ];
  test('tells what was solved, what was green and wrong, and how sure it was of that', () => {
    const summary = summarise(results);
    expect(summary).toMatchObject({ tasks: 4, seeds: [1], solved: { mean: 0.5 }, greedy: { mean: 0.25 }, wrongButGreen: { mean: 0.25 }, outputTokens: 50, inconclusive: false });
    expect(summary.calibration).toEqual([
      { band: 'high', answers: 2, right: 2, said: 0.9 },
      { band: 'medium', answers: 1, right: 0, said: 0.7 },
      { band: 'low', answers: 0, right: 0, said: 0 },
    ]);
    expect(summary.passAt.map(({ k, estimate: { mean } }) => [k, mean])).toEqual([[1, (1 + 0.25 + 0.1) / 4], [5, expect.any(Number)], [10, expect.any(Number)], [20, 0.75]]);
    expect(summary.ofTheWay).toBeCloseTo(0.5, 10);
  });
  test('says that nothing can be said where pass@20 lies next to the greedy candidate', () => {
    const summary = summarise(results.map((each) => ({ ...each, greedy: each.right > 0 })));
    expect(summary).toMatchObject({ inconclusive: true });
    expect(summary.ofTheWay).toBeUndefined();
  });
  test('without measured samples has no pass@k', () => {
    const summary = summarise(results.map((each) => ({ ...each, greedy: null, samples: 0, right: 0 })));
    expect(summary).toMatchObject({ passAt: [], inconclusive: false });
    expect(summary.greedy).toBeUndefined();
  });
  test('does not count tokens that a server left uncounted', () => {
    expect(summarise([...results, result({ task: 'e', outputTokens: null })]).outputTokens).toBeUndefined();
  });
});
