import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Outcome } from '../languages/function/types.ts';
import type { Value } from '../languages/function/value.ts';
import { behaviourOf, clusterPassers, comparedInputs } from './behaviour.ts';
import type { Passer } from './types.ts';

const gives = (value: Value, printed?: string): Outcome => ({ kind: 'value', value, text: '', ...(printed === undefined ? {} : { printed }) });
const number = (value: number): Outcome => gives({ kind: 'int', value: String(value) });
const raises = (error: string): Outcome => ({ kind: 'raised', error, message: '' });
/** Outcomes as a word: digits are values, other letters exceptions, `-` no answer in time. */
const does = (id: string, word: string, votes?: number[]): Passer => ({
  id,
  outcomes: [...word].map((letter): Outcome => (letter === '-' ? { kind: 'timeout' } : /\d/.test(letter) ? number(Number(letter)) : raises(letter))),
  ...(votes ? { votes: new Set(votes) } : {}),
});
const members = (passers: Passer[], trusted = true): string[] => clusterPassers(passers, { trusted }).map((cluster) => cluster.members.join(''));

describe('what counts as the same behaviour', () => {
  const none: Value = { kind: 'null' };
  const cases: readonly [string, Outcome, Outcome, boolean][] = [
    ['1 and 1.0', number(1), gives({ kind: 'float', value: 1 }), true],
    ['floats that differ in the ninth digit', gives({ kind: 'float', value: 0.1 + 0.2 }), gives({ kind: 'float', value: 0.3 }), true],
    ['sets in another order', gives({ kind: 'set', items: [none, { kind: 'bool', value: true }] }), gives({ kind: 'set', items: [{ kind: 'bool', value: true }, none] }), true],
    ['a list and a tuple', gives({ kind: 'list', items: [] }), gives({ kind: 'tuple', items: [] }), false],
    ['exceptions of one class with other messages', { kind: 'raised', error: 'ValueError', message: 'a' }, { kind: 'raised', error: 'ValueError', message: 'b' }, true],
    ['exceptions of other classes', raises('ValueError'), raises('TypeError'), false],
    ['an object at another address', gives({ kind: 'object', type: 'generator', text: '<generator at 0x7f01>' }), gives({ kind: 'object', type: 'generator', text: '<generator at 0x7f02>' }), true],
    ['nothing returned, but something else printed', gives(none, 'a'), gives(none, 'b'), false],
    ['a value, with a print that was left over', number(1), gives({ kind: 'int', value: '1' }, 'here\n'), true],
    ['out of time, and skipped after that', { kind: 'timeout' }, { kind: 'skipped' }, true],
    ['a text and an exception of that name', gives({ kind: 'string', value: 'ValueError' }), raises('ValueError'), false],
  ];
  it.each(cases)('%s', (_title, one, other, same) => {
    expect(behaviourOf(one) === behaviourOf(other)).toBe(same);
  });
});

describe('groups of candidates', () => {
  const cases: readonly [string, Passer[], string[]][] = [
    ['none without candidates', [], []],
    ['one where all do the same', [does('a', '123'), does('b', '123')], ['ab']],
    ['the larger group first', [does('a', '111'), does('b', '123'), does('c', '123')], ['bc', 'a']],
    ['the first that was sampled, where all part', [does('a', '1'), does('b', '2'), does('c', '3')], ['a', 'b', 'c']],
    ['inputs on which everybody raises compare nothing', [does('a', '1V'), does('b', '1T')], ['ab']],
    ['half of the inputs raising costs a quarter', [does('a', '1VV2'), does('b', '1342')], ['b', 'a']],
    // Three right ones part on the last, odd input; the two wrong ones are one group and larger than each of them.
    ['those who agree on most inputs go before a larger group that agrees with nobody', [does('a', '5551'), does('b', '5552'), does('c', '5553'), does('d', '9999'), does('e', '9999')], ['a', 'b', 'c', 'de']],
    ['votes decide between groups of one worth', [does('a', '1', [0]), does('b', '2', [0, 1])], ['b', 'a']],
    ['votes do not outweigh agreement', [does('a', '1'), does('b', '1'), does('c', '2', [0, 1, 2])], ['ab', 'c']],
    ['without any input all are one group', [does('a', ''), does('b', '')], ['ab']],
  ];
  it.each(cases)('%s', (_title, passers, expected) => {
    expect(members(passers)).toEqual(expected);
  });

  it('weighs guessed examples by the root of the members where nothing is trusted', () => {
    const passers = [does('a', '1', [0]), does('b', '1', [0]), does('c', '2', [0, 1, 2])];
    expect(members(passers, true)).toEqual(['ab', 'c']);
    expect(members(passers, false)).toEqual(['c', 'ab']);
  });

  it('tells share, errors and which inputs compared anything', () => {
    const passers = [does('a', '1VV'), does('b', '12V'), does('c', '12-')];
    expect(comparedInputs(passers)).toEqual([0, 1]);
    expect(clusterPassers(passers)).toMatchObject([{ members: ['b', 'c'], share: 2 / 3, errorShare: 0 }, { members: ['a'], share: 1 / 3, errorShare: 0.5 }]);
  });
});

describe('whatever candidates do', () => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('1', '2', 'V', 'T', '-'), minLength: 3, maxLength: 3 }), { maxLength: 12 });

  it('every candidate is in one group, and the shares make one', () => {
    fc.assert(fc.property(words, (all) => {
      const clusters = clusterPassers(all.map((word, at) => does(String(at), word)));
      expect(clusters.flatMap((cluster) => cluster.members).sort()).toEqual(all.map((_, at) => String(at)).sort());
      expect(clusters.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(all.length === 0 ? 0 : 1);
    }));
  });

  it('their order changes no group and no worth', () => {
    fc.assert(fc.property(words, fc.integer(), (all, seed) => {
      const passers = all.map((word, at) => does(String(at), word));
      const mixed = fc.sample(fc.shuffledSubarray(passers, { minLength: passers.length }), { numRuns: 1, seed })[0]!;
      const told = (list: Passer[]): unknown[] => clusterPassers(list).map(({ key, members: ids, score }) => ({ key, ids: [...ids].sort(), score: score.toFixed(9) })).sort((a, b) => (a.key < b.key ? -1 : 1));
      expect(told(mixed)).toEqual(told(passers));
    }));
  });

  it('one more that does what the best does leaves it the best', () => {
    fc.assert(fc.property(words.filter(({ length }) => length > 0), (all) => {
      const passers = all.map((word, at) => does(String(at), word));
      const [best] = clusterPassers(passers);
      const same = passers.find(({ id }) => id === best!.members[0])!;
      expect(clusterPassers([...passers, { ...same, id: 'again' }])[0]!.key).toBe(best!.key);
    }));
  });
});
