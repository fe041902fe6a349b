import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import type { Capability, JsonSchema } from '../types.ts';
import { runnerOf, type RunCodes } from './effects.ts';
import { suggestionsOf } from './suggest.ts';
import { alikeByWords } from './suggest/alike.ts';
import { subsumed } from './suggest/subsumed.ts';
import type { PastAsk } from './suggest/types.ts';
import { aTool, day } from './testing/tools.prop.ts';

const asked = (request: string, change: Partial<PastAsk> = {}): PastAsk => ({ request, at: day(5), outcome: 'not_made', steps: [], ...change });
const need = (description: string, tool?: string) => ({ description, name: description.toLowerCase().replaceAll(/\W+/g, '_').slice(0, 20), ...(tool ? { tool } : {}) });
const sort = aTool({ name: 'sort_numbers', description: 'Sort a list of numbers.' });
const median = aTool({ name: 'median_of', description: 'The median of a list of numbers.' });

describe('how alike two wishes are', () => {
  it.each<[string, string, number, number]>([
    ['What is 15 percent of 300?', 'What is 20.5 percent of 80?', 1, 1],
    ["Reverse the string 'hello world'", 'Reverse the string "Python"', 1, 1],
    ['Calculate a percentage of a number.', 'calculate_percentage of numbers', 0.99, 1],
    ['Convert celsius to fahrenheit', 'Convert fahrenheit to celsius', 0, 0],
    ['Sort numbers ascending', 'Sort numbers descending', 0, 0],
    ['Reverse the string', 'Sum of primes', 0, 0],
    ['300', '15', 0, 0],
  ])('%s — %s', (a, b, least, most) => {
    expect(alikeByWords(a, b)).toBeGreaterThanOrEqual(least);
    expect(alikeByWords(a, b)).toBeLessThanOrEqual(most);
  });
});

describe('what usage says would be wanted', () => {
  it.each<[string, PastAsk[], Capability[], (string | undefined)[]]>([
    ['a wish that came three times and was not made', [asked('Roman numeral of 12'), asked('Roman numeral of 9'), asked('Roman numeral of 1990')], [], ['wanted 3 times: no tool could be made']],
    ['twice is not often', [asked('Roman numeral of 12'), asked('Roman numeral of 9')], [], []],
    ['what a tool does by now is not missing', ['1', '2', '3'].map((n) => asked(`Roman numeral of ${n}`)), [aTool({ name: 'roman', description: 'The roman numeral of a number.' })], []],
    ['a cancelled request says nothing', ['1', '2', '3'].map((n) => asked(`Roman numeral of ${n}`, { outcome: 'cancelled' })), [], []],
    ['a refused wish, with what a tool could still do', ['Rome', 'Oslo', 'Lima'].map((city) => asked(`Weather today in '${city}'`, { outcome: 'impossible', impossible: 'needs_network' })), [], ['wanted 3 times: it needs the network; a tool could work on data that is handed to it']],
    ['a step that no tool served, whatever the requests were', ['a', 'b', 'c'].map((n) => asked(`${n}?`, { steps: [need('Sort a list of numbers.', 'sort_numbers'), need('Round half to even.')] })), [sort], ['wanted 3 times: no tool could be made']],
    [
      'two tools one after the other', ['a', 'b', 'c'].map((n) => asked(n, { outcome: 'answered', steps: [need('x', 'sort_numbers'), need('y', 'median_of')] })), [sort, median],
      ['sort_numbers and median_of were used one after the other in 3 requests'],
    ],
    [
      'unless there is one that calls both', ['a', 'b', 'c'].map((n) => asked(n, { outcome: 'answered', steps: [need('x', 'sort_numbers'), need('y', 'median_of')] })),
      [sort, median, aTool({ name: 'sorted_median', description: 'Sorts, then the middle.', uses: ['sort_numbers', 'median_of'].map((name) => ({ name, version: '1.0.0', hash: '' })) })], [],
    ],
    ['an archived tool that somebody wanted since', [asked('Please sort the list of numbers 3, 1, 2', { at: day(9) })], [{ ...sort, status: 'archived', standing: { reason: '', since: day(7) } }], ['archived, and wanted once since; it can be restored']],
    ['not one that was wanted before it was archived', [asked('Please sort the list of numbers 3, 1, 2')], [{ ...sort, status: 'archived', standing: { reason: '', since: day(7) } }], []],
    ['two tools that are alike in all that is seen', [], [median, { ...median, name: 'list_median', description: 'Median of a list of numbers', requests: [] }], ['list_median takes and gives the same and is described alike; if it does the same, the two can be one']],
    ['not where they take different things', [], [median, { ...median, name: 'list_median', returns: { type: 'string' } }], []],
    ['nor where they do the opposite', [], [aTool({ name: 'a', description: 'Sort ascending.' }), aTool({ name: 'b', description: 'Sort descending.' })], []],
  ])('%s', (_title, asks, tools, whys) => {
    expect(suggestionsOf({ asks, tools }).map(({ why }) => why)).toEqual(whys);
  });

  it('an archived tool that does what is missing is restored, and not made again', () => {
    const asks = ['3, 1', '5, 2', '9, 8'].map((list) => asked(`Sort the list of numbers ${list}`, { at: day(9) }));
    expect(suggestionsOf({ asks, tools: [{ ...sort, status: 'archived', standing: { reason: '', since: day(7) } }] })).toEqual([expect.objectContaining({ kind: 'existing', name: 'sort_numbers' }) as unknown]);
  });

  it('says no more than was asked for', () => {
    const asks = ['roman numerals', 'prime factors', 'anagram words'].flatMap((wish) => Array.from({ length: 3 }, () => asked(wish)));
    expect(suggestionsOf({ asks, tools: [] })).toHaveLength(3);
    expect(suggestionsOf({ asks, tools: [] }, 2)).toHaveLength(2);
  });
});

describe('a tool that is another one with a fixed argument', () => {
  let run: RunCodes;
  beforeAll(async () => {
    run = runnerOf({ sandbox: await openSandbox() });
  });
  const numbers = (...names: string[]): JsonSchema => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'number' }])), required: names, additionalProperties: false });
  const scale = aTool({
    name: 'scale_number', description: 'Multiply a number by a factor.', signature: 'def scale_number(factor: float, x: float) -> float:', parameters: numbers('factor', 'x'), code: 'def scale_number(factor: float, x: float) -> float:\n    return factor * x\n',
    cases: [{ arguments: { factor: 3, x: 2 }, result: 6, from: 'user' }, { arguments: { factor: 2, x: 5 }, result: 10, from: 'user' }],
  });
  const twice = (results: number[]) => aTool({
    name: 'double_number', description: 'Multiply a number by two.', signature: 'def double_number(number: float) -> float:', parameters: numbers('number'), code: 'def double_number(number: float) -> float:\n    return number * 2\n',
    cases: results.map((result, at) => ({ arguments: { number: at + 1 }, result, from: 'user' as const })),
  });

  it('is found by running the wider one on its cases', async () => {
    expect(await subsumed([scale, twice([2, 4, 6])], run)).toEqual([{ kind: 'existing', name: 'scale_number', description: scale.description, why: 'double_number is scale_number with factor = 2 on all of its 3 cases' }]);
  });

  it.each<[string, number[]]>([
    ['one case says otherwise', [2, 4, 7]],
    ['all cases have one result, which a constant explains too', [0, 0, 0]],
    ['there are too few', [2, 4]],
  ])('is none where %s', async (_title, results) => {
    expect(await subsumed([scale, twice(results)], run)).toEqual([]);
  });
});
