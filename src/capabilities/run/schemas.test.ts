import { describe, expect, test } from 'vitest';
import { functionLanguage } from '../../languages/function/registry.ts';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { Json, JsonSchema } from '../types.ts';
import { schemaProblem, schemasOf } from './schemas.ts';

const schemas = async (language: FunctionLanguageName, text: string, described?: Record<string, string>): Promise<{ parameters: JsonSchema; returns: JsonSchema }> =>
  schemasOf(await functionLanguage(language).parseSignature(text, 'f'), described);

describe('schemas of signatures', () => {
  test('Python: defaults, descriptions, tuples, dictionaries, options', async () => {
    const { parameters, returns } = await schemas('python', 'def f(a: float, b: int = 2, c: list[tuple[int, str]] = [], d: "str | None" = None, e: dict[int, float] = {}, g: str = "x", h=None) -> tuple[int, ...]:', { a: 'How much.' });
    expect(parameters).toEqual({
      type: 'object',
      properties: {
        a: { type: 'number', description: 'How much.' },
        b: { type: 'integer', default: 2 },
        c: { type: 'array', items: { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }], minItems: 2, maxItems: 2 } },
        d: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null },
        e: { type: 'object', propertyNames: { pattern: '^(0|-?[1-9][0-9]*)$' }, additionalProperties: { type: 'number' } },
        g: { type: 'string', default: 'x' },
        h: { default: null },
      },
      required: ['a'],
      additionalProperties: false,
    });
    expect(Object.keys(parameters['properties'] as object)).toEqual(['a', 'b', 'c', 'd', 'e', 'g', 'h']);
    expect(returns).toEqual({ type: 'array', items: { type: 'integer' } });
  });

  test('TypeScript: records and literals', async () => {
    const { parameters, returns } = await schemas('typescript', 'function f(unit: "km" | "m" | null, at: { x: number; y?: string }): number | boolean');
    expect(parameters['properties']).toEqual({
      unit: { anyOf: [{ type: 'null' }, { enum: ['km', 'm'] }] },
      at: { type: 'object', properties: { x: { type: 'number' }, y: { type: 'string' } }, required: ['x'], additionalProperties: false },
    });
    expect(returns).toEqual({ anyOf: [{ type: 'number' }, { type: 'boolean' }] });
  });

  test.each<[string, JsonSchema]>([
    ['func f(a []int) (float64, error)', { type: 'number' }],
    ['func f(a []int) error', { type: 'null' }],
    ['func f(a []int) (int, string)', { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'string' }], minItems: 2, maxItems: 2 }],
    ['func f(a []int) (int, bool, error)', { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }], minItems: 2, maxItems: 2 }],
  ])('Go: an error that comes last is no result: %s', async (text, returns) => {
    expect((await schemas('go', text)).returns).toEqual(returns);
  });

  test.each<[FunctionLanguageName, string, RegExp]>([
    ['python', 'def f(a: set[int]) -> int:', /its parameter 'a' is a set/],
    ['python', 'def f(a: list[bytes]) -> int:', /its parameter 'a' is bytes/],
    ['python', 'def f(a: int) -> set:', /it gives a set/],
    ['python', 'def f(*numbers: int) -> int:', /any number of arguments as 'numbers'/],
    ['python', 'def f(**options) -> int:', /any number of arguments as 'options'/],
    ['python', 'def f(a: int, *, b: int) -> int:', /'b' can be given by its name only/],
    ['python', 'def f(a: Fraction) -> int:', /a value of type Fraction/],
    ['python', 'def f(a: dict[tuple[int, int], int]) -> int:', /keys are neither texts nor numbers/],
    ['typescript', 'function f(a: (n: number) => number): number', /its parameter 'a' is a value of type/],
  ])('refused in %s: %s', async (language, text, message) => {
    await expect(schemas(language, text)).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
  });
});

describe('what does not meet a schema, for people', () => {
  const percent: JsonSchema = { type: 'object', properties: { percent: { type: 'number', minimum: 0, maximum: 100 }, mode: { enum: ['up', 'down'] } }, required: ['percent'], additionalProperties: false };
  test.each<[string, JsonSchema, Json, string | undefined]>([
    ['all is well', percent, { percent: 15, mode: 'up' }, undefined],
    ['another type', percent, { percent: 'x' }, 'percent: expected a number, got "x"'],
    ['too small', percent, { percent: -1 }, 'percent: expected at least 0, got -1'],
    ['too large', percent, { percent: 101 }, 'percent: expected at most 100, got 101'],
    ['none of the words', percent, { percent: 1, mode: 'left' }, 'mode: expected "up" or "down", got "left"'],
    ['missing', percent, {}, "'percent' is missing"],
    ['unknown', percent, { percent: 1, number: 2 }, "there is no 'number'; expected 'percent', 'mode'"],
    ['not even an object', percent, [1], 'expected an object, got [1]'],
    ['an item', { type: 'array', items: { type: 'integer' } }, [1, 2.5], '[1]: expected a whole number, got 2.5'],
    ['a place deep inside', { type: 'object', properties: { rows: { type: 'array', items: percent } } }, { rows: [{ percent: 1 }, { percent: null }] }, 'rows[1].percent: expected a number, got null'],
    ['a pair of three', { type: 'array', prefixItems: [{}, {}], minItems: 2, maxItems: 2 }, [1, 2, 3], 'expected 2 items, got 3'],
    ['none of the options', { anyOf: [{ type: 'number' }, { type: 'null' }] }, 'x', 'expected a number or null, got "x"'],
    ['inside the option that it is', { anyOf: [{ type: 'null' }, { type: 'array', items: { type: 'string' } }] }, ['a', 1], '[1]: expected a text, got 1'],
    ['several types', { type: ['number', 'null'] }, true, 'expected a number or null, got true'],
    ['digits that JSON does not carry', { type: 'integer' }, 2 ** 60, '1152921504606847000 is beyond what numbers in JSON carry exactly (2^53)'],
    ['names of another kind', { type: 'object', propertyNames: { pattern: '^(0|-?[1-9][0-9]*)$' } }, { x: 1 }, "expected names that are numbers, got 'x'"],
    ['names that objects have from elsewhere are not known', percent, JSON.parse('{"percent": 1, "toString": 1}') as Json, "there is no 'toString'; expected 'percent', 'mode'"],
    ['words that no contract uses say nothing', { format: 'date', pattern: '(a+)+$' }, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', undefined],
  ])('%s', (_title, schema, value, problem) => {
    expect(schemaProblem(schema, value)).toBe(problem);
  });
});
