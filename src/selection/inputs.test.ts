import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonical } from '../languages/function/expect.ts';
import type { Parameter } from '../languages/function/types.ts';
import type { TypeShape, Value } from '../languages/function/value.ts';
import { makeInputs } from './inputs.ts';

const int = (value: number): Value => ({ kind: 'int', value: String(value) });
const text = (value: string): Value => ({ kind: 'string', value });
const list = (...items: Value[]): Value => ({ kind: 'list', items });
const parameter = (type: TypeShape, more: Partial<Parameter> = {}): Parameter => ({ name: 'x', type, optional: false, ...more });
const ANY: TypeShape = { kind: 'any' };
const shown = (inputs: readonly Value[][]): string[] => inputs.map((input) => input.map(canonical).join(' ; '));
const make = (examples: Value[][], parameters: Parameter[], seed = 1, count = 25): Value[][] => makeInputs(examples, parameters, { count, seed });

describe('inputs made from examples', () => {
  const kinds: readonly [string, Value[][], Parameter[], (input: Value[]) => boolean][] = [
    ['whole numbers stay whole', [[int(5)], [int(12)]], [parameter(ANY)], ([value]) => value!.kind === 'int'],
    ['numbers with a fraction stay so', [[{ kind: 'float', value: 2.5 }]], [parameter(ANY)], ([value]) => value!.kind === 'float'],
    ['texts stay texts', [[text('abc')], [text('')]], [parameter(ANY)], ([value]) => value!.kind === 'string'],
    ['lists keep the kind of their items', [[list(int(1), int(2))]], [parameter(ANY)], ([value]) => value!.kind === 'list' && value!.items.every(({ kind }) => kind === 'int')],
    ['tuples keep their places', [[{ kind: 'tuple', items: [int(1), text('a')] }]], [parameter(ANY)], ([value]) => value!.kind === 'tuple' && value!.items.map(({ kind }) => kind).join() === 'int,string'],
    ['sets hold nothing twice', [[{ kind: 'set', items: [int(1), int(2)] }]], [parameter(ANY)], ([value]) => value!.kind === 'set' && new Set(value!.items.map(canonical)).size === value!.items.length],
    ['maps hold no key twice', [[{ kind: 'map', entries: [[text('a'), int(1)], [text('b'), int(2)]] }]], [parameter(ANY)], ([value]) => value!.kind === 'map' && new Set(value!.entries.map(([key]) => canonical(key))).size === value!.entries.length],
    ['each argument keeps its kind', [[text('a b'), int(3)], [text('c'), int(1)]], [parameter(ANY), parameter(ANY)], (input) => input.map(({ kind }) => kind).join() === 'string,int'],
    ['what takes all further arguments becomes one list', [[int(1), int(2), int(3)]], [parameter({ kind: 'int' }), parameter({ kind: 'int' }, { rest: 'list', optional: true })], (input) => input.map(({ kind }) => kind).join() === 'int,list'],
  ];
  it.each(kinds)('%s', (_title, examples, parameters, holds) => {
    const inputs = make(examples, parameters);
    expect(inputs).toHaveLength(25);
    expect(shown(inputs.filter((input) => !holds(input)))).toEqual([]);
  });

  it('asks about None only where the type or an example has it', () => {
    const optional: TypeShape = { kind: 'union', options: [{ kind: 'string' }, { kind: 'null' }] };
    expect(shown(make([[text('abc')]], [parameter(optional)]))).toContain('null');
    expect(shown(make([[text('abc')]], [parameter({ kind: 'string' })]))).not.toContain('null');
  });

  it('goes below zero in few inputs only where no example does', () => {
    const negative = (inputs: Value[][]): number => inputs.filter(([value]) => value!.kind === 'int' && value!.value.startsWith('-')).length;
    expect(negative(make([[int(50)], [int(120)]], [parameter({ kind: 'int' })]))).toBeLessThanOrEqual(5);
    expect(negative(make([[int(-50)], [int(120)]], [parameter({ kind: 'int' })]))).toBeGreaterThan(5);
  });

  it('stays near the sizes of the examples, so that a function that doubles its work with each step ends', () => {
    for (let seed = 0; seed < 10; seed += 1) for (const [value] of make([[int(10)]], [parameter({ kind: 'int' })], seed)) expect(Math.abs(Number((value as { value: string }).value))).toBeLessThanOrEqual(30);
  });

  it('lets two arguments meet: the limit stands in the list in some inputs', () => {
    const inputs = make([[list(int(1), int(20), int(4)), int(5)], [list(int(7), int(9)), int(100)]], [parameter(ANY), parameter(ANY)]);
    expect(inputs.filter(([items, limit]) => items!.kind === 'list' && items!.items.some((item) => canonical(item) === canonical(limit!))).length).toBeGreaterThan(0);
  });

  it('leaves out what may be left out as often as the examples do', () => {
    const parameters = [parameter({ kind: 'int' }), parameter({ kind: 'int' }, { optional: true, defaultText: '0' })];
    expect(new Set(make([[int(1)], [int(2), int(3)]], parameters).map(({ length }) => length))).toEqual(new Set([1, 2]));
    expect(new Set(make([[int(1)], [int(4)]], parameters).map(({ length }) => length))).toEqual(new Set([1]));
  });
});

