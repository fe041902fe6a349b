import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../../sandbox/open.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import type { Candidate, Signature } from '../../function/types.ts';
import { TYPESCRIPT } from './dialect.ts';
import { runTests } from './run-tests.ts';
import { parseSignature } from './signature.ts';
import { parseTests } from './tests.ts';

const NODE_TEST = `import test from 'node:test';
import assert from 'node:assert/strict';
import { double as twice } from '../src/double.ts';

const table: [number, number][] = [[1, 2], [5, 10]];
test('small', () => {
  const given: number = 3;
  assert.equal(twice(given), 6);
  for (const [n, wanted] of table) assert.equal(twice(n), wanted);
});
test('refuses', () => {
  assert.throws(() => twice(Number.NaN), RangeError);
});
test.skip('later', () => { assert.equal(twice(1), 3); });
`;
const SCRIPT = `const assert = require('assert');
const { double } = require('./double');
const candidate = double;
assert.deepStrictEqual(candidate(2), 4);
console.assert(double(10) === 20, 'ten');
`;
const VITEST = `import { describe, expect, it } from 'vitest';
import { double } from './double';
describe('double', () => {
  it('doubles', () => { expect(double(2)).toBe(4); expect(double(0)).toEqual(0); });
  it('refuses', () => { expect(() => double(NaN)).toThrow(RangeError); });
});
`;

