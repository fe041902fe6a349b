import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { confidence } from './confidence.ts';
import type { Evidence } from './types.ts';

const evidence = (agreeing: number, passers: number, more: Partial<Evidence> = {}): Evidence => ({
  trustedExamples: 2, sampled: 20, distinct: 15, passers, agreeing, agreement: passers === 0 ? 0 : agreeing / passers, inputs: 25, ...more,
});

describe('how sure a choice is', () => {
  const cases: readonly [string, Evidence, string, string][] = [
    ['nobody passed', evidence(0, 0), 'low', 'no candidate passed'],
    ['nothing was sampled', evidence(0, 0, { sampled: 0 }), 'low', 'nothing was sampled'],
    ['one alone', evidence(1, 1), 'low', 'one candidate passed, none to compare it with; 2 trusted examples met'],
    ['two of two', evidence(2, 2), 'medium', '2 of 2 candidates that passed agree on 25 inputs; 2 trusted examples met'],
    ['two of three', evidence(2, 3), 'medium', '2 of 3 candidates that passed agree on 25 inputs; 2 trusted examples met'],
    ['three of three', evidence(3, 3), 'high', '3 of 3 candidates that passed agree on 25 inputs; 2 trusted examples met'],
    ['eight of ten', evidence(8, 10), 'medium', '8 of 10 candidates that passed agree on 25 inputs; 2 trusted examples met'],
    ['eight of twenty', evidence(8, 20), 'low', '8 of 20 candidates that passed agree on 25 inputs; 2 trusted examples met'],
    ['many, but on no inputs', evidence(9, 9, { inputs: 0 }), 'low', '9 candidates passed, no inputs to compare them on; 2 trusted examples met'],
    ['many, without a trusted example', evidence(9, 9, { trustedExamples: 0, guessed: { met: 2, of: 3 } }), 'low', '9 of 9 candidates that passed agree on 25 inputs; no trusted example; 2 of 3 guessed ones met'],
    ["a test file of the user's counts as examples do", evidence(3, 3, { trustedExamples: 0, tests: 7 }), 'high', '3 of 3 candidates that passed agree on 25 inputs; 7 tests passed'],
  ];
  it.each(cases)('%s', (_title, told, band, why) => {
    expect(confidence(told)).toMatchObject({ band, why });
  });

  const any = fc.record({ agreeing: fc.integer({ min: 1, max: 40 }), others: fc.integer({ min: 0, max: 40 }), trustedExamples: fc.integer({ min: 0, max: 3 }), inputs: fc.integer({ min: 0, max: 30 }) });

  it('never falls when one more agrees, and never rises when one more disagrees', () => {
    fc.assert(fc.property(any, ({ agreeing, others, trustedExamples, inputs }) => {
      const value = (a: number, b: number): number => confidence(evidence(a, a + b, { trustedExamples, inputs })).value;
      expect(value(agreeing + 1, others)).toBeGreaterThanOrEqual(value(agreeing, others));
      expect(value(agreeing, others + 1)).toBeLessThanOrEqual(value(agreeing, others));
    }));
  });

  it('is a share, never more than low without anything trusted, and never less with it', () => {
    fc.assert(fc.property(any, ({ agreeing, others, inputs }) => {
      const [without, withExamples] = [0, 1].map((trustedExamples) => confidence(evidence(agreeing, agreeing + others, { trustedExamples, inputs })));
      expect(without!.band).toBe('low');
      expect(without!.value).toBeGreaterThan(0);
      expect(without!.value).toBeLessThanOrEqual(withExamples!.value);
      expect(withExamples!.value).toBeLessThan(1);
    }));
  });
});
