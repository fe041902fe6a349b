import { describe, expect, it, vi } from 'vitest';
import { OWN_MODULES, projectOf } from '../languages/javascript/projects.prop.ts';
import { languages } from '../languages/registry.ts';
import { openSandbox } from '../sandbox/index.ts';
import { findChecks, takeBaseline } from './baseline.ts';
import { runChecks } from './run-check.ts';

vi.setConfig({ testTimeout: 120_000 });

describe('types in the loop', () => {
  it('are checked where the project has its own compiler; old errors do not count, new ones are red', async () => {
    const files = {
      'package.json': '{"type":"module","scripts":{"test":"node --test"}}', 'tsconfig.json': '{"compilerOptions":{"strict":true,"types":[],"lib":["es2022"]},"include":["src"]}',
      'src/old.ts': "export const old: number = 'text';\n", 'src/add.ts': 'export const add = (a: number, b: number): number => a + b;\n', 'test/a.test.js': "import test from 'node:test';\ntest('a', () => {});\n",
    };
    const bench = await projectOf(files, { show: OWN_MODULES });
    const runner = { bench, sandbox: await openSandbox(), languages };
    const checks = await findChecks(bench, languages, []);
    expect(checks.map((check) => check.id)).toEqual(['node:test', 'tsc']);
    expect((await findChecks(bench, languages, ['npx tsc --noEmit'])).map((check) => check.framework)).toEqual(['command', 'node:test']);
    const baseline = await takeBaseline(checks, runner, 1);
    expect(baseline.checks[1]!.known).toEqual(["src/old.ts > TS2322: Type 'string' is not assignable to type 'number'."]);
    expect(baseline.reports.map((report) => [report.check.id, report.status, report.tests.length])).toEqual([['node:test', 'passed', 1], ['tsc', 'passed', 0]]);
    expect((await runChecks(baseline.checks, runner))[1]).toMatchObject({ status: 'passed', tests: [] });
    await bench.write([{ kind: 'write', path: 'src/add.ts', content: "export const add = (a: number, b: number): string => a + b;\n" }, { kind: 'write', path: 'src/old.ts', content: `// moved down\n${files['src/old.ts']}` }]);
    expect((await runChecks(baseline.checks, runner))[1]).toMatchObject({ status: 'failed', tests: [{ file: 'src/add.ts', line: 1, outcome: 'failed' }] });
  });

  it('are not checked without a compiler in the project, or where the configuration only points to others', async () => {
    const files = { 'package.json': '{"scripts":{"test":"node --test"}}', 'tsconfig.json': '{}', 'a.test.ts': "import test from 'node:test';\ntest('a', () => {});\n" };
    expect((await findChecks(await projectOf(files), languages, [])).map((check) => check.id)).toEqual(['node:test']);
    expect((await findChecks(await projectOf({ ...files, 'tsconfig.json': '{"files":[],"references":[{"path":"./a"}]}' }, { show: OWN_MODULES }), languages, [])).map((check) => check.id)).toEqual(['node:test']);
  });
});
