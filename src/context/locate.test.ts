import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { CheckReport } from '../languages/types.ts';
import { openWorkbench } from '../workspace/open.ts';
import type { Workbench } from '../workspace/types.ts';
import { locate } from './locate.ts';

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

async function projectOf(files: Record<string, string>): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-locate-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'app', path)), { recursive: true });
    await writeFile(join(folder, 'app', path), text);
  }
  return openWorkbench({ source: join(folder, 'app'), root: join(folder, 'bench'), blobs: join(folder, 'blobs') });
}

const report = (tests: CheckReport['tests']): CheckReport => ({
  check: { id: 'node:test', framework: 'node:test', cwd: '', why: '' }, status: 'failed', tests, collected: tests.length, errors: [], exitCode: 1, durationMs: 1, output: '',
  sandbox: { status: 'exited', rung: 'A', wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 },
});

const CART = 'import math\n\nclass Cart:\n    def total(self):\n        return apply_tax(1)\n\ndef apply_tax(x):\n    return math.floor(x)\n';
const found = async (files: Record<string, string>, request: string, reports: CheckReport[] = []) => locate({ bench: await projectOf(files), languages: [], request, reports });

describe('the files that a request concerns', () => {
  it('are those that a failing test imports, however little the request says', async () => {
    const files = { 'prices.js': 'export const tax = 0;\n', 'other.js': 'export const x = 1;\n', 'shop.test.js': "import { tax } from './prices.js';\n" };
    const located = await found(files, 'make it green', [report([{ id: 'a', file: 'shop.test.js', outcome: 'failed' }])]);
    expect(located.map((f) => f.path)).toEqual(['shop.test.js', 'prices.js']);
    expect(located[1]!.why).toContain('a failing test imports it');
  });

  it('are given once, with each reason once, also when hundreds of tests fail', async () => {
    const files = { 'prices.js': 'export const tax = 0;\n', 'shop.test.js': "import { tax } from './prices.js';\n" };
    const tests = Array.from({ length: 300 }, (_, i) => ({ id: `t${i}`, file: 'shop.test.js', outcome: 'failed' as const }));
    expect((await found(files, 'make it green', [report(tests)])).map((f) => [f.path, f.why])).toEqual([['shop.test.js', ['it holds a failing test']], ['prices.js', ['a failing test imports it']]]);
  });

  it.each([
    ['a stack frame of Python', 'It fails:\n  File "/srv/app/shop/cart.py", line 5, in total\nValueError', 'a stack frame of the request stops in it', 'Cart.total'],
    ['a place with its line', 'see cart.py:8', 'a stack frame of the request stops in it', 'apply_tax'],
    ['a dotted name', 'Cart.total counts the discount twice', 'the request names Cart.total', 'Cart.total'],
    ['a name written as code', 'apply_tax() rounds wrong', 'it defines apply_tax', 'apply_tax'],
  ])('are found by %s, and the symbol in it', async (_what, request, why, name) => {
    const [first] = await found({ 'shop/cart.py': CART, 'shop/other.py': 'def other():\n    return 1\n', 'README.md': '# a shop\n' }, request);
    expect([first!.path, first!.symbols?.[0]?.id]).toEqual(['shop/cart.py', `shop/cart.py#${name}`]);
    expect(first!.why).toContain(why);
  });

  it('are found by a stack frame of JavaScript and a place of Go', async () => {
    const files = { 'src/a.js': 'export function f() {\n  throw 1;\n}\n', 'b/b.go': 'package b\n\nfunc G() {\n\tpanic(1)\n}\n' };
    const located = await found(files, 'Error\n    at f (file:///work/src/a.js:2:9)\nb/b.go:4: panic');
    expect(located.map((f) => f.symbols?.[0]?.id).toSorted()).toEqual(['b/b.go#G', 'src/a.js#f']);
  });

  it('are found by words of their docstrings', async () => {
    expect((await found({ 'shop/a.py': 'def a():\n    """Rounds prices half to even."""\n', 'shop/b.py': 'def b():\n    """Sends mail."""\n' }, 'wrong prices, half goes down'))[0]!.path).toBe('shop/a.py');
  });

  it('do not hang on everyday words that are names of methods', async () => {
    const located = await found({ 'a.py': 'class A:\n    def make(self):\n        return 1\n', 'b.py': 'def sums():\n    return 0\n' }, 'make sums work');
    expect(located.map((f) => [f.path, f.why.includes('it defines make')])).toEqual([['b.py', false], ['a.py', false]]);
  });

  it('are found in the same order each time', async () => {
    const files = { 'shop/cart.py': CART, 'shop/b.py': CART, 'shop/a.py': CART };
    expect(await found(files, 'total of the cart with tax')).toEqual(await found(files, 'total of the cart with tax'));
  });

  it('are found where the request is empty of words, or has none of the project', async () => {
    expect(await found({ 'a.py': 'x = 1\n' }, '?!')).toEqual([]);
  });
});
