// Holds word_frequency to every case of cases.json: node --test word_frequency/word_frequency.test.js
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as tool from './word_frequency.js';

const cases = JSON.parse(readFileSync(new URL('cases.json', import.meta.url), 'utf8'));

/** Numbers with a fraction may differ in the last digits; maps are objects in JSON. */
function same(got, expected) {
  if (got instanceof Map) got = Object.fromEntries(got);
  if (typeof got === 'number' && typeof expected === 'number') {
    return got === expected || (!(Number.isInteger(got) && Number.isInteger(expected)) && Math.abs(got - expected) <= 1e-6 * Math.max(1, Math.abs(expected)));
  }
  if (got === null || expected === null || typeof got !== 'object' || typeof expected !== 'object') return (got ?? null) === expected;
  if (Array.isArray(got) !== Array.isArray(expected)) return false;
  const keys = Object.keys(got).filter((key) => got[key] !== undefined);
  return keys.length === Object.keys(expected).length && keys.every((key) => Object.hasOwn(expected, key) && same(got[key], expected[key]));
}

/** The classes of an exception: its own and those above it. */
function kindsOf(thrown) {
  const above = thrown === null || typeof thrown !== 'object' ? null : Object.getPrototypeOf(thrown);
  return above === null ? [] : [above.constructor?.name, ...kindsOf(above)];
}

for (const { arguments: args, result, error } of cases) {
  test(`word_frequency ${JSON.stringify(args).slice(0, 80)}`, async () => {
    const call = async () => tool.word_frequency(args.text, args.top);
    if (error === undefined) {
      const got = await call();
      assert.ok(same(got, result), `got ${JSON.stringify(got)}, expected ${JSON.stringify(result)}`);
    } else {
      await assert.rejects(call, (thrown) => error === true || thrown?.name === error || kindsOf(thrown).includes(error));
    }
  });
}

// Tests of your own may follow; what stands below this line is kept.
