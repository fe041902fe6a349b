import { describe, expect, it } from 'vitest';
import { installed, outcomes, runProject } from '../projects.prop.ts';

const PACKAGE = '{"scripts":{"test":"jest --coverage"},"devDependencies":{"jest":"30"}}';
const modules = installed('jest', '30.5.2');
const run = (files: Record<string, string>, options = {}) => runProject({ 'package.json': PACKAGE, ...files }, { modules, ...options });

describe('jest in the sandbox, its dependency folder read-only', () => {
  it('tells every outcome, with expected and got', async () => {
    const report = await run({
      'src/add.js': 'exports.add = (a, b) => a - b;\n',
      'test/all.test.js': `const { add } = require('../src/add');
it('ok', () => {});
describe('group', () => {
  it('adds', () => { expect(add(1, 2)).toBe(3); });
  it.skip('left out', () => {});
  it.todo('planned');
  it.each([1, 2])('n %i', (n) => { expect(n).toEqual(1); });
});
it('throws', () => { throw new RangeError('no'); });
it('compares', () => { require('node:assert').deepStrictEqual({ a: 1 }, { a: 2 }); });
describe('hook', () => { beforeAll(() => { throw new Error('in the hook'); }); it('inner', () => {}); });
`,
    });
    const at = 'test/all.test.js > ';
    expect(outcomes(report.tests)).toMatchObject({
      [`${at}ok`]: 'passed', [`${at}group > adds`]: 'failed', [`${at}group > left out`]: 'skipped', [`${at}group > planned`]: 'skipped',
      [`${at}group > n 1`]: 'passed', [`${at}group > n 2`]: 'failed', [`${at}throws`]: 'failed', [`${at}compares`]: 'failed', [`${at}hook > inner`]: 'failed',
    });
    expect(report).toMatchObject({ status: 'failed', errors: [], check: { framework: 'jest' } });
    expect(report.tests.find((t) => t.id.endsWith('adds'))).toMatchObject({ line: 4, expected: '3', got: '-1', errorClass: 'AssertionError', frames: [{ file: 'test/all.test.js', line: 4 }] });
    expect(report.tests.find((t) => t.id.endsWith('throws'))).toMatchObject({ errorClass: 'RangeError' });
    expect(report.output).not.toContain('\u001B');
  });

  it('names files that cannot be loaded', async () => {
    const report = await run({
      'test/missing.test.js': "require('../nothing');\nit('a', () => {});\n",
      'test/syntax.test.js': "it('a', () => {;\n",
      'test/good.test.js': "it('good', () => {});\n",
    });
    expect(report.status).toBe('broken');
    expect(Object.fromEntries(report.errors.map((e) => [e.file, e.errorClass]))).toEqual({ 'test/missing.test.js': 'ModuleNotFoundError', 'test/syntax.test.js': 'SyntaxError' });
    expect(outcomes(report.tests)).toEqual({ 'test/good.test.js > good': 'passed' });
  });

  it.each([
    ['leaves with exit 0', "it('a', () => { process.exit(0); });\nit('b', () => {});"],
    ['lets a rejection go', "it('a', () => { Promise.reject(new Error('late')); });\nit('b', () => new Promise((r) => setTimeout(r, 20)));"],
    ['prints a report', "console.log('Tests: 10 passed'); process.exit(0);\nit('a', () => { throw new Error(); });"],
    ['leaves by the inner exit', "it('a', () => { process.reallyExit(0); });"],
    ['kills the runner', "it('a', () => { process.kill(process.pid, 'SIGKILL'); });"],
  ])('never passes a file that %s', async (_, body) => {
    const report = await run({ 'test/a.test.js': `${body}\n` });
    expect(report.status).not.toBe('passed');
  });

  it('runs only the chosen files and tests, and none where there are none', async () => {
    const files = { 'test/a.test.js': "it('a', () => {}); it('b', () => { throw new Error(); });\n", 'test/c.test.js': "it('c', () => { throw new Error(); });\n" };
    expect(outcomes((await run(files, { files: ['test/c.test.js'] })).tests)).toEqual({ 'test/c.test.js > c': 'failed' });
    expect(await run(files, { testIds: ['test/a.test.js > a'] })).toMatchObject({ status: 'passed', collected: 1 });
    expect(await run({ 'src/a.js': 'exports.a = 1;\n' })).toMatchObject({ status: 'passed', collected: 0, errors: [] });
  });
});
