import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject, JsonSchema } from '../types.ts';
import { shrink, simpler } from './shrink.ts';

const anything: JsonSchema = { type: 'object' };
const by = (fails: (args: JsonObject) => boolean) => ({ fails: (some: readonly JsonObject[]) => Promise.resolve(some.map(fails)) });

describe('failing arguments are made smaller', () => {
  it.each<[string, JsonObject, (args: JsonObject) => boolean, JsonObject]>([
    ['what matters not goes to its simplest form', { text: 'some words', count: 17 }, () => true, {}],
    ['an empty list is what fails', { numbers: [3, 1, 4, 1, 5] }, ({ numbers }) => Array.isArray(numbers) && numbers.length === 0, { numbers: [] }],
    ['two equal items are, each of which has to stay what it is', { numbers: [31, 7, 44, 7, 52] }, ({ numbers }) => new Set(numbers as number[]).size < ((numbers as number[] | undefined)?.length ?? 0), { numbers: [7, 7] }],
    ['a negative number is', { n: -412.5 }, ({ n }) => typeof n === 'number' && n < 0, { n: -1 }],
    ['a letter in the middle of a text is', { text: 'hello wörld, again' }, ({ text }) => typeof text === 'string' && text.includes('ö'), { text: 'ö' }],
    ['a field deep inside is', { rows: [{ name: 'x', price: null }, { name: 'yy', price: 3 }] }, ({ rows }) => Array.isArray(rows) && rows.some((row) => (row as JsonObject)['price'] === null), { rows: [{ price: null }] }],
  ])('%s', async (_title, args, fails, smallest) => {
    expect(await shrink(args, { parameters: anything, rounds: 40, ...by(fails) })).toEqual(smallest);
  });

  it('stays with what the parameters take', async () => {
    const parameters: JsonSchema = { type: 'object', properties: { n: { type: 'integer', minimum: 3 }, unit: { enum: ['km', 'm'] }, digits: { type: 'integer' } }, required: ['n', 'unit'], additionalProperties: false };
    expect(await shrink({ n: 900, unit: 'km', digits: 2 }, { parameters, rounds: 40, ...by(() => true) })).toEqual({ n: 3, unit: 'm' });
  });

  it('is what it was where nothing simpler fails', async () => {
    const args = { text: 'abc' };
    expect(await shrink(args, { parameters: anything, ...by(() => false) })).toBe(args);
  });

  it('ends after its rounds, with what fails', async () => {
    let waves = 0;
    const found = await shrink({ text: 'x'.repeat(400) }, { parameters: anything, rounds: 3, fails: (some) => { waves += 1; return Promise.resolve(some.map(({ text }) => typeof text === 'string' && text.length > 10)); } });
    expect(waves).toBe(3);
    expect((found['text'] as string).length).toBeGreaterThan(10);
    expect((found['text'] as string).length).toBeLessThan(100);
  });

  it('comes to an end for any value, and what is simplest has no simpler form', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      let at = value as Json;
      let steps = 0;
      for (let forms = simpler(at); forms.length > 0; forms = simpler(at)) {
        at = forms[steps % forms.length]!;
        steps += 1;
        expect(steps).toBeLessThan(5000);
      }
      expect([null, false, 0, '', '[]', '{}']).toContain(typeof at === 'object' && at !== null ? JSON.stringify(at) : at);
    }), { numRuns: 300, seed: 11 });
  });
});
