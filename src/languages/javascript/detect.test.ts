import { describe, expect, it } from 'vitest';
import { typescript } from '../typescript/typescript.ts';
import { javascript } from './javascript.ts';
import { checksOf, projectOf } from './projects.prop.ts';

const pkg = (script: string | undefined, dependencies: string[] = [], more = {}) =>
  JSON.stringify({ ...(script ? { scripts: { test: script } } : {}), devDependencies: Object.fromEntries(dependencies.map((d) => [d, '*'])), ...more });
const NODE = "import test from 'node:test';\ntest('a', () => {});\n";

describe('detect', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['node --test', { 'package.json': pkg('node --test') }, ['node:test']],
    ['node with flags', { 'package.json': pkg('NODE_ENV=test node --import tsx --test "test/**/*.ts"') }, ['node:test']],
    ['tsx --test', { 'package.json': pkg('tsx --test') }, ['node:test']],
    ['vitest', { 'package.json': pkg('vitest run --coverage') }, ['vitest']],
    ['vitest behind a lint', { 'package.json': pkg('eslint . && vitest run') }, ['vitest']],
    ['jest', { 'package.json': pkg('jest') }, ['jest']],
    ['jest through node', { 'package.json': pkg('node --experimental-vm-modules node_modules/jest/bin/jest.js') }, ['jest']],
    ['jest through cross-env', { 'package.json': pkg('cross-env NODE_ENV=test jest --ci') }, ['jest']],
    ['a script that calls another', { 'package.json': JSON.stringify({ scripts: { test: 'npm run unit', unit: 'vitest run' } }) }, ['vitest']],
    ['mocha', { 'package.json': pkg('mocha') }, ['command npm test']],
    ['a lint only', { 'package.json': pkg('eslint .') }, ['command npm test']],
    ['npm’s default script', { 'package.json': pkg('echo "Error: no test specified" && exit 1') }, ['node:test']],
    ['no script, vitest installed, tests', { 'package.json': pkg(undefined, ['vitest']), 'a.test.js': '' }, ['vitest']],
    ['no script, vitest installed, no tests', { 'package.json': pkg(undefined, ['vitest']) }, ['vitest']],
    ['no script, jest installed', { 'package.json': pkg(undefined, ['jest']), '__tests__/a.js': '' }, ['jest']],
    ['no script, files import node:test', { 'package.json': '{}', 'checks/a.mjs': NODE }, ['node:test']],
    ['bare files', { 'index.js': 'f();\n' }, ['node:test']],
    ['bare files with tests', { 'lib.mjs': '', 'lib.test.mjs': NODE }, ['node:test']],
    ['a package.json that does not parse', { 'package.json': '{"name":', 'a.test.js': NODE }, ['node:test']],
    ['a Python project with a script', { 'pyproject.toml': '', 'static/app.js': 'f();\n' }, []],
    ['nothing of ours', { 'main.py': 'f()\n' }, []],
  ])('%s', async (_, files, expected) => {
    const checks = await checksOf(await projectOf(files));
    expect(checks.map((c) => (c.framework === 'command' ? `command ${c.command}` : c.framework))).toEqual(expected);
  });

  it('gives nested packages their own directory, and the root script that fans out none', async () => {
    const bench = await projectOf({
      'package.json': pkg('npm test --workspaces', [], { workspaces: ['packages/*'] }),
      'packages/a/package.json': pkg('vitest run'), 'packages/a/a.test.ts': '',
      'packages/b/package.json': pkg('node --test'), 'packages/b/test/b.test.js': NODE,
      'packages/c/package.json': '{}', 'packages/c/index.js': '',
      'tools/package.json': '{"type":"commonjs"}', 'test/fixtures/x/package.json': pkg('jest'),
    });
    expect((await checksOf(bench)).map((c) => [c.id, c.cwd, c.language])).toEqual([
      ['node:test (packages/b)', 'packages/b', 'javascript'], ['vitest (packages/a)', 'packages/a', 'typescript'],
    ]);
    expect((await javascript.detect(bench)).map((d) => d.root)).toEqual(['', 'packages/b', 'packages/c']);
    expect((await typescript.detect(bench)).map((d) => d.root)).toEqual(['packages/a']);
  });

  it('names folders, evidence and the package manager', async () => {
    const bench = await projectOf({ 'package.json': pkg('vitest'), 'tsconfig.json': '{}', 'pnpm-lock.yaml': '', 'src/a/b.ts': '', 'test/unit/b.test.ts': '', 'vitest.config.ts': '' });
    expect(await javascript.detect(bench)).toEqual([]);
    expect(await typescript.detect(bench)).toMatchObject([{ language: 'typescript', root: '', sources: ['src'], tests: ['test'], packageManager: 'pnpm', evidence: ['package.json', 'tsconfig.json', '3 source files (src/a/b.ts, …)'] }]);
  });

  it.each([
    [{ 'package.json': '{}', 'package-lock.json': '{}' }, 'npm'], [{ 'package.json': '{}', 'yarn.lock': '' }, 'yarn'], [{ 'package.json': '{}', 'bun.lock': '' }, 'bun'],
    [{ 'package.json': '{"packageManager":"pnpm@9.0.0"}' }, 'pnpm'], [{ 'package.json': '{}' }, 'npm'], [{ 'a.js': '' }, undefined],
  ] as [Record<string, string>, string | undefined][])('package manager of %j', async (files, manager) => {
    expect((await javascript.detect(await projectOf({ 'a.js': '', ...files })))[0]?.packageManager).toBe(manager);
  });
});
