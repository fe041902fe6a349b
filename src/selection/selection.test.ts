import { describe, expect, it } from 'vitest';
import type { Case, Outcome } from '../languages/function/types.ts';
import { clusterPassers } from './behaviour.ts';
import { differenceBetween } from './difference.ts';
import { agreedExamples } from './promote.ts';
import { ANSWER, PERMANENT, enough } from './stop.ts';
import type { Cluster, Passer } from './types.ts';

const gives = (value: number, text = String(value)): Outcome => ({ kind: 'value', value: { kind: 'int', value: String(value) }, text });
const raises: Outcome = { kind: 'raised', error: 'ValueError', message: '' };
const calls = (...expressions: string[]): Case[] => expressions.map((expression) => ({ setup: '', expression }));
const passer = (id: string, ...outcomes: Outcome[]): Passer => ({ id, outcomes });

describe('when sampling may end', () => {
  const group = (size: number, share: number): Cluster => ({ key: 'k', members: Array.from({ length: size }, (_, at) => String(at)), share, errorShare: 0, score: 1 });
  const cases: readonly [string, Cluster[], boolean, boolean][] = [
    ['nobody passed', [], false, false],
    ['one alone', [group(1, 1)], false, false],
    ['two of two', [group(2, 1)], true, false],
    ['two of five', [group(2, 0.4)], true, false],
    ['three of five', [group(3, 0.6)], true, false],
    ['nine of ten', [group(9, 0.9)], true, true],
    ['a larger group behind the best does not count', [group(1, 0.2), group(4, 0.8)], false, false],
  ];
  it.each(cases)('%s', (_title, clusters, answer, permanent) => {
    expect([enough(clusters, ANSWER), enough(clusters, PERMANENT)]).toEqual([answer, permanent]);
  });
});

describe('where two candidates part', () => {
  const cases: readonly [string, Passer, Passer, string | undefined][] = [
    ['nowhere', passer('a', gives(1), raises, gives(2)), passer('b', gives(1), raises, gives(2)), undefined],
    ['on the shortest input', passer('a', gives(1), gives(1), gives(1)), passer('b', gives(2), gives(2), gives(1)), 'f(10)'],
    ['on one where both return, even if it is longer', passer('a', gives(1), raises, gives(1)), passer('b', gives(2), gives(2), gives(1)), 'f(1000)'],
    ['on one where one raises, if there is no other', passer('a', gives(1), raises, gives(1)), passer('b', gives(1), gives(2), gives(1)), 'f(10)'],
    ['not where one was not run', passer('a', gives(1)), passer('b', gives(1), gives(2), gives(3)), undefined],
  ];
  it.each(cases)('%s', (_title, one, other, expected) => {
    expect(differenceBetween(one, other, calls('f(1000)', 'f(10)', 'f(1)'))?.case.expression).toBe(expected);
  });
});

describe('examples that candidates agree on', () => {
  const choice = passer('a', gives(1), raises, gives(7, 'x'.repeat(500)), { kind: 'value', value: { kind: 'object', type: 'C', text: '<C>' }, text: '<C>' }, gives(3));
  const inputs = calls('f(100)', 'f(0)', 'f(9)', 'f(8)', 'f(3)');
  const [three] = clusterPassers([choice, { ...choice, id: 'b' }, { ...choice, id: 'c' }]);
  const [two] = clusterPassers([choice, { ...choice, id: 'b' }]);

  it('are the short ones with a value that can be written down, the shortest first', () => {
    expect(agreedExamples(three!, choice, inputs).map(({ text, trust }) => `${trust} ${text}`)).toEqual(['agreed f(3) => 3', 'agreed f(100) => 1']);
    expect(agreedExamples(three!, choice, inputs, 1)).toHaveLength(1);
  });

  it('are none where two agree', () => {
    expect(agreedExamples(two!, choice, inputs)).toEqual([]);
  });
});
