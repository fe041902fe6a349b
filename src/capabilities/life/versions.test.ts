import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { schemaProblem } from '../run/schemas.ts';
import type { Capability, Json, JsonSchema } from '../types.ts';
import { compareContracts } from './contracts.ts';
import { accepts } from './schemas.ts';
import { aTool } from './testing/tools.prop.ts';
import { bump, compareVersions, nextVersion, type VersionKind } from './versions.ts';

const before = aTool({ version: '1.4.2', errors: [{ when: 'percent is below 0', error: 'ValueError' }] });
const object = (properties: Record<string, JsonSchema>, required = Object.keys(properties)): JsonSchema => ({ type: 'object', properties, required, additionalProperties: false });
const number = { type: 'number' };

describe('which version comes next', () => {
  it.each<[string, Partial<Capability>, boolean, string, VersionKind, string]>([
    ['other code', { code: 'x' }, true, '1.4.3', 'patch', 'the same contract, and all old cases hold'],
    ['other words about a parameter', { parameters: object({ percent: { ...number, description: 'of a hundred' }, number }) }, true, '1.4.3', 'patch', 'the same contract, and all old cases hold'],
    ['an old case that does not hold', { code: 'x' }, false, '2.0.0', 'major', 'an old case does not hold any more'],
    ['a new optional parameter', { parameters: object({ percent: number, number, digits: { type: 'integer', default: 2 } }, ['percent', 'number']) }, true, '1.5.0', 'minor', "'digits' can be given"],
    ['and an old case that does not hold', { parameters: object({ percent: number, number, digits: { type: 'integer' } }, ['percent', 'number']) }, false, '2.0.0', 'major', 'an old case does not hold any more'],
    ['a new required one', { parameters: object({ percent: number, number, digits: { type: 'integer' } }) }, true, '2.0.0', 'major', "'digits' has to be given now"],
    ['a wider type', { parameters: object({ percent: { anyOf: [number, { type: 'string' }] }, number }) }, true, '1.5.0', 'minor', "'percent' takes more than it took"],
    ['a narrower type', { parameters: object({ percent: { type: 'integer' }, number }) }, true, '2.0.0', 'major', "'percent' takes less than it took"],
    ['a parameter less', { parameters: object({ percent: number }) }, true, '2.0.0', 'major', "its parameter 'number' is gone"],
    ['another order, which tools that call it know it by', { parameters: object({ number, percent: number }) }, true, '2.0.0', 'major', 'its parameters come in another order'],
    ['one that can be left out now', { parameters: object({ percent: number, number }, ['percent']) }, true, '1.5.0', 'minor', "'number' can be left out"],
    ['fewer errors', { errors: [] }, true, '1.5.0', 'minor', 'it refuses less'],
    ['another error', { errors: [...before.errors, { when: 'number is 0', error: 'ZeroDivisionError' }] }, true, '2.0.0', 'major', 'it refuses what it did not refuse: number is 0'],
    ['the same error in other words', { errors: [{ when: 'below nothing', error: 'ValueError' }] }, true, '1.4.3', 'patch', 'the same contract, and all old cases hold'],
    ['a wider result', { returns: { anyOf: [number, { type: 'null' }] } }, true, '2.0.0', 'major', 'it gives what it did not give'],
    ['a narrower result', { returns: { type: 'integer' } }, true, '1.5.0', 'minor', 'its results are told more closely'],
    ['another language', { language: 'go' }, true, '2.0.0', 'major', 'it is written in go, not in python'],
  ])('%s', (_title, change, hold, version, kind, why) => {
    expect(nextVersion(before, { ...before, ...change }, hold)).toEqual({ version, kind, why });
  });

  it('a default that changes changes what calls without it mean', () => {
    const digits = (preset: number) => ({ ...before, parameters: object({ percent: number, digits: { type: 'integer', default: preset } }, ['percent']) });
    expect(compareContracts(digits(2), digits(3))).toEqual({ kind: 'other', why: "'digits' left out means something else" });
  });

  it('passes over numbers that are taken, as after going back to an earlier version', () => {
    expect(nextVersion(before, before, true, ['1.4.3', '1.4.4', '1.5.0']).version).toBe('1.4.5');
    expect(nextVersion(before, before, false, ['2.0.0']).version).toBe('3.0.0');
  });

  it('always comes after the one before, and a larger kind after a smaller one', () => {
    const part = fc.nat(1000);
    fc.assert(fc.property(part, part, part, (major, minor, patch) => {
      const version = `${major}.${minor}.${patch}`;
      const next = (['patch', 'minor', 'major'] as const).map((kind) => bump(version, kind));
      expect([version, ...next].toSorted(compareVersions)).toEqual([version, ...next]);
      expect(new Set([version, ...next]).size).toBe(4);
    }));
  });

  it.each(['1.0', '1.0.x', '01.0.0', '1.0.0-beta', ''])('%j is no version', (version) => {
    expect(() => bump(version, 'patch')).toThrow('is no version');
  });
});