describe('inputs made from types alone', () => {
  const shapes: readonly [string, TypeShape, RegExp][] = [
    ['int', { kind: 'int' }, /^-?\d+$/],
    ['float', { kind: 'float' }, /^-?[\d.e+-]+$/],
    ['bool', { kind: 'bool' }, /^(true|false)$/],
    ['string', { kind: 'string' }, /^".*"$/],
    ['bytes', { kind: 'bytes' }, /^b"[\da-f]*"$/],
    ['list of texts', { kind: 'list', item: { kind: 'string' } }, /^\[(".*")*\]$/],
    ['pair', { kind: 'tuple', items: [{ kind: 'int' }, { kind: 'string' }] }, /^\(-?\d+,".*"\)$/],
    ['map', { kind: 'map', key: { kind: 'string' }, value: { kind: 'int' } }, /^\{.*\}$/],
    ['record', { kind: 'record', fields: [{ name: 'id', type: { kind: 'int' } }, { name: 'tag', type: { kind: 'string' }, optional: true }] }, /"id":-?\d+/],
    ['union', { kind: 'union', options: [{ kind: 'int' }, { kind: 'bool' }] }, /^(-?\d+|true|false)$/],
  ];
  it.each(shapes)('%s', (_title, type, form) => {
    const inputs = shown(make([], [parameter(type)]));
    expect(inputs.length).toBeGreaterThan(1);
    expect(inputs.filter((input) => !form.test(input))).toEqual([]);
  });

  it('makes none where the type has no literals', () => {
    expect(make([], [parameter({ kind: 'other', text: 'Callable[[int], int]' })])).toEqual([]);
  });

  it('gives up where there are not as many different ones', () => {
    expect(shown(make([], [parameter({ kind: 'bool' })])).sort()).toEqual(['false', 'true']);
    expect(make([[]], [])).toEqual([]);
  });
});

const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value; leaf: Value }>((tie) => ({
  leaf: fc.oneof(
    fc.integer({ min: -1000, max: 1000 }).map(int),
    fc.double({ min: -100, max: 100, noNaN: true }).map((value): Value => ({ kind: 'float', value })),
    fc.constantFrom<Value>({ kind: 'float', value: 'nan' }, { kind: 'null' }, { kind: 'undefined' }, { kind: 'bytes', value: '00ff' }),
    fc.string({ maxLength: 8, unit: 'grapheme' }).map(text),
    fc.boolean().map((value): Value => ({ kind: 'bool', value })),
  ),
  value: fc.oneof(
    { maxDepth: 2 },
    tie('leaf'),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => list(...items)),
    fc.array(tie('value'), { maxLength: 3 }).map((items): Value => ({ kind: 'tuple', items })),
    fc.array(fc.tuple(tie('leaf'), tie('value')), { maxLength: 3 }).map((entries): Value => ({ kind: 'map', entries })),
  ),
})).value;

const size = (value: Value): number => {
  if (value.kind === 'string') return value.value.length;
  if (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set') return 1 + value.items.reduce((sum, item) => sum + size(item), 0);
  return value.kind === 'map' ? 1 + value.entries.reduce((sum, [key, item]) => sum + size(key) + size(item), 0) : 1;
};

describe('whatever the examples are', () => {
  const examples = fc.array(fc.array(values, { maxLength: 3 }), { maxLength: 4 });

  it('the same seed gives the same inputs, none twice and none that is an example', () => {
    fc.assert(fc.property(examples, fc.integer(), (known, seed) => {
      const parameters = [parameter(ANY), parameter({ kind: 'int' })];
      const inputs = make(known, parameters, seed, 12);
      expect(make(known, parameters, seed, 12)).toEqual(inputs);
      const all = shown([...inputs, ...new Map(known.map((example) => [shown([example])[0], example])).values()]);
      expect(new Set(all).size).toBe(all.length);
      expect(inputs.length).toBeLessThanOrEqual(12);
    }), { numRuns: 60 });
  });

  it('no input is much larger than the examples are', () => {
    fc.assert(fc.property(examples, fc.integer(), (known, seed) => {
      const largest = Math.max(12, ...known.map((example) => example.reduce((sum, value) => sum + size(value), 0)));
      for (const input of make(known, [parameter(ANY)], seed, 12)) expect(input.reduce((sum, value) => sum + size(value), 0)).toBeLessThanOrEqual(largest * 12 + 60);
    }), { numRuns: 60 });
  });
});
