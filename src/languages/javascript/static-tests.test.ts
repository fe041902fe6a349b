import { describe, expect, it } from 'vitest';
import { staticTests } from './static-tests.ts';

const list = async (source: string, path = 'a.test.js') => (await staticTests(path, source)).map((t) => (t.skipped ? `(${t.name})` : t.name));

describe('tests as they stand in a file', () => {
  it.each<[string, string[]]>([
    ["test('a', () => {});\nit('b', function () {});", ['a', 'b']],
    ["describe('s', () => { it('a', () => {}); describe('t', () => { test('b', () => {}); }); });", ['s > a', 's > t > b']],
    ["suite('s', () => { test('a', () => {}); });", ['s > a']],
    ["test.skip('a', () => {}); it.todo('b'); xit('c', () => {}); test('d', { skip: true }, () => {}); test('e', { skip: false }, () => {});", ['(a)', '(b)', '(c)', '(d)', 'e']],
    ["describe.skip('s', () => { it('a', () => {}); });", ['(s > a)']],
    ["test.only('a', () => {}); test('b', () => {});", ['a', '(b)']],
    ["describe.only('s', () => { it('a', () => {}); }); it('b', () => {});", ['s > a', '(b)']],
    ["test('a', { only: true }, () => {}); test('b', () => {});", ['a', '(b)']],
    ["test('p', async (t) => { await t.test('c', () => {}); });", ['p', 'p > c']],
    ["test('a', (t) => { t.skip(); assert(1); });", ['(a)']],
    ["test('a', () => { return; assert(1); });", ['(a)']],
    ["test.skipIf(x)('a', () => {});", ['(a)']],
    ["test.each([1, 2])('n %i', (n) => {});", ['n %i']],
    ["it.concurrent('a', async () => {});", ['a']],
    ["import check, { suite as group } from 'node:test';\ngroup('s', () => { check('a', () => {}); });", ['s > a']],
    ["const { test: t2 } = require('node:test'); t2('a', () => {});", ['a']],
    ["const test = require('node:test'); test.describe('s', () => { test.it('a', () => {}); });", ['s > a']],
    ["test(`a ${1}`, () => {});", ['`a ${1}`']],
    ["beforeEach(() => {}); test.beforeEach(() => {}); expect(1).toBe(1); pattern.test('a');", []],
    ["/x/.test('a'); const re = /y/; re.test('b');", []],
    ["if (x) { test('a', () => {}); }", ['a']],
  ])('%s', async (source, names) => {
    expect(await list(source)).toEqual(names);
  });

  it('says the same of a test whose formatting or comments change, and another of one whose code changes', async () => {
    const body = async (source: string) => (await staticTests('a.test.ts', source))[0]!.body;
    const one = await body("test('a', () => { expect(f(1)).toBe(2); });");
    expect(await body("test('a', () => {\n  // now with a reason\n  expect(f(1))\n    .toBe(2)\n});")).toBe(one);
    expect(await body("test('a', () => { expect(f(1)).toBe(3); });")).not.toBe(one);
    expect(await body("test('a', { timeout: 5 }, () => { expect(f(1)).toBe(2); });")).not.toBe(one);
  });

  it('knows the lines', async () => {
    expect(await staticTests('a.test.js', "\ntest('a', () => {\n  f();\n});\n")).toMatchObject([{ fromLine: 2, toLine: 4 }]);
  });
});