const leaf = fc.oneof(
  fc.constantFrom<JsonSchema>({}, { type: 'null' }, { type: 'boolean' }, { type: 'string' }, { type: ['number', 'null'] }, { const: 3 }, { type: 'string', pattern: '^a' }),
  fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -3, max: 0 }), maximum: fc.integer({ min: 0, max: 3 }) }, { requiredKeys: ['type'] }),
  fc.uniqueArray(fc.constantFrom<Json>(1, 2, 'a', 'b', null, true), { minLength: 1, maxLength: 4 }).map((values) => ({ enum: values })),
);
const schema: fc.Arbitrary<JsonSchema> = fc.letrec<{ schema: JsonSchema }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ type: fc.constant('array'), items: tie('schema'), prefixItems: fc.array(tie('schema'), { maxLength: 2 }), minItems: fc.nat(1), maxItems: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: ['type'] }),
    fc.record(
      { type: fc.constant('object'), properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schema'), { maxKeys: 3 }), required: fc.subarray(['a', 'b']), additionalProperties: fc.oneof(fc.constant(false), tie('schema')) },
      { requiredKeys: ['type'] },
    ),
    fc.array(tie('schema'), { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
  ),
})).schema;

/** A schema that takes at least what the given one takes, made by one or two of the changes that contracts see. */
const wider = (of: JsonSchema): fc.Arbitrary<JsonSchema> => fc.oneof(
  fc.constant(of),
  fc.constant<JsonSchema>({}),
  schema.map((other) => ({ anyOf: [of, other] })),
  fc.constantFrom('minimum', 'maximum', 'minItems', 'maxItems', 'required').map((word) => Object.fromEntries(Object.entries(of).filter(([name]) => name !== word))),
  fc.constant(of['type'] === 'integer' ? { ...of, type: 'number' } : of),
);
const value = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>;
const small = fc.oneof(fc.constantFrom<Json>(null, true, 1, 2, 3, -1, 0.5, 'a', 'b', [], {}, [1], [1, 'a'], { a: 1 }, { a: 1, b: null }, { c: [1] }), value);

describe('schemas that take all that others take', () => {
  it('each takes what it takes itself', () => {
    fc.assert(fc.property(schema, (one) => {
      expect(accepts(one, one)).toBe(true);
    }), { numRuns: 500 });
  });

  it('what takes all of a wider one takes all of the narrower', () => {
    let applied = 0;
    const chain = schema.chain((narrow) => wider(narrow).chain((middle) => wider(middle).map((wide) => [narrow, middle, wide] as const)));
    fc.assert(fc.property(chain, ([narrow, middle, wide]) => {
      if (!accepts(wide, middle) || !accepts(middle, narrow)) return;
      applied += 1;
      expect(accepts(wide, narrow)).toBe(true);
    }), { numRuns: 2000, seed: 7 });
    expect(applied).toBeGreaterThan(1500);
  });

  it('and so for any three that happen to follow each other', () => {
    let applied = 0;
    fc.assert(fc.property(leaf, leaf, leaf, (narrow, middle, wide) => {
      if (!accepts(wide, middle) || !accepts(middle, narrow)) return;
      applied += 1;
      expect(accepts(wide, narrow)).toBe(true);
    }), { numRuns: 5000, seed: 7 });
    expect(applied).toBeGreaterThan(50);
  });

  it('a value of the narrow one is one of the wide one', () => {
    let applied = 0;
    fc.assert(fc.property(schema.chain((narrow) => fc.tuple(fc.constant(narrow), fc.oneof(wider(narrow), schema), fc.array(small, { minLength: 5 }))), ([narrow, wide, values]) => {
      if (!accepts(wide, narrow)) return;
      for (const one of values.filter((each) => schemaProblem(narrow, each) === undefined)) {
        applied += 1;
        expect(schemaProblem(wide, one)).toBeUndefined();
      }
    }), { numRuns: 2000, seed: 7 });
    expect(applied).toBeGreaterThan(1000);
  });

  it.each<[string, JsonSchema, JsonSchema, boolean]>([
    ['numbers take integers', { type: 'number' }, { type: 'integer' }, true],
    ['integers do not take numbers', { type: 'integer' }, { type: 'number' }, false],
    ['an enum takes fewer of its words', { enum: ['km', 'm', 'cm'] }, { enum: ['m', 'km'] }, true],
    ['but not more', { enum: ['km'] }, { enum: ['m', 'km'] }, false],
    ['texts take the words of an enum', { type: 'string' }, { enum: ['m', 'km'] }, true],
    ['a list takes pairs of its items', { type: 'array', items: { type: 'number' } }, { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'number' }], minItems: 2, maxItems: 2 }, true],
    ['pairs do not take lists', { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }], minItems: 2, maxItems: 2 }, { type: 'array', items: { type: 'number' } }, false],
    ['a field more is too much where others are refused', object({ a: number }), object({ a: number, b: number }), false],
    ['and fits where others are allowed', { ...object({ a: number }), additionalProperties: number }, object({ a: number, b: number }), true],
    ['bounds within bounds', { type: 'number', minimum: 0 }, { type: 'number', minimum: 1, maximum: 5 }, true],
    ['bounds that reach further', { type: 'number', minimum: 0 }, { type: 'number' }, false],
  ])('%s', (_title, wide, narrow, taken) => {
    expect(accepts(wide, narrow)).toBe(taken);
  });
});
