import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TypeShape, Value } from '../../languages/function/value.ts';
import type { Json } from '../types.ts';
import { sameJson } from './meets.ts';
import { schemaProblem } from './problems.ts';
import { readJson, toJson, toValue } from './values.ts';

const int = (value: string): Value => ({ kind: 'int', value });
const float = (value: number): Value => ({ kind: 'float', value });
const text = (value: string): Value => ({ kind: 'string', value });
const INT: TypeShape = { kind: 'int' };
const FLOAT: TypeShape = { kind: 'float' };
const TEXT: TypeShape = { kind: 'string' };

describe('JSON as a value of a type', () => {
  test.each<[string, Json, TypeShape, Value | undefined]>([
    ['a whole number for a float', 3, FLOAT, float(3)],
    ['3.0 for an integer is 3', 3.0, INT, int('3')],
    ['3.5 for an integer', 3.5, INT, undefined],
    ['a round number beyond 2^53', 1e20, INT, int('100000000000000000000')],
    ['a number whose digits parsing has changed', Number('12345678901234567890'), INT, undefined],
    ['a text for a number', '3', INT, undefined],
    ['true for an integer', true, INT, undefined],
    ['a list for a tuple', [1, 2], { kind: 'tuple', items: [INT, FLOAT] }, { kind: 'tuple', items: [int('1'), float(2)] }],
    ['a list of another length for a tuple', [1], { kind: 'tuple', items: [INT, FLOAT] }, undefined],
    ['a tuple of any length', [1, 2], { kind: 'tuple', items: [FLOAT], rest: true }, { kind: 'tuple', items: [float(1), float(2)] }],
    ['digits as names for keys that are integers', { '-5': 'x' }, { kind: 'map', key: INT, value: TEXT }, { kind: 'map', entries: [[int('-5'), text('x')]] }],
    ['names that are no integers', { '05': 'x' }, { kind: 'map', key: INT, value: TEXT }, undefined],
    ['a record without what may be left out', { a: 1 }, { kind: 'record', fields: [{ name: 'a', type: INT }, { name: 'b', type: INT, optional: true }] }, { kind: 'map', entries: [[text('a'), int('1')]] }],
    ['a record without what has to be there', {}, { kind: 'record', fields: [{ name: 'a', type: INT }] }, undefined],
    ['a record with what is not in it', { a: 1, z: 1 }, { kind: 'record', fields: [{ name: 'a', type: INT }] }, undefined],
    ['null where it is an option', null, { kind: 'union', options: [INT, { kind: 'null' }] }, { kind: 'null' }],
    ['a whole number where floats come first', 3, { kind: 'union', options: [FLOAT, INT] }, int('3')],
    ['a fraction where integers come first', 0.5, { kind: 'union', options: [INT, FLOAT] }, float(0.5)],
    ['one of the texts of a literal type', 'km', { kind: 'union', options: [{ kind: 'other', text: '"m"' }, { kind: 'other', text: "'km'" }] }, text('km')],
    ['another text', 'mi', { kind: 'other', text: "'km'" }, undefined],
    ['an object of any kind', { a: [1, 'x', null] }, { kind: 'other', text: 'object' }, { kind: 'map', entries: [[text('a'), { kind: 'list', items: [int('1'), text('x'), { kind: 'null' }] }]] }],
    ['a set is nothing that JSON can say', [1], { kind: 'set', item: INT }, undefined],
  ])('%s', (_title, json, type, value) => {
    expect(toValue(json, type)).toEqual(value);
  });
});

describe('a value as JSON', () => {
  test.each<[string, Value, Json]>([
    ['a tuple is a list', { kind: 'tuple', items: [int('1'), text('x')] }, [1, 'x']],
    ['keys that are numbers are names', { kind: 'map', entries: [[int('1'), float(0.5)], [float(1.5), int('2')]] }, { 1: 0.5, 1.5: 2 }],
    ['a field that is undefined is not there', { kind: 'map', entries: [[text('a'), { kind: 'undefined' }]] }, {}],
    ['nothing is null', { kind: 'undefined' }, null],
    ['an integer that is round enough to be exact', int('-100000000000000000000'), -1e20],
    ['no negative zero', float(-0), 0],
    ['a name that objects have from elsewhere', { kind: 'map', entries: [[text('__proto__'), int('1')]] }, JSON.parse('{"__proto__": 1}') as Json],
  ])('%s', (_title, value, json) => {
    expect(JSON.stringify(toJson(value))).toBe(JSON.stringify(json));
  });

  test.each<[string, Value, RegExp]>([
    ['an integer whose digits would change', int('1152921504606846976'), /1152921504606846976 is too large .* have to be texts/],
    ['infinity', { kind: 'float', value: 'inf' }, /inf is no number/],
    ['not a number, deep inside', { kind: 'list', items: [{ kind: 'map', entries: [[text('a'), { kind: 'float', value: 'nan' }]] }] }, /nan is no number/],
    ['a set', { kind: 'set', items: [] }, /sorted list/],
    ['an object', { kind: 'object', type: 'Point', text: 'Point(x=1)' }, /type Point .*Point\(x=1\)/],
    ['a list that was not told whole', { kind: 'object', type: 'list', text: '[0, 1… (231 characters, 0a0b0c0d)' }, /larger than results may be/],
    ['keys that become one name', { kind: 'map', entries: [[int('1'), int('1')], [text('1'), int('2')]] }, /both "1"/],
    ['a key that is a tuple', { kind: 'map', entries: [[{ kind: 'tuple', items: [] }, int('1')]] }, /kind tuple/],
  ])('refused: %s', (_title, value, why) => {
    expect(toJson(value)).toBeUndefined();
    expect(readJson(value)).toEqual({ problem: expect.stringMatching(why) });
  });

  test('what goes in comes out the same, and fits what it was read by', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 4 }), (json) => {
      const value = toValue(json as Json, { kind: 'any' });
      // Numbers of more than 15 digits that are whole are floats where nothing else is said.
      expect(value).toBeDefined();
      const back = toJson(value!);
      expect(back !== undefined && sameJson(back, json as Json)).toBe(true);
      expect(schemaProblem({}, back!)).toBeUndefined();
    }), { numRuns: 200 });
  });
});
