import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonSchema, Need } from '../types.ts';
import { bindingOf } from './fit.ts';
import { numbersIn } from './literals.ts';
import { instead, opposed } from './opposites.ts';

type Values = Need['values'];
const schema = (required: Record<string, string>, optional: Record<string, string> = {}): { parameters: JsonSchema } => ({
  parameters: {
    type: 'object',
    properties: Object.fromEntries(Object.entries({ ...required, ...optional }).map(([name, type]) => [name, { type }])),
    required: Object.keys(required),
    additionalProperties: false,
  },
});
const numbers = (values: Record<string, number>): Values => Object.entries(values).map(([name, value]) => ({ name, type: 'number', value }));

describe('putting values into parameters', () => {
  const cases: [title: string, values: Values, tool: { parameters: JsonSchema }, expected: JsonObject | undefined][] = [
    ['by their names, in any order', numbers({ number: 300, percent: 15 }), schema({ percent: 'number', number: 'number' }), { percent: 15, number: 300 }],
    ['by the same words in another form', numbers({ numberOfDays: 3 }), schema({ number_of_days: 'integer' }), { number_of_days: 3 }],
    ['by type, where there is one way', [{ name: 'sentence', type: 'string', value: 'a b' }, ...numbers({ count: 2 })], schema({ text: 'string', times: 'integer' }), { text: 'a b', times: 2 }],
    ['the rest by type, when the others have their names', numbers({ percent: 15, amount: 300 }), schema({ percent: 'number', number: 'number' }), { percent: 15, number: 300 }],
    ['not where two numbers could be changed round', numbers({ rate: 15, amount: 300 }), schema({ percent: 'number', number: 'number' }), undefined],
    ['not where a required one stays empty', numbers({ percent: 15 }), schema({ percent: 'number', number: 'number' }), undefined],
    ['leaving out an optional one', numbers({ percent: 15 }), schema({ percent: 'number' }, { digits: 'string' }), { percent: 15 }],
    ['not where a value has no place', numbers({ percent: 15, number: 3, extra: 1 }), schema({ percent: 'number', number: 'number' }), undefined],
    ['not where the type of the same name is another', [{ name: 'text', type: 'number', value: 3 }], schema({ text: 'string' }, { other: 'number' }), undefined],
    ['not a fraction for a whole number', numbers({ times: 1.5 }), schema({ times: 'integer' }), undefined],
    ['not into what its name opposes', numbers({ minimum: 1 }), schema({ maximum: 'number' }), undefined],
    ['not the result of another need, which is not there yet', [{ name: 'number', type: 'number', from: 's1' }], schema({ number: 'number' }), undefined],
    ['nothing into nothing', [], schema({}), {}],
  ];
  it.each(cases)('%s', (_title, values, tool, expected) => {
    expect(bindingOf({ request: '', values }, tool)).toEqual(expected);
  });
  it('needs values', () => {
    expect(bindingOf({ request: 'x' }, schema({}))).toBeUndefined();
  });
});

describe('numbers in words', () => {
  it.each([
    ['What is 15 percent of 300?', [15, 300]],
    ['a = -3.5 and b is 1,000', [-3.5, 1000]],
    ['on 2024-05-01 at 5:30, in room A4', []],
    ['from 3.', [3]],
    ['none', []],
  ])('%s', (text, expected) => {
    expect(numbersIn(text)).toEqual(expected);
  });
});

describe('opposite words', () => {
  it.each([
    ['sort ascending', 'sort descending', true],
    ['Put it in increasing order', 'sort in decreasing order', true],
    ['Give the first word', 'Give the last word', true],
    ['Convert 68 fahrenheit to celsius', 'convert celsius to fahrenheit', true],
    ['Convert XIV from a roman numeral to an integer', 'integer to roman. Convert an integer to a roman numeral.', true],
    ['Convert celsius to fahrenheit', 'convert celsius to fahrenheit', false],
    ['Sort ascending', 'sort ascending or descending', false],
    ['What is the smallest and the largest number?', 'largest number', false],
    ['Add 10 days to a date', 'Add days to a date', false],
  ])('%s | %s', (wish, has, expected) => {
    expect(opposed(wish, has) !== undefined).toBe(expected);
  });
  it.each([
    ['count_vowels', 'Count the vowels.', 'count_consonants', 'Count the consonants.', true],
    ['count_vowels', 'Count the vowels.', 'count_vowels', 'Counts vowels in a text.', false],
    ['percentage_of', 'Calculate a percentage.', 'calculate_percentage', 'Calculate a percentage.', false],
    ['reverse_text', 'Reverse a text.', 'reverse_string', 'Reverse the characters of a text.', false],
    ['roman_to_integer', 'Convert a roman numeral to an integer.', 'from_roman', 'The number of a roman numeral.', false],
    [undefined, 'How many vowels?', 'count_consonants', 'Count the consonants.', false],
  ])('%s is another thing than %s', (name, wish, tool, says, expected) => {
    expect(instead({ ...(name ? { name } : {}), words: wish }, { name: tool, words: says }) !== undefined).toBe(expected);
  });
});
