import { describe, expect, test } from 'vitest';
import type { Value } from '../../function/value.ts';
import { parseType, shapeOf } from './go-types.ts';
import { parseArguments, parseLiteral } from './parse-value.ts';
import { printAny, printAs } from './print-value.ts';

const int = (value: number | string): Value => ({ kind: 'int', value: String(value) });
const float = (value: number): Value => ({ kind: 'float', value });
const string = (value: string): Value => ({ kind: 'string', value });
const list = (...items: Value[]): Value => ({ kind: 'list', items });

describe('a literal of Go is read as a value and printed again', () => {
  test.each<[type: string, source: string, value: Value]>([
    ['int', '-42', int(-42)],
    ['int64', '9223372036854775807', int('9223372036854775807')],
    ['float64', '1.5', float(1.5)],
    ['float64', '2.0', float(2)],
    ['float64', 'math.Inf(1)', { kind: 'float', value: 'inf' }],
    ['bool', 'true', { kind: 'bool', value: true }],
    ['string', '"say \\"hi\\"\\n"', string('say "hi"\n')],
    ['[]int', '[]int{1, 2}', list(int(1), int(2))],
    ['[]int', '[]int{}', list()],
    ['[][]string', '[][]string{{"a"}, {}}', list(list(string('a')), list())],
    ['map[string]int', 'map[string]int{"a": 1}', { kind: 'map', entries: [[string('a'), int(1)]] }],
    ['map[string][]int', 'map[string][]int{"a": {1}}', { kind: 'map', entries: [[string('a'), list(int(1))]] }],
    ['[2]int', '[2]int{1, 2}', { kind: 'tuple', items: [int(1), int(2)] }],
    ['[]byte', '[]byte{0x61, 0x00}', { kind: 'bytes', value: '6100' }],
    ['*int', 'nil', { kind: 'null' }],
    ['[]any', '[]any{1, "a", nil}', list(int(1), string('a'), { kind: 'null' })],
    ['any', '[]int{1}', list(int(1))],
  ])('%s: %s', (type, source, value) => {
    expect(parseLiteral(source, parseType(type))).toEqual(value);
    expect(printAs(value, parseType(type))).toBe(source);
  });
});

test.each<[said: string, source: string, type: string | undefined, value: Value | undefined]>([
  ['a list as Python writes it', '[1, 2]', '[]float64', list(float(1), float(2))],
  ['strings in single quotes', "['a', 'bc']", '[]string', list(string('a'), string('bc'))],
  ['a rune, where nothing else is said', "'a'", undefined, int(97)],
  ['a rune where a rune is asked for', "'é'", 'rune', int(233)],
  ['a string where a string is asked for', "'a'", 'string', string('a')],
  ['a tuple', '(0, 1)', undefined, { kind: 'tuple', items: [int(0), int(1)] }],
  ['a tuple for an array', '(0, 1)', '[2]int', { kind: 'tuple', items: [int(0), int(1)] }],
  ['nil for a slice, which is an empty one', 'nil', '[]int', list()],
  ['nil for nothing known', 'nil', undefined, { kind: 'null' }],
  ['None', 'None', undefined, { kind: 'null' }],
  ['a conversion', 'float64(2)', undefined, float(2)],
  ['bytes of a string', '[]byte("ab")', undefined, { kind: 'bytes', value: '6162' }],
  ['a raw string', '`a\\n`', undefined, string('a\\n')],
  ['a hexadecimal number', '0x1F', undefined, int(31)],
  ['a number with an exponent', '1e3', 'float64', float(1000)],
  ['a fraction for a whole number', '1.5', 'int', undefined],
  ['a string for a number', '"1"', 'int', undefined],
  ['a variable', 'xs', undefined, undefined],
  ['an expression', '1 + 2', undefined, undefined],
  ['a call of something else', 'len("a")', undefined, undefined],
  ['brackets that do not close', '[1, 2', undefined, undefined],
  ['brackets nested beyond reason', `${'['.repeat(5000)}`, undefined, undefined],
])('%s: %s', (_, source, type, value) => {
  expect(parseLiteral(source, type === undefined ? undefined : parseType(type))).toEqual(value);
});

test('structs are maps by the names of their fields, with zeros where nothing is said', () => {
  const type = parseType('Point', { Point: 'struct { X, Y int }' });
  const point: Value = { kind: 'map', entries: [[string('X'), int(1)], [string('Y'), int(0)]] };
  expect(parseLiteral('Point{X: 1}', type)).toEqual(point);
  expect(parseLiteral('Point{1, 0}', type)).toEqual(point);
  expect(printAs(point, type)).toBe('Point{X: 1, Y: 0}');
});

test.each<[said: string, value: Value, type: string]>([
  ['a number beyond its type', int(300), 'byte'],
  ['a negative number for an unsigned type', int(-1), 'uint'],
  ['half a surrogate pair', string('\ud800'), 'string'],
  ['a key that stands twice, which the compiler refuses', { kind: 'map', entries: [[int(1), int(1)], [int(1), int(2)]] }, 'map[int]int'],
  ['too many items for an array', list(int(1), int(2), int(3)), '[2]int'],
  ['a list for a number', list(), 'int'],
  ['a function', string('a'), 'func(int) int'],
])('%s has no literal', (_, value, type) => {
  expect(printAs(value, parseType(type))).toBeUndefined();
});

test.each<[value: Value, source: string]>([
  [list(int(1), float(2)), '[]float64{1, 2.0}'],
  [list(int(1), string('a')), '[]any{1, "a"}'],
  [list(list(int(1)), list()), '[][]int{{1}, {}}'],
  [{ kind: 'set', items: [string('a')] }, 'map[string]bool{"a": true}'],
  [{ kind: 'tuple', items: [int(1), { kind: 'null' }] }, '(1, nil)'],
])('a value of no type in particular takes that of its parts: %j', (value, source) => {
  expect(printAny(value)).toBe(source);
});

test.each([
  ['[]float64', { kind: 'list', item: { kind: 'float' } }],
  ['map[string]bool', { kind: 'map', key: { kind: 'string' }, value: { kind: 'bool' } }],
  ['*string', { kind: 'union', options: [{ kind: 'string' }, { kind: 'null' }] }],
  ['[2]int', { kind: 'tuple', items: [{ kind: 'int' }, { kind: 'int' }] }],
  ['interface{}', { kind: 'any' }],
  ['func(int) int', { kind: 'other', text: 'func(int) int' }],
  ['struct { A, B int; C []string }', { kind: 'record', fields: [{ name: 'A', type: { kind: 'int' } }, { name: 'B', type: { kind: 'int' } }, { name: 'C', type: { kind: 'list', item: { kind: 'string' } } }] }],
])('inputs of %s are made from its shape', (type, shape) => {
  expect(shapeOf(parseType(type))).toEqual(shape);
});

test('the arguments of a call are read by the types of the parameters', () => {
  const types = [parseType('[]float64'), parseType('string')];
  expect(parseArguments("F([1, 2], 'a')", 'F', types)).toEqual([list(float(1), float(2)), string('a')]);
  expect(parseArguments('F([1], "a", 3)', 'F', types)).toBeUndefined();
  expect(parseArguments('F(xs, "a")', 'F', types)).toBeUndefined();
  expect(parseArguments('F(1, 2, 3)', 'F', [parseType('int')], true)).toEqual([int(1), int(2), int(3)]);
});
