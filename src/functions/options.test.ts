import { describe, expect, it } from 'vitest';
import { FUNCTION_DEFAULTS, optionsOf } from './options.ts';
import type { FunctionOptions } from './types.ts';

describe('options of a job', () => {
  it('those that are given win over the defaults, those that are undefined do not', () => {
    expect(optionsOf({ candidates: 3, seed: undefined as unknown as number })).toEqual({ ...FUNCTION_DEFAULTS, candidates: 3 });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ candidates: 0 }, 'Expected the `candidates` option to be a whole number from 1 to 1000, got 0.'],
    [{ candidates: -4 }, 'Expected the `candidates` option to be a whole number from 1 to 1000, got -4.'],
    [{ candidates: 2.5 }, 'Expected the `candidates` option to be a whole number from 1 to 1000, got 2.5.'],
    [{ iterations: 0 }, 'Expected the `iterations` option to be a whole number from 1 to 1000, got 0.'],
    [{ timeoutSeconds: 0 }, 'Expected the `timeoutSeconds` option to be a number from 0.1 to 1000000, got 0.'],
    [{ maxNewTokens: Number.NaN }, 'Expected the `maxNewTokens` option to be a whole number from 1 to 1000000, got null.'],
    [{ seed: -1 }, 'Expected the `seed` option to be a whole number from 0 to 4000000, got -1.'],
    [{ caseMs: '5' }, 'Expected the `caseMs` option to be a whole number from 10 to 600000, got "5".'],
    [{ decode: 'beam' }, "Expected the `decode` option to be 'greedy' or 'sample', got \"beam\"."],
    [{ test: 1 }, 'Expected the `test` option to be true or false, got 1.'],
  ])('%j is refused by name', (given, message) => {
    expect(() => optionsOf(given as Partial<FunctionOptions>)).toThrow(message);
  });
});
