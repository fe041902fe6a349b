import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ngramEmbedder } from '../../models/embedding/ngram.ts';
import { openStore, type Store } from '../../store/store.ts';
import { openCatalogue } from '../catalogue/open.ts';
import type { Catalogue } from '../interfaces.ts';
import { openLibrary } from '../library/open.ts';
import type { Json, Need } from '../types.ts';
import { find } from './find.ts';

const scratch = mkdtempSync(join(tmpdir(), 'find-seeds-'));
let store: Store;
let catalogue: Catalogue;
beforeAll(async () => {
  store = await openStore({ directory: join(scratch, 'store') });
  catalogue = await openCatalogue({ db: store.db, embedder: ngramEmbedder, library: await openLibrary(join(import.meta.dirname, '../../../assets/tools')) });
  await catalogue.sync();
});
afterAll(async () => {
  await store.close();
  rmSync(scratch, { recursive: true, force: true });
});

const values = (given: Record<string, Json>): Need['values'] => Object.entries(given).map(([name, value]) => ({ name, type: typeof value === 'number' ? 'number' : typeof value === 'string' ? 'string' : 'list', value }));
const look = (request: string, name: string, description: string, given: Record<string, Json>) =>
  find({ request, name, description, values: values(given) }, {
    catalogue, threshold: 0.75, embedderModel: ngramEmbedder.model, run: () => Promise.reject(new Error('without examples nothing runs')),
  });

describe('the tools that come along, found without a model and without a download', () => {
  it.each([
    ['What is 15 percent of 300?', 'calculate_percentage', 'Calculate a percentage of a number.', { percent: 15, number: 300 }, 'calculate_percentage'],
    ['Encode hello world as base64', 'base64_encode', 'Encode a text as base64.', { text: 'hello world' }, 'base64_encode'],
    ['What does aGVsbG8= say?', 'decode_base64', 'Decode a base64 encoded text.', { encoded: 'aGVsbG8=' }, 'base64_decode'],
    ['Which weekday was 1969-07-20?', 'weekday_of_date', 'Tell the day of the week of a date.', { date: '1969-07-20' }, 'day_of_week'],
    ['Edit distance of kitten and sitting', 'edit_distance', 'Compute the Levenshtein distance between two strings.', { first: 'kitten', second: 'sitting' }, 'levenshtein_distance'],
  ])('%s is answered by what is there', async (request, name, description, given, tool) => {
    const { decision, matches } = await look(request, name, description, given);
    expect([decision, matches[0]?.tool.name]).toEqual(['reuse', tool]);
    expect(matches[0]?.binding).toBeDefined();
  });
  it.each([
    ['lcm of 4 and 6', 'least_common_multiple', 'Find the least common multiple of two integers.', { a: 4, b: 6 }],
    ['Subtract 3 business days from 2024-05-10', 'subtract_business_days', 'Subtract business days from a date.', { date: '2024-05-10', days: 3 }],
    ['How many permutations of 3 out of 5?', 'count_permutations', 'Count the permutations of k out of n items.', { n: 5, k: 3 }],
    ['Sort 3, 1, 2 in descending order', 'sort_numbers_descending', 'Sort a list of numbers in descending order.', { numbers: [3, 1, 2] }],
    ['Make a CSV of [{"a": 1}]', 'json_to_csv', 'Convert a JSON list of objects to CSV.', { rows: [] }],
    ['Reverse hello', 'reverse_string', 'Reverse the characters of a string.', { text: 'hello' }],
  ])('%s is never given to a neighbour', async (request, name, description, given) => {
    expect((await look(request, name, description, given)).decision).not.toBe('reuse');
  });
});
