import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../languages/registry.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { openWorkbench } from '../../workspace/open.ts';
import type { OpenWorkbench } from '../../workspace/types.ts';
import { characterise, type Characterisation } from '../characterise.ts';
import { scoreTests } from '../score-tests.ts';

const CART = `export class Cart {
  constructor(limit = 3) {
    this.limit = limit;
    this.items = [];
  }

  /** @param {string} name */
  add(name) {
    if (this.items.length >= this.limit) throw new RangeError('the cart is full');
    this.items.push(name);
    return this.items.length;
  }
}

/** @param {number} points */
export function grade(points) {
  if (points >= 90) return 'excellent';
  if (points >= 50) return 'passed';
  return 'failed';
}

export async function later(value) {
  if (typeof value !== 'number') throw new TypeError('a number is needed');
  return value * 2;
}

export const stamp = () => new Date().toISOString();

export function forever(n) {
  while (true) n += 1;
}

export const sorted = (items) => hidden(items.sort((a, b) => a - b)[0]);

const hidden = (n) => (n === undefined ? -0 : n);
`;
const LENGTH = `import { FEET, Unit } from './unit';

export function shown(value: number, unit: Unit = Unit.Metre): string {
  return unit === Unit.Foot ? \`\${value * FEET} ft\` : \`\${value} m\`;
}
`;

let root: string;
let sandbox: Sandbox;
const opened: OpenWorkbench[] = [];

async function project(name: string, files: Record<string, string>): Promise<OpenWorkbench> {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name, path)), { recursive: true });
    writeFileSync(join(root, name, path), text);
  }
  if (name === 'vitest') symlinkSync(realpathSync('node_modules'), join(root, name, 'node_modules'));
  const bench = await openWorkbench({ source: join(root, name), root: join(root, `${name}-work`), blobs: join(root, `${name}-blobs`) });
  opened.push(bench);
  return bench;
}

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-mutation-js-')));
  sandbox = await openSandbox();
});
afterAll(async () => {
  for (const bench of opened) await bench.dispose();
  rmSync(root, { recursive: true, force: true });
});

describe('tests that pin what JavaScript functions do', () => {
  let made: Characterisation;
  beforeAll(async () => {
    const bench = await project('esm', { 'package.json': '{ "type": "module" }', 'src/cart.js': CART });
    made = await characterise({ paths: ['src/cart.js'], bench, sandbox, languages, budgetMs: 8_000 });
  }, 240_000);
  const text = (): string => made.files[0]!.text;

  it.each([['grade', 1], ['Cart.add', 0.5], ['later', 1], ['hidden', 1]])('kill mutants of %s', (name, least) => {
    expect(made.functions.find((one) => one.name === name)!.score).toBeGreaterThanOrEqual(least);
  });

  it.each([
    ['a table under a sentence', /describe\(["']grade returns the text["'], \(\) => \{/],
    ['an error by its class and text', /name: ["']RangeError["'],\s+message: ["']the cart is full["']/],
    ['a promise that is awaited', /await later\(value\)/],
    ['a promise that is rejected', /await assert\.rejects\(async \(\) => later\(/],
    ['minus zero', /-0\b/],
    ['what becomes of an argument', /sorted changes its argument/],
    ['imports as they run', /from ["']\.\.\/src\/cart\.js["']/],
  ])('hold %s', (_, form) => expect(text()).toMatch(form));

  it.each([['stamp', 'it reads the clock'], ['forever', 'it takes longer than half a second']])('leave out %s: %s', (name, why) => {
    expect(made.skipped.find((one) => one.name === name)?.why).toBe(why);
  });
});

describe('tests of other kinds of project', () => {
  it('a CommonJS module is required, and its score is what its own tests notice', async () => {
    const bench = await project('cjs', {
      'package.json': '{}',
      'rank.js': "'use strict';\nfunction rank(n) {\n  return n > 2 ? 'high' : 'low';\n}\nmodule.exports = rank;\n",
      'test/rank.test.js': "const test = require('node:test');\nconst assert = require('node:assert');\nconst rank = require('../rank');\n\ntest('high', () => assert.equal(rank(9), 'high'));\n",
    });
    const made = await characterise({ paths: ['rank.js'], bench, sandbox, languages, budgetMs: 0 });
    expect(made.files.map(({ path }) => path)).toEqual(['test/rank_2.test.js']);
    expect(made.files[0]!.text).toMatch(/const rank = require\(["']\.\.\/rank["']\)/);
    const [file] = (await scoreTests({ paths: ['rank.js'], bench, sandbox, languages })).files;
    const survivors = file!.functions[0]!.survivors.map(({ description }) => description);
    expect(survivors).toEqual(expect.arrayContaining(["'low' became ''", '> became >=']));
    expect(survivors).not.toContain('> became <=');
  }, 240_000);

  it('TypeScript is transpiled, its imports lead to its files, and vitest runs the tests where the project does', async () => {
    const bench = await project('vitest', {
      'package.json': '{ "type": "module", "scripts": { "test": "vitest run" }, "devDependencies": { "vitest": "*" } }',
      'tsconfig.json': '{}',
      'src/unit.ts': "export enum Unit { Metre = 'm', Foot = 'ft' }\nexport const FEET = 3;\n",
      'src/length.ts': LENGTH,
    });
    const made = await characterise({ paths: ['src/length.ts'], bench, sandbox, languages, budgetMs: 0 });
    expect(made.files[0]!.text).toMatch(/from ["']vitest["']/);
    expect(made.files[0]!.text).toMatch(/from ["']\.\.\/src\/length["']/);
    expect(made.functions[0]).toMatchObject({ name: 'shown' });
    expect(made.functions[0]!.killed).toBeGreaterThan(2);
  }, 240_000);

  it.each([
    ['mocha', "describe('a', () => it('b', () => {}));\n", 'its tests did not run: test/a.test.js imports neither node:test nor vitest'],
    ['jest', "import { it } from '@jest/globals';\nit('b', () => {});\n", 'its tests run with jest, which is not understood'],
    ['ava', "import test from 'ava';\ntest('b', (t) => t.pass());\n", 'its tests run with ava, which is not understood'],
  ])('tests for %s are not guessed at', async (name, test, why) => {
    const bench = await project(name, { 'package.json': `{ "type": "module", "scripts": { "test": "${name}" } }`, 'a.js': 'export const a = (n) => n + 1;\n', 'test/a.test.js': test });
    const { skipped } = await scoreTests({ paths: ['a.js'], bench, sandbox, languages });
    expect(skipped[0]!.why).toBe(why);
  });

  it('a score is refused where the stand-in understands less than the runner', async () => {
    const bench = await project('mocked', {
      'package.json': '{ "type": "module" }',
      'a.js': 'export const a = (n) => n + 1;\n',
      'test/a.test.js': "import assert from 'node:assert';\nimport { mock, test } from 'node:test';\nimport { a } from '../a.js';\n\ntest('b', () => assert.equal(mock.fn(a)(1), 2));\n",
    });
    const { files, skipped } = await scoreTests({ paths: ['a.js'], bench, sandbox, languages });
    expect(files).toEqual([]);
    expect(skipped[0]!.why).toMatch(/1 of its tests use more of their runner than is understood here/);
  }, 60_000);
});
