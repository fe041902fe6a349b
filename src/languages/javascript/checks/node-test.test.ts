import { describe, expect, it } from 'vitest';
import { outcomes, OWN_MODULES, runProject } from '../projects.prop.ts';

const HEAD = "import test, { describe, it } from 'node:test';\nimport assert from 'node:assert/strict';\n";
const MODULE = '{"type":"module","scripts":{"test":"node --test"}}';

describe('node:test in the sandbox', () => {
  it('tells every outcome, with expected and got', async () => {
    const run = await runProject({
      'package.json': MODULE,
      'src/add.js': 'export const add = (a, b) => a - b;\nexport const boom = () => { throw new RangeError("no"); };\n',
      'test/all.test.js': `${HEAD}import { add, boom } from '../src/add.js';
test('ok', () => {});
test('adds', () => { assert.equal(add(1, 2), 3); });
describe('group', () => {
  it('throws', () => boom());
  it.skip('left out', () => {});
  it.todo('planned');
  it('known', { todo: true }, () => assert.ok(false));
});
describe('hook', () => { it('inner', () => {}); throw new Error('in the suite'); });
test('parent', async (t) => { await t.test('child', () => {}); });
test('twice', () => {});
test('twice', () => { throw new Error('second'); });
test('slow', { timeout: 50 }, () => new Promise((r) => setTimeout(r, 5000)));
`,
    });
    const at = 'test/all.test.js > ';
    expect(outcomes(run.tests)).toMatchObject({
      [`${at}ok`]: 'passed', [`${at}adds`]: 'failed', [`${at}group > throws`]: 'failed', [`${at}group > left out`]: 'skipped',
      [`${at}group > planned`]: 'skipped', [`${at}group > known`]: 'xfailed', [`${at}parent`]: 'passed', [`${at}parent > child`]: 'passed',
      [`${at}twice`]: 'passed', [`${at}twice (2)`]: 'failed', [`${at}slow`]: 'failed',
    });
    expect(run).toMatchObject({ status: 'failed', errors: [] });
    expect(run.tests.find((t) => t.id.endsWith('adds'))).toMatchObject({
      file: 'test/all.test.js', line: 5, expected: '3', got: '-1', errorClass: 'AssertionError', frames: [{ file: 'test/all.test.js', line: 5 }],
    });
    expect(run.tests.find((t) => t.id.endsWith('throws'))).toMatchObject({ errorClass: 'RangeError', message: 'no', frames: [{ file: 'src/add.js', line: 2 }, { file: 'test/all.test.js' }] });
    expect(run.tests.filter((t) => t.id.startsWith(`${at}hook`)).some((t) => t.outcome === 'error' || t.outcome === 'failed')).toBe(true);
  });

  it('names files that cannot be loaded, and still runs the others', async () => {
    const run = await runProject({
      'package.json': MODULE,
      'test/syntax.test.js': `${HEAD}test('a', () => { ;\n`,
      'test/missing.test.js': `${HEAD}import '../src/nothing.js';\ntest('a', () => {});\n`,
      'test/throws.test.js': `${HEAD}\nthrow new TypeError('at the top');\n`,
      'test/good.test.js': `${HEAD}test('good', () => {});\n`,
    });
    expect(run.status).toBe('broken');
    expect(run.errors.map((e) => [e.file, e.errorClass, e.line])).toEqual([
      ['test/missing.test.js', 'ModuleNotFoundError', undefined], ['test/syntax.test.js', 'SyntaxError', expect.any(Number)], ['test/throws.test.js', 'TypeError', 4],
    ]);
    expect(outcomes(run.tests)).toEqual({ 'test/good.test.js > good': 'passed' });
  });

  it.each([
    ['leaves in a test with exit 0', `test('a', () => {});\ntest('b', () => { process.exit(0); });\ntest('c', () => { throw new Error(); });`],
    ['leaves before the first test', `process.exit(0);\ntest('a', () => { throw new Error(); });`],
    ['leaves by the inner exit', `test('a', () => process.reallyExit(0));`],
    ['prints a report of its own', `console.log('TAP version 13\\nok 1 - a\\n1..1\\n# pass 10\\n10 passed'); process.exit(0);\ntest('a', () => { throw new Error(); });`],
    ['leaves while a later test waits', `test('a', async () => { await new Promise((r) => setTimeout(r, 20)); });\ntest('b', async () => { await new Promise((r) => setTimeout(r, 20)); process.exit(0); });\ntest('c', () => { throw new Error(); });`],
    ['lets a rejection go', `test('a', () => { Promise.reject(new Error('late')); });`],
    ['throws after the tests', `test('a', () => {}); setTimeout(() => { throw new Error('late'); }, 30);`],
    ['kills itself', `test('a', () => process.kill(process.pid, 'SIGKILL'));`],
    ['kills the runner', `test('a', () => process.kill(process.ppid, 'SIGKILL'));`],
  ])('never passes a file that %s', async (_, body) => {
    const run = await runProject({ 'package.json': MODULE, 'test/a.test.js': `${HEAD}${body}\n` });
    expect(run.status).not.toBe('passed');
    expect([...run.errors, ...run.tests.filter((t) => t.outcome === 'error' || t.outcome === 'failed')].length).toBeGreaterThan(0);
  });

  it('finds no report to write to, and no nonce, in the process of a test', async () => {
    const run = await runProject({
      'package.json': MODULE,
      'test/a.test.js': `${HEAD}import { readdirSync, readFileSync } from 'node:fs';
test('a', () => {
  const parent = ['environ', 'cmdline'].map((f) => { try { return readFileSync('/proc/' + process.ppid + '/' + f, 'utf8'); } catch { return ''; } }).join();
  assert.doesNotMatch(parent + JSON.stringify(process.env), /nonce|[0-9a-f]{24}\\b/);
  for (const name of readdirSync('.').filter((n) => n.startsWith('.untilgreen-'))) assert.deepEqual(readdirSync(name).sort(), ['lock-assert.mjs', 'node-test.mjs', 'records.mjs']);
});
`,
    });
    expect(run).toMatchObject({ status: 'passed', collected: 1 });
  });

  it('runs only the chosen files and tests', async () => {
    const files = {
      'package.json': MODULE,
      'test/a.test.js': `${HEAD}test('a', () => {}); test('b', () => { throw new Error(); });\n`,
      'test/c.test.js': `${HEAD}test('c', () => { throw new Error(); });\n`,
    };
    expect(outcomes((await runProject(files, { files: ['test/c.test.js'] })).tests)).toEqual({ 'test/c.test.js > c': 'failed' });
    expect(await runProject(files, { testIds: ['test/a.test.js > a'] })).toMatchObject({ status: 'passed', tests: [{ id: 'test/a.test.js > a' }] });
  });

  it('collects nothing, and is not broken, where there are no tests', async () => {
    expect(await runProject({ 'index.js': 'module.exports = 1;\n' })).toMatchObject({ status: 'passed', collected: 0, errors: [], check: { framework: 'node:test' } });
  });

  it('takes a script that asserts without a framework as one test, and helpers as none', async () => {
    const run = await runProject({
      'package.json': MODULE,
      'test/good.js': "import assert from 'node:assert';\nassert.equal(1, 1);\n",
      'test/bad.js': "import assert from 'node:assert';\nassert.equal(1, 2);\n",
      'test/helper.js': 'export const x = 1;\n',
      'test/odd.test.js': `${HEAD}test('', () => {}); for (const n of [1, 2]) test('n' + n, () => {}); if (n === 3) test('never', () => {});\nvar n;\n`,
    });
    expect(run).toMatchObject({ status: 'failed', errors: [] });
    expect(outcomes(run.tests)).toEqual({
      'test/bad.js': 'failed', 'test/good.js': 'passed', 'test/odd.test.js > <anonymous>': 'passed', 'test/odd.test.js > n1': 'passed', 'test/odd.test.js > n2': 'passed',
    });
  });

  it('runs the build that the script runs first, and says when it fails', async () => {
    const files = (build: string) => ({
      'package.json': JSON.stringify({ type: 'module', scripts: { build, test: 'npm run build && node --test dist/' } }),
      'dist/a.test.js': `${HEAD}import { readFileSync } from 'node:fs';\ntest('built', () => assert.equal(readFileSync('built.txt', 'utf8'), 'yes'));\n`,
    });
    expect(await runProject(files("node -e \"require('fs').writeFileSync('built.txt', 'yes')\" && mkdir -p x"))).toMatchObject({ status: 'passed', collected: 1 });
    expect(await runProject(files('echo cannot build >&2 && exit 3'))).toMatchObject({ status: 'broken', errors: [{ message: expect.stringContaining('cannot build') }] });
  });

  it('runs TypeScript tests through the project’s tsx', async () => {
    const run = await runProject({
      'package.json': '{"type":"module","devDependencies":{"tsx":"4"}}', 'tsconfig.json': '{}',
      'test/a.test.ts': `${HEAD}const n: number = 1;\ntest('typed', () => assert.equal(n, 2));\n`,
    }, { modules: OWN_MODULES });
    expect(run).toMatchObject({ status: 'failed', check: { language: 'typescript' }, tests: [{ id: 'test/a.test.ts > typed', line: 4, outcome: 'failed' }] });
  });

  it('says which test was running when time ran out', async () => {
    const run = await runProject({ 'package.json': MODULE, 'a.test.js': `${HEAD}test('fine', () => {});\ntest('hangs', () => new Promise(() => { setInterval(() => {}, 1000); }));\n` }, { limits: { wallMs: 3_000 } });
    expect(run.status).not.toBe('passed');
    expect(outcomes(run.tests)).toEqual({ 'a.test.js > fine': 'passed', 'a.test.js > hangs': 'error' });
  });

  it('keeps nested packages apart', async () => {
    const files = {
      'package.json': '{"workspaces":["packages/*"],"scripts":{"test":"npm test --workspaces"}}',
      'packages/a/package.json': MODULE, 'packages/a/test/a.test.js': `${HEAD}test('a', () => {});\n`,
      'packages/b/package.json': MODULE, 'packages/b/test/b.test.js': `${HEAD}test('b', () => { throw new Error('b'); });\n`,
    };
    expect(await runProject(files)).toMatchObject({ status: 'passed', check: { cwd: 'packages/a' }, tests: [{ id: 'packages/a/test/a.test.js > a' }] });
    expect(await runProject(files, { check: 1 })).toMatchObject({ status: 'failed', tests: [{ id: 'packages/b/test/b.test.js > b', frames: [{ file: 'packages/b/test/b.test.js', line: 3 }] }] });
  });
});
