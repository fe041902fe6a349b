import { describe, expect, it } from 'vitest';
import { boundedSchema } from './schema.ts';

const text = { type: 'string', maxLength: 200 };
const any = { oneOf: [text, { type: 'number' }, { type: 'boolean' }, { type: 'null' }] };

describe('a JSON schema for the grammar of a reply of 100 tokens', () => {
  it.each<[title: string, schema: Record<string, unknown>, bounded: Record<string, unknown>]>([
    ['bounds a string by half of the reply', { type: 'string' }, text],
    ['keeps the bounds that a string has', { type: 'string', minLength: 2, maxLength: 500 }, { type: 'string', minLength: 2, maxLength: 500 }],
    ['never asks for less than it allows', { type: 'string', minLength: 300 }, { type: 'string', minLength: 300, maxLength: 300 }],
    ['lowers bounds that a grammar cannot hold', { type: 'string', maxLength: 100_000 }, { type: 'string', maxLength: 2000 }],
    ['keeps the formats that grammars know', { type: 'string', format: 'date' }, { type: 'string', format: 'date' }],
    ['takes other formats as text', { type: 'string', format: 'uri' }, text],
    ['bounds an array', { type: 'array', items: { type: 'integer' } }, { type: 'array', items: { type: 'integer' }, maxItems: 32 }],
    ['keeps the bounds that an array has', { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }, { type: 'array', items: { type: 'integer' }, minItems: 1, maxItems: 3 }],
    ['keeps a tuple', { type: 'array', prefixItems: [{ type: 'null' }], items: { type: 'integer' }, maxItems: 2 }, { type: 'array', prefixItems: [{ type: 'null' }], items: { type: 'integer' }, maxItems: 2 }],
    [
      'closes an object and drops what it does not know',
      { $schema: 'x', type: 'object', title: 'T', required: ['a'], additionalProperties: false, properties: { a: { type: 'boolean', default: true } } },
      { type: 'object', properties: { a: { type: 'boolean' } } },
    ],
    ['bounds a map', { type: 'object', additionalProperties: { type: 'number' } }, { type: 'object', properties: {}, additionalProperties: { type: 'number' }, maxProperties: 32 }],
    ['fills an object of no description with plain values', { type: 'object' }, { type: 'object', properties: {}, additionalProperties: any, maxProperties: 32 }],
    ['makes one union of both kinds', { anyOf: [{ const: 'a' }, { type: 'null' }] }, { oneOf: [{ const: 'a' }, { type: 'null' }] }],
    ['makes a union of several types', { type: ['string', 'null'] }, { oneOf: [text, { type: 'null' }] }],
    ['keeps a choice', { enum: ['a', 1, null] }, { enum: ['a', 1, null] }],
    ['keeps references and bounds what they name', { $ref: '#/definitions/n', definitions: { n: { type: 'string' } } }, { $ref: '#/$defs/n', $defs: { n: text } }],
    ['takes a value of no type for a plain one', {}, any],
  ])('%s', (_title, schema, bounded) => {
    expect(boundedSchema(schema, 100)).toEqual(bounded);
  });

  it.each(['#', '#/$defs/absent', 'https://example.org/s.json'])('refuses the reference %s, which no grammar can follow', ($ref) => {
    expect(() => boundedSchema({ $ref, $defs: { n: {} } }, 100)).toThrow(`'${$ref}' is not among its definitions`);
  });
});
