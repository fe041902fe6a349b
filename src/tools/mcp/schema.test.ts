import { expect, test } from 'vitest';
import { argumentsSchema } from '../arguments.ts';
import { answerChecks, schemaOf } from './schema.ts';

/** Doubles its time with each further letter. */
const SLOW = '^(a+)+$';
const LETTERS = `${'a'.repeat(60)}!`;

test.each([
  ['of a text', { type: 'object', properties: { q: { type: 'string', pattern: SLOW } } }],
  ['of an item', { type: 'object', properties: { q: { anyOf: [{ type: 'number' }, { type: 'string', pattern: SLOW }] } } }],
  ['behind a name', { type: 'object', properties: { q: { $ref: '#/$defs/pattern' } }, $defs: { pattern: { type: 'string', pattern: SLOW } } }],
  ['of the names', { type: 'object', propertyNames: { type: 'string', pattern: SLOW } }],
  ['that says which names there are', { type: 'object', patternProperties: { [SLOW]: { type: 'string' } }, additionalProperties: false }],
])('a pattern %s is left to the server, and shown as it wrote it', (_title, json) => {
  const schema = schemaOf(json);
  expect(schema.safeParse({ q: LETTERS, [LETTERS]: 'x' }).success).toBe(true);
  expect(argumentsSchema({ schema })).toEqual(json);
});

test('an argument that is called pattern is checked as any other', () => {
  const schema = schemaOf({ type: 'object', properties: { pattern: { type: 'string', enum: ['a'] } }, required: ['pattern'], additionalProperties: false });
  expect([{ pattern: 'a' }, { pattern: 'b' }, {}, { pattern: 'a', other: 1 }].map((value) => schema.safeParse(value).success)).toEqual([true, false, false, false]);
});

test('of an answer everything but the patterns is checked', () => {
  const check = answerChecks.getValidator({ type: 'object', properties: { q: { type: 'string', pattern: SLOW } } });
  expect([check({ q: LETTERS }), check({ q: 1 })]).toMatchObject([{ valid: true, data: { q: LETTERS } }, { valid: false, errorMessage: expect.stringContaining('q') }]);
});
