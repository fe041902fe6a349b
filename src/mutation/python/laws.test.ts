import { describe, expect, it } from 'vitest';
import type { TypeShape } from '../../languages/function/value.ts';
import type { ObservedCase, Target } from '../types.ts';
import { guessedLaws, undoes } from './laws.ts';
import { strategyOf } from './strategies.ts';

const target = (name: string, type: TypeShape, more: Partial<Target> = {}): Target => ({
  name, kind: 'function', line: 1, end: 2, parameters: [{ name: 'value', type, optional: false }], async: false, public: true, constants: [], calls: [], ...more,
});
const cases = (name: string, type: string, texts: readonly string[], kind: 'value' | 'raises' = 'value'): ObservedCase[] =>
  texts.map((text, at) => ({ id: `${name}${kind}${at}`, function: name, arguments: [{ text }], outcome: { kind, key: '', lines: [], effects: [], type } }));
const TEXTS = ["'a'", "'b'", "'c'", "'d'", "'e'"];
const LISTS = ['[]', '[1]', '[2]', '[3]', '[4]'];

describe('laws that functions may obey', () => {
  const of = (targets: Target[], all: ObservedCase[]) => guessedLaws(targets, all).map(({ expression }) => expression);
  it.each<[string, Target[], ObservedCase[], string]>([
    ['a text from a text: done again it may change nothing', [target('slug', { kind: 'string' })], cases('slug', 'str', TEXTS), 'slug(slug(value)) == slug(value)'],
    ['a pair by its names may undo each other', [target('encode', { kind: 'string' }), target('decode', { kind: 'string' })], [...cases('encode', 'str', TEXTS), ...cases('decode', 'str', TEXTS)], 'decode(encode(value)) == value'],
    ['the order of a list may not matter', [target('total', { kind: 'list', item: { kind: 'int' } })], cases('total', 'int', LISTS), 'total(sorted(value)) == total(value)'],
    ['a list of a list may keep its length', [target('rank', { kind: 'list', item: { kind: 'int' } })], cases('rank', 'list', LISTS), 'len(rank(value)) == len(value)'],
    ['a number may never be negative', [target('total', { kind: 'list', item: { kind: 'int' } })], cases('total', 'int', LISTS), 'total(value) >= 0'],
    ['an answer may be of one class', [target('slug', { kind: 'string' })], cases('slug', 'str', TEXTS), 'isinstance(slug(value), str)'],
  ])('%s', (_title, targets, all, expected) => {
    expect(of(targets, all)).toContain(expected);
  });

  it.each<[string, Target, ObservedCase[]]>([
    ['too few inputs', target('f', { kind: 'string' }), cases('f', 'str', TEXTS.slice(0, 4))],
    ['a type whose values cannot be made', target('f', { kind: 'any' }), cases('f', 'str', TEXTS)],
    ['a private function', target('f', { kind: 'string' }, { public: false }), cases('f', 'str', TEXTS)],
    ['a parameter that hides what the test needs', target('f', { kind: 'string' }, { parameters: [{ name: 'given', type: { kind: 'string' }, optional: false }] }), cases('f', 'str', TEXTS)],
    ['only exceptions', target('f', { kind: 'string' }), cases('f', 'str', TEXTS, 'raises')],
  ])('are not guessed from %s', (_title, one, all) => {
    expect(guessedLaws([one], all)).toEqual([]);
  });

  it('hold for numbers between those that were refused', () => {
    const [first] = guessedLaws([target('roman', { kind: 'int' })], [...cases('roman', 'str', ['1', '2', '5', '100', '3999']), ...cases('roman', 'str', ['0', '4000'], 'raises')]);
    expect(first!.given).toEqual([{ name: 'value', strategy: 'st.integers(min_value=1, max_value=3999)' }]);
  });
});

describe('names that undo each other', () => {
  it.each<[string, string, boolean]>([
    ['encode_row', 'decode_row', true],
    ['celsius_to_kelvin', 'kelvin_to_celsius', true],
    ['to_roman', 'from_roman', true],
    ['loads', 'dumps', true],
    ['parse_date', 'format_time', false],
    ['encode', 'encode', false],
    ['to_roman', 'to_arabic', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(undoes(one, other)).toBe(expected);
  });
});

describe('strategies from types', () => {
  it.each<[string, TypeShape, string | undefined]>([
    ['a list of pairs', { kind: 'list', item: { kind: 'tuple', items: [{ kind: 'string' }, { kind: 'int' }] } }, 'st.lists(st.tuples(st.text(), st.integers()), max_size=8)'],
    ['a text or nothing', { kind: 'union', options: [{ kind: 'string' }, { kind: 'null' }] }, 'st.text() | st.none()'],
    ['a mapping', { kind: 'map', key: { kind: 'string' }, value: { kind: 'float' } }, 'st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False), max_size=8)'],
    ['a date', { kind: 'other', text: 'datetime.date' }, 'st.dates()'],
    ['a class of the project', { kind: 'other', text: 'Cart' }, undefined],
    ['a list of what cannot be made', { kind: 'list', item: { kind: 'any' } }, undefined],
  ])('%s', (_title, type, expected) => {
    expect(strategyOf(type)).toBe(expected);
  });
});