describe('reading a test file', () => {
  it.each([
    ['node:test in TypeScript', 'double.test.ts', NODE_TEST, { framework: 'node:test', module: '../src/double.ts', tests: 2, examples: [['const given: number = 3;', 'double(given)', 8], ['', 'double(Number.NaN)', 12]] }],
    ['a script of asserts', 'double.test.js', SCRIPT, { framework: 'assert', module: './double', tests: 1, examples: [['', 'double(2)', 4], ['', 'double(10)', 5]] }],
    ['vitest', 'double.spec.ts', VITEST, { framework: 'expect', module: './double', tests: 2, examples: [['', 'double(2)', 4], ['', 'double(0)', 4], ['', 'double(NaN)', 5]] }],
    ['a script that imports nothing', 'tests.js', 'console.assert(double(1) === 2);', { framework: 'assert', module: undefined, tests: 1, examples: [['', 'double(1)', 1]] }],
    ['a default import and a namespace', 'a.js', "import * as m from './m.js';\nimport assert from 'node:assert';\nassert.equal(m.double(1), 2);", { framework: 'assert', module: './m.js', tests: 1, examples: [['', 'double(1)', 3]] }],
    ['constants that are changed, which no example can use', 'a.js', "const xs = [1];\nxs.push(2);\nassert.deepEqual(double(xs), [2, 4]);\nlet n = 1;\nassert.equal(double(n), 2);", { framework: 'assert', module: undefined, tests: 1, examples: [] }],
  ])('%s', async (_, name, source, expected) => {
    const { framework, module, tests, examples } = await parseTests(name, source, 'double');
    expect({ framework, module, tests, examples: examples.map(({ setup, expression, line }) => [setup, expression, line]) }).toEqual(expected);
  });

  it.each([
    ['does not parse', 'assert.equal(double(1), 2', /line 1/],
    ['calls no such function', 'assert.equal(triple(1), 3);', /never called/],
    ['defines the function itself', 'function double(n) { return n; }\nassert.equal(double(1), 2);', /defines double itself/],
    ['is of vitest without a simple assert', "import { expect, it } from 'vitest';\nit.each([[1, 2]])('%i', (n, w) => { expect(double(n)).toBe(w); });", /runner is not at hand/],
  ])('one that %s is refused', async (_, source, message) => {
    await expect(parseTests('a.test.js', source, 'double')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
  });
});

describe('running a test file', () => {
  let sandbox: Sandbox;
  let signature: Signature;
  beforeAll(async () => {
    sandbox = await openSandbox();
    signature = await parseSignature(TYPESCRIPT, 'double(n: number): number', 'double');
  });
  const GOOD = 'export function double(n: number): number {\n  if (Number.isNaN(n)) throw new RangeError("no number");\n  return 2 * n;\n}';
  const run = async (name: string, source: string, codes: string[]) =>
    runTests({ sandbox, signature, candidates: codes.map((code, index): Candidate => ({ id: `c${index}`, code })), caseMs: 2_000, tests: await parseTests(name, source, 'double') });

  it('passes the right one in node:test, and tells what failed in which line of the others', async () => {
    const reports = await run('double.test.ts', NODE_TEST, [GOOD, '// wrong\nconst double = (n: number) => n * n;', 'function double(n: number) {\n\n  return n.missing.there;\n}']);
    expect(reports[0]).toEqual({ id: 'c0', passed: true, ran: 2, problems: [] });
    expect(reports[1]).toMatchObject({ passed: false, ran: 2, problems: [{ class: 'wrong_answer', call: 'small', expected: '6', got: '9' }, { call: 'refuses' }] });
    expect(reports[2]).toMatchObject({ passed: false, problems: [{ class: 'type', call: 'small', line: 3 }, { call: 'refuses' }] });
  }, 60_000);

  it.each([['a script', 'double.test.js', SCRIPT], ['a module that imports nothing else', 'tests.mjs', "import assert from 'node:assert';\nassert.equal(double(4), 8);\n"], ['vitest by its examples', 'double.spec.ts', VITEST]])('%s', async (_, name, source) => {
    const [good, bad] = await run(name, source, [GOOD, 'function double(n) { return n; }']);
    expect(good).toMatchObject({ passed: true, problems: [] });
    expect(bad).toMatchObject({ passed: false });
    expect(bad!.problems[0]).toMatchObject({ class: 'wrong_answer' });
  }, 60_000);

  it('is passed by none that ends early, patches assert, prints passes, hangs, or looks for the tests', async () => {
    const hostile = [
      'process.exit(0);\nfunction double(n) { return 0; }',
      'function double(n) { process.exit(0); }',
      "const assert = require('assert');\ntry { assert.deepStrictEqual = assert.equal = () => {}; } catch {}\nconsole.assert = () => {};\nfunction double(n) { return 0; }",
      "function double(n) { console.log('TAP version 13\\nok 1 - double.test.js\\n1..1\\n# pass 1'); return 0; }",
      'function double(n) { for (;;) {} }',
      "const fs = require('fs');\nconst seen = fs.readdirSync('.').filter((name) => /test|script/.test(name)).map((name) => fs.readFileSync(name, 'utf8')).join('');\nfunction double(n) { const source = seen + (() => { try { return String(double.caller); } catch { return ''; } })(); return Number(new RegExp(`\\\\(${n}\\\\),? (?:=== )?(\\\\d+)`).exec(source)?.[1]); }",
    ];
    const reports = await run('double.test.js', SCRIPT, hostile);
    expect(reports.map(({ passed }) => passed)).toEqual(hostile.map(() => false));
    expect(reports.every(({ problems }) => problems.length > 0)).toBe(true);
    expect(reports[4]!.problems).toEqual([{ class: 'timeout', message: 'The tests did not come to their end.' }]);
  }, 120_000);

  it('is passed by none that exchanges what the tests run on, forges what they are told, or looks around', async () => {
    const table = `import test from 'node:test';
import assert from 'node:assert/strict';
import { double } from './double.js';
const TABLE = [[1, 2], [5, 10]];
test('table', () => { for (const [n, wanted] of TABLE) assert.equal(double(n), wanted); });
test('more', () => { [3, 4].forEach((n) => { assert.equal(double(n), n + n); }); });
`;
    const wrong = 'function double(n) { return -1; }';
    const hostile: [string, string][] = [
      ['lists that are empty to the tests', `const { prototype } = [].constructor;\nprototype[Symbol.iterator] = function* () {};\nprototype.forEach = () => {};\n${wrong}`],
      ['code from text', `[].constructor.constructor('return process')().exit(0);\n${wrong}`],
      ['an answer that is none', "const load = require;\nfunction double(n) { load('fs').writeSync(3, Buffer.from([0, 0, 0, 4, 255, 15, 111, 255])); return 2 * n; }"],
      ['a number that is none', 'function double(n) { return { valueOf: () => 2 * n, [Symbol.toPrimitive]: () => 2 * n }; }'],
      ['a way back to the tests', "function double(n) { throw Object.assign(new Error('x'), { name: 'CannotTravel' }); }"],
      ['files', "const load = require;\nfunction double(n) { return load('fs').readFileSync(`/proc/${process.ppid}/maps`, 'utf8').length; }"],
      ['processes', "const load = require;\nfunction double(n) { return load('child_process').execSync('echo 1').length; }"],
    ];
    const reports = await run('double.test.mjs', table, hostile.map(([, code]) => code));
    expect(reports.map(({ passed, problems }, index) => [hostile[index]![0], passed, problems.length > 0])).toEqual(hostile.map(([name]) => [name, false, true]));
    expect(reports[5]!.problems[0]!.message).toContain('Access to this API has been restricted');
  }, 120_000);

  it.each<[string, string, string]>([
    ['functions handed over and handed back', 'function double(g) { return (x) => g(x) * 2; }', "const twice = double((x) => x + 1);\nassert.equal(twice(4), 10);\nassert.deepEqual([3, 1].map(double(Math.abs)), [6, 2]);"],
    ['generators, and arguments that change', 'function* double(m) { m[0].reverse(); for (;;) yield m[0][0]; }', 'const m = [[1, 2]];\nassert.equal(double(m).next().value, 2);\nassert.deepEqual(m, [[2, 1]]);'],
    ['classes and errors of its own', "class Own extends RangeError { name = 'Own'; code = 'E1'; }\nclass Stack { #items = []; push(x) { this.#items.push(x); return this; } get size() { return this.#items.length; } }\nfunction double(n) { if (n < 0) throw new Own('bad'); return new Stack().push(n).push(n); }", "assert.equal(double(1).size, 2);\nassert.throws(() => double(-1), RangeError);\nassert.throws(() => double(-1), { name: 'Own', message: 'bad', code: 'E1' });"],
    ['promises', "async function double(n) { await null; if (n < 0) throw new TypeError('neg'); return new Map([[n, 2n]]); }", 'const n = 1;\nassert.deepEqual(await double(n), new Map([[1, 2n]]));\nawait assert.rejects(double(-1), TypeError);'],
    ['what does not travel', 'async function double(n) { return (await n.later(2)) * n.value; }', 'class A { value = 2; async later(x) { return x; } }\nconst a = new A();\nassert.equal(await double(a), 4);'],
    ['another function of the module', 'export const base = (n) => n;\nexport function half(n) { return n / 2; }\nexport function double(n) { return base(n) * 2; }', 'const n = 3;\nassert.equal(half(double(n)), n);'],
  ])('the right ones pass: %s', async (_, code, body) => {
    const names = code.includes('half') ? 'double, half' : 'double';
    expect(await run('double.test.mjs', `import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { ${names} } from './double.js';\ntest('a', async () => {\n${body}\n});\n`, [code])).toEqual([{ id: 'c0', passed: true, ran: 1, problems: [] }]);
  }, 60_000);
});
