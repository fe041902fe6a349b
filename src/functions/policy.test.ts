import { describe, expect, it } from 'vitest';
import type { ErrorClass } from '../languages/function/types.ts';
import { abilityOf, nextStep, repairRounds, restartAfter, type Ability, type Progress, type Repaired, type Step } from './policy.ts';

describe('how able a model is', () => {
  it.each<[string, number | undefined, string, Ability]>([
    ['a 135M model is tiny', 0.135, 'openai-compatible', 'tiny'],
    ['1.5B is tiny', 1.5, 'openai-compatible', 'tiny'],
    ['3B is small', 3, 'openai-compatible', 'small'],
    ['7B is medium', 7, 'openai-compatible', 'medium'],
    ['14B is large', 14, 'openai-compatible', 'large'],
    ['what nobody tells counts as a 7B model', undefined, 'openai-compatible', 'medium'],
    ['and as large at a hosted service', undefined, 'anthropic', 'large'],
    ['a size that is told counts there too', 8, 'google', 'medium'],
  ])('%s', (_title, billions, provider, ability) => {
    expect(abilityOf({ billions, provider })).toBe(ability);
  });
});

describe('rounds of repair by failure, from tiny to large', () => {
  it.each<[ErrorClass, number[]]>([
    ['syntax', [1, 1, 1, 1]],
    ['indentation', [1, 1, 1, 1]],
    ['name', [0, 1, 1, 1]],
    ['import', [0, 1, 1, 1]],
    ['type', [0, 1, 1, 1]],
    ['compile', [0, 1, 1, 1]],
    ['wrong_answer', [0, 0, 1, 2]],
    ['exception', [0, 0, 1, 2]],
    ['timeout', [0, 0, 1, 1]],
    ['no_function', [0, 0, 0, 0]],
    ['side_effect', [0, 0, 0, 0]],
    ['crash', [0, 0, 0, 0]],
  ])('%s: %j', (failure, rounds) => {
    expect((['tiny', 'small', 'medium', 'large'] as const).map((ability) => repairRounds(failure, ability))).toEqual(rounds);
  });
});

describe('what comes next', () => {
  const base: Progress = { done: 2, iterations: 6, waves: 2, wavesLeft: 2, passers: 0, agreed: false, repairable: 0, stale: false };
  it.each<[string, Partial<Progress>, Step]>([
    ['agreement ends it, whatever is left', { agreed: true, passers: 2 }, { kind: 'stop', ended: 'agreed' }],
    ['the iterations are used up', { done: 6 }, { kind: 'stop', ended: 'iterations' }],
    ['two waves without a pass, and something to repair', { repairable: 2 }, { kind: 'repair' }],
    ['one wave is too early for a repair', { done: 1, waves: 1, repairable: 2 }, { kind: 'wave' }],
    ['one wave is enough where it was the only one', { done: 1, waves: 1, wavesLeft: 0, repairable: 1 }, { kind: 'repair' }],
    ['a candidate that passes is not helped by repairing others', { passers: 1, repairable: 2 }, { kind: 'wave' }],
    ['nothing to repair: another wave', {}, { kind: 'wave' }],
    ['all candidates are sampled', { wavesLeft: 0 }, { kind: 'stop', ended: 'candidates' }],
    ['two waves held nothing new', { stale: true }, { kind: 'stop', ended: 'same_again' }],
  ])('%s', (_title, progress, step) => {
    expect(nextStep({ ...base, ...progress })).toEqual(step);
  });
});

describe('when repairing is given up', () => {
  const grew: Repaired = { before: 'a', after: 'b', seen: false, metBefore: 1, metAfter: 2 };
  const cheap = { sampled: 100, repaired: 50 };
  it.each<[string, Repaired[], { sampled: number; repaired: number }, string | undefined]>([
    ['one passes: nothing is to be restarted', [{ ...grew, after: undefined }], { sampled: 1, repaired: 99 }, undefined],
    ['one meets more than before: it goes on', [grew], cheap, undefined],
    ['the same failure twice', [{ ...grew, after: 'a', metAfter: 1 }], cheap, 'same_failure'],
    ['the same code once more, or a circle', [{ ...grew, seen: true }], cheap, 'same_code'],
    ['another failure, and no example more', [{ ...grew, metAfter: 1 }], cheap, 'no_growth'],
    ['repairs cost more than three times the samples', [grew], { sampled: 100, repaired: 301 }, 'tokens'],
  ])('%s', (_title, repaired, tokens, why) => {
    expect(restartAfter(repaired, tokens)).toBe(why);
  });
});
