import { describe, expect, it } from 'vitest';
import type { UseResult } from '../types.ts';
import { reliabilityOf, unreliable, verdictOf, type Verdict } from './reliability.ts';
import { aUse, day, failed, right } from './testing/tools.prop.ts';

const now = new Date(day(10));
const uses = (marks: string, at = 10) => [...marks].map((mark, index) => aUse(mark === '+' ? right : mark === '-' ? failed('crashed') : failed('arguments'), day(at - marks.length * 0.001 + index * 0.001)));

describe('what a use says of a tool', () => {
  it.each<[string, UseResult, boolean, Verdict]>([
    ['a result is a success', right, false, 'success'],
    ['a result that somebody called wrong is a failure', right, true, 'failure'],
    ['an exception that is not declared is a failure', failed('undeclared'), false, 'failure'],
    ['so is no answer in time', failed('timeout'), false, 'failure'],
    ['a crash', failed('crashed'), false, 'failure'],
    ['and a result of another type', failed('bad_result'), false, 'failure'],
    ['wrong arguments are the caller\'s', failed('arguments'), false, 'silent'],
    ['a declared error keeps the promise', failed('declared_error'), false, 'silent'],
    ['unless somebody says that there is a result', failed('declared_error'), true, 'failure'],
  ])('%s', (_title, result, wrong, verdict) => {
    expect(verdictOf({ result, wrong })).toBe(verdict);
  });
});

describe('how far a tool can be relied on', () => {
  it('nothing is known before it is used', () => {
    expect(reliabilityOf([], now)).toMatchObject({ mean: 0.5, probation: true, consecutiveFailures: 0, weight: 0 });
    expect(reliabilityOf([], now).above).toBeCloseTo(0.1, 12);
  });

  it('a use counts half after 30 days, and a quarter after 60', () => {
    expect(reliabilityOf([aUse(right, day(0))], new Date(day(30))).weight).toBeCloseTo(0.5, 9);
    expect(reliabilityOf([aUse(right, day(0)), aUse(failed('crashed'), day(30))], new Date(day(60))).mean).toBeCloseTo(1.25 / 2.75, 9);
  });

  it.each<[string, string, { probation: boolean; consecutiveFailures: number; deprecated: boolean }]>([
    ['four good uses are still its probation', '++++', { probation: true, consecutiveFailures: 0, deprecated: false }],
    ['five end it', '+++++', { probation: false, consecutiveFailures: 0, deprecated: false }],
    ['uses that say nothing do not count', '++ooooo', { probation: true, consecutiveFailures: 0, deprecated: false }],
    ['two failures in its probation are left to repairs', '--', { probation: true, consecutiveFailures: 2, deprecated: false }],
    ['three in a row are too many, whatever was before', '+++++++++++++++++---', { probation: false, consecutiveFailures: 3, deprecated: true }],
    ['also where silent ones lie between', '---o', { probation: true, consecutiveFailures: 3, deprecated: true }],
    ['a success between ends the row', '--+-', { probation: true, consecutiveFailures: 1, deprecated: false }],
    ['one in five is too many', '+++-+', { probation: false, consecutiveFailures: 0, deprecated: true }],
    ['one in ten is not', '++++++-+++', { probation: false, consecutiveFailures: 0, deprecated: false }],
  ])('%s', (_title, marks, { deprecated, ...told }) => {
    const reliability = reliabilityOf(uses(marks).reverse(), now);
    expect(reliability).toMatchObject(told);
    expect(unreliable(reliability) !== undefined).toBe(deprecated);
  });

  it('a good tool that nobody used for long is not called unreliable', () => {
    const old = reliabilityOf(uses('++++++++'), new Date(day(310)));
    expect(old.mean).toBeLessThan(0.8);
    expect(unreliable(old)).toBeUndefined();
  });
});
