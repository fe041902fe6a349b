import { describe, expect, it } from 'vitest';
import type { Value } from '../../function/value.ts';
import { JAVASCRIPT, TYPESCRIPT } from './dialect.ts';
import { callOf, parsePrefix, parseValue, printValue } from './literals.ts';
import { parseSignature } from './signature.ts';

const int = (value: number | string): Value => ({ kind: 'int', value: String(value) });
const text = (value: string): Value => ({ kind: 'string', value });

describe('literals', () => {
  /** A literal, its value, and how the value is written again where that is another way. */
  const READ: [string, Value, string?][] = [
    ['1', int(1)],
    ['-7', int(-7)],
    ['- 7', int(-7), '-7'],
    ['+3', int(3), '3'],
    ['-0', int(0), '0'],
    ['1.0', int(1), '1'],
    ['1_000', int(1000), '1000'],
    ['0xff', int(255), '255'],
    ['1e3', int(1000), '1000'],
    ['-2.5', { kind: 'float', value: -2.5 }],
    ['.5', { kind: 'float', value: 0.5 }, '0.5'],
    ['1e300', { kind: 'float', value: 1e300 }, '1e+300'],
    ['12345678901234567890n', int('12345678901234567890')],
    ['NaN', { kind: 'float', value: 'nan' }],
    ['-Infinity', { kind: 'float', value: '-inf' }],
    ['null', { kind: 'null' }],
    ['undefined', { kind: 'undefined' }],
    ['true', { kind: 'bool', value: true }],
    ['"a\\"b"', text('a"b')],
    ["'it\\'s'", text("it's"), '"it\'s"'],
    ['`two\nlines`', text('two\nlines'), '"two\\nlines"'],
    ['"\\u00e9\\x41\\u{1F600}"', text('éA😀'), '"éA😀"'],
    ['""', text('')],
    ['[]', { kind: 'list', items: [] }],
    ['[1, [2,],]', { kind: 'list', items: [int(1), { kind: 'list', items: [int(2)] }] }, '[1, [2]]'],
    ['{}', { kind: 'map', entries: [] }],
    ["{ a: 1, 'b c': [], 3: null }", { kind: 'map', entries: [[text('a'), int(1)], [text('b c'), { kind: 'list', items: [] }], [text('3'), { kind: 'null' }]] }, '{ a: 1, "b c": [], "3": null }'],
    ['{ ["__proto__"]: 1 }', { kind: 'map', entries: [[text('__proto__'), int(1)]] }],
    ['new Map([[1, "x"]])', { kind: 'map', entries: [[int(1), text('x')]] }],
    ['new Set()', { kind: 'set', items: [] }],
    ['new Set([1, 2])', { kind: 'set', items: [int(1), int(2)] }],
    ['new Uint8Array([0, 255])', { kind: 'bytes', value: '00ff' }],
    [' ( [1] ) ', { kind: 'list', items: [int(1)] }, '[1]'],
  ];
  it.each(READ)('%s is read, and written so that it is read the same', (source, value, written) => {
    expect(parseValue(source)).toEqual(value);
    expect(printValue(value)).toBe(written ?? source);
    expect(parseValue(printValue(value)!)).toEqual(value);
  });

  it.each(['', 'a', 'f(1)', '1 2', '[1', '{a}', '{a: b}', '"open', '`hole ${1}`', 'new Date(0)', 'new Map([1])', '1px', '--1 2', 'constructor', '-"a"', '"\\u{110000}"', '['.repeat(500)])('%s is no literal', (source) => {
    expect(parseValue(source)).toBeUndefined();
  });

  it('says where a literal ends that has something behind it', () => {
    expect(parsePrefix('[1, 2] // two')).toEqual({ value: { kind: 'list', items: [int(1), int(2)] }, end: 6 });
  });

  it('has no source for what has no literal', () => {
    expect(printValue({ kind: 'list', items: [{ kind: 'object', type: 'Date', text: 'now' }] })).toBeUndefined();
  });

  it.each<[string, string, Value[], string]>([
    ['f(a, b)', 'javascript', [int(1), text('x')], 'f(1, "x")'],
    ['f(...xs)', 'javascript', [{ kind: 'list', items: [int(1), int(2)] }], 'f(1, 2)'],
    ['f(a: bigint): bigint', 'typescript', [int(5)], 'f(5n)'],
    ['f(a: number): number', 'typescript', [int('9223372036854775808')], 'f(9223372036854776000)'],
    ['f(m: Map<string, number>): number', 'typescript', [{ kind: 'map', entries: [[text('a'), int(1)]] }], 'f(new Map([["a", 1]]))'],
    ['f(m: Record<string, number>): number', 'typescript', [{ kind: 'map', entries: [[text('a'), int(1)]] }], 'f({ a: 1 })'],
  ])('a call of %s in %s is written with its arguments', async (head, lang, args, call) => {
    expect(callOf(await parseSignature(lang === 'typescript' ? TYPESCRIPT : JAVASCRIPT, head, 'f'), args)).toBe(call);
  });
});
