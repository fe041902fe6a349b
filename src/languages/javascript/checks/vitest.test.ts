import { describe, expect, it } from 'vitest';
import { outcomes, OWN_MODULES, projectOf, runBench, runProject } from '../projects.prop.ts';

const PACKAGE = '{"type":"module","scripts":{"test":"vitest"},"devDependencies":{"vitest":"4"}}';
const HEAD = "import { beforeAll, describe, expect, it } from 'vitest';\n";
const run = (files: Record<string, string>, options = {}) => runProject({ 'package.json': PACKAGE, 'tsconfig.json': '{}', ...files }, { modules: OWN_MODULES, ...options });

describe('vitest in the sandbox, its dependency folder read-only', () => {
  it('tells every outcome, with expected and got', async () => {
    const report = await run({
      'vitest.config.ts': "import { defineConfig } from 'vitest/config';\nexport default defineConfig({ test: { globals: true } });\n",
      'src/add.ts': 'export const add = (a: number, b: number): number => a - b;\n',
      'test/all.test.ts': `${HEAD}import { add } from '../src/add';
it('ok', () => {});
describe('group', () => {
  it('adds', () => { expect(add(1, 2)).toBe(3); });
  it.skip('left out', () => {});
  it.todo('planned');
  it.fails('known', () => { throw new Error('x'); });
  it.fails('mended', () => {});
  it.each([1, 2])('n %i', (n) => { expect(n).toBe(1); });
});
it('throws', () => { throw new RangeError('no'); });
describe('hook', () => { beforeAll(() => { throw new Error('in the hook'); }); it('inner', () => {}); });
`,
    });
    const at = 'test/all.test.ts > ';
    expect(outcomes(report.tests)).toMatchObject({
      [`${at}ok`]: 'passed', [`${at}group > adds`]: 'failed', [`${at}group > left out`]: 'skipped', [`${at}group > planned`]: 'skipped',
      [`${at}group > known`]: 'xfailed', [`${at}group > mended`]: 'failed', [`${at}group > n 1`]: 'passed', [`${at}group > n 2`]: 'failed', [`${at}throws`]: 'failed',
      [`${at}hook`]: 'error',
    });
    expect(report).toMatchObject({ status: 'failed', errors: [], check: { framework: 'vitest', language: 'typescript' } });
    expect(report.tests.find((t) => t.id.endsWith('adds'))).toMatchObject({ line: 5, expected: '3', got: '-1', errorClass: 'AssertionError', frames: [{ file: 'test/all.test.ts', line: 5 }] });
    expect(report.output).not.toContain('\u001B');
  });

  it('names files that cannot be loaded', async () => {
    const report = await run({
      'test/missing.test.ts': `${HEAD}import '../nothing';\nit('a', () => {});\n`,
      'test/syntax.test.ts': `${HEAD}it('a', () => {;\n`,
      'test/good.test.ts': `${HEAD}it('good', () => {});\n`,
    });
    expect(report.status).toBe('broken');
    expect(Object.fromEntries(report.errors.map((e) => [e.file, e.errorClass]))).toEqual({ 'test/missing.test.ts': 'ModuleNotFoundError', 'test/syntax.test.ts': 'SyntaxError' });
    expect(outcomes(report.tests)).toEqual({ 'test/good.test.ts > good': 'passed' });
  });

  it.each([
    ['leaves with exit 0', "it('a', () => { process.exit(0); });\nit('b', () => {});"],
    ['lets a rejection go', "it('a', () => { Promise.reject(new Error('late')); });"],
    ['prints a report', "console.log('Tests 10 passed'); process.exit(0);\nit('a', () => { throw new Error(); });"],
    ['leaves by the inner exit', "it('a', () => { process.reallyExit(0); });"],
    ['kills the runner', "it('a', () => { process.kill(process.ppid, 'SIGKILL'); });"],
  ])('never passes a file that %s', async (_, body) => {
    const report = await run({ 'test/a.test.ts': `${HEAD}${body}\n` });
    expect(report.status).not.toBe('passed');
  });

  it('runs only the chosen files and tests, and none where there are none', async () => {
    const files = { 'test/a.test.ts': `${HEAD}it('a', () => {}); it('b', () => { throw new Error(); });\n`, 'test/c.test.ts': `${HEAD}it('c', () => { throw new Error(); });\n` };
    expect(outcomes((await run(files, { files: ['test/c.test.ts'] })).tests)).toEqual({ 'test/c.test.ts > c': 'failed' });
    expect(await run(files, { testIds: ['test/a.test.ts > a'] })).toMatchObject({ status: 'passed', collected: 1 });
    expect(await run({ 'src/a.ts': 'export {};\n' })).toMatchObject({ status: 'passed', collected: 0, errors: [] });
  });

  it('follows a dependency folder that the user has linked', async () => {
    const bench = await projectOf({ 'package.json': PACKAGE, 'a.test.js': `${HEAD}it('a', () => {});\n` }, { link: OWN_MODULES });
    expect(await runBench(bench)).toMatchObject({ status: 'passed', collected: 1 });
  });

  it('says that it is not installed', async () => {
    expect(await runProject({ 'package.json': PACKAGE, 'a.test.js': '' })).toMatchObject({ status: 'broken', errors: [{ errorClass: 'NotInstalled' }] });
  });
});
