import { describe, expect, test } from 'vitest';
import type { Value } from '../../function/value.ts';
import { callOf, parseValue, printValue } from './literals.ts';
import { parseSignature } from './read.ts';

const int = (value: number): Value => ({ kind: 'int', value: String(value) });

describe('literals', () => {
  test.each<[string, Value, string?]>([
    ['None', { kind: 'null' }],
    ['True', { kind: 'bool', value: true }],
    ['-12', int(-12)],
    ['1_000', int(1000), '1000'],
    ['0xff', int(255), '255'],
    ['123456789012345678901234567890', { kind: 'int', value: '123456789012345678901234567890' }],
    ['1.0', { kind: 'float', value: 1 }],
    ['-2.5e-07', { kind: 'float', value: -2.5e-7 }, '-2.5e-7'],
    ["float('-inf')", { kind: 'float', value: '-inf' }],
    ["'it\\'s \"q\"\\n\\x00'", { kind: 'string', value: 'it\'s "q"\n\0' }],
    ['"it\'s"', { kind: 'string', value: "it's" }],
    ["r'\\d'", { kind: 'string', value: '\\d' }, "'\\\\d'"],
    ["'a' 'b'", { kind: 'string', value: 'ab' }, "'ab'"],
    ["'''a\nb'''", { kind: 'string', value: 'a\nb' }, "'a\\nb'"],
    ["b'\\x00a'", { kind: 'bytes', value: '0061' }, "bytes.fromhex('0061')"],
    ["bytes.fromhex('0061')", { kind: 'bytes', value: '0061' }],
    ['[1, [2]]', { kind: 'list', items: [int(1), { kind: 'list', items: [int(2)] }] }],
    ['(1,)', { kind: 'tuple', items: [int(1)] }],
    ['(1)', int(1), '1'],
    ['()', { kind: 'tuple', items: [] }],
    ['{1, 2}', { kind: 'set', items: [int(1), int(2)] }],
    ['set()', { kind: 'set', items: [] }],
    ['{}', { kind: 'map', entries: [] }],
    ["{'a': (1, 2)}", { kind: 'map', entries: [[{ kind: 'string', value: 'a' }, { kind: 'tuple', items: [int(1), int(2)] }]] }],
  ])('%s is read, and printed so that it is read again as the same', (text, value, printed = text) => {
    expect(parseValue(text)).toEqual(value);
    expect(printValue(value)).toBe(printed);
    expect(parseValue(printed)).toEqual(value);
  });

  test.each(['x', '1 + 2', '[1', '1, 2', '"a', '007', '{1: 2, 3}', 'f(1)', '', '1 2', "'\\N{DASH}'", '['.repeat(200)])('%s is none', (text) => {
    expect(parseValue(text)).toBeUndefined();
  });

  test('an object has no literal, alone or in a list', () => {
    expect(printValue({ kind: 'list', items: [{ kind: 'object', type: 'A', text: 'A()' }] })).toBeUndefined();
  });

  test('a call spreads what takes any number, and names what goes by name', async () => {
    const signature = await parseSignature('def f(a, *rest, k, **more)', 'f');
    const args: Value[] = [int(1), { kind: 'list', items: [int(2), int(3)] }, { kind: 'string', value: 'x' }, { kind: 'map', entries: [] }];
    expect(callOf(signature, args)).toBe("f(1, 2, 3, k='x')");
  });
});
