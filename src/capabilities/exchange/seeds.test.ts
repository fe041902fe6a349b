import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { functionLanguage } from '../../languages/function/registry.ts';
import { nodeToolchain } from '../../languages/javascript/toolchain.ts';
import { languages } from '../../languages/registry.ts';
import type { Check } from '../../languages/types.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { runCheck } from '../../verify/run-check.ts';
import { openWorkbench } from '../../workspace/open.ts';
import type { Workbench } from '../../workspace/types.ts';
import { EVIDENCE_FILE, filesOf, readFolder } from '../library/files.ts';
import { meetsCase } from '../run/run.ts';
import { schemasOf } from '../run/schemas.ts';
import { GATES, type Json, type JsonSchema, type UseResult } from '../types.ts';
import { SEEDS, seedTools } from './seeds.ts';

const seeds = (await seedTools()).map(({ tool, evidence }) => ({ name: tool.name, tool, evidence }));
const of = (language: string): string[] => seeds.filter(({ tool }) => tool.language === language).map(({ name }) => name);

test('the tools that come along are enough, in every language', () => {
  expect(seeds.length).toBeGreaterThanOrEqual(24);
  expect(of('python').length).toBeGreaterThanOrEqual(10);
  expect(of('javascript').length + of('typescript').length).toBeGreaterThanOrEqual(6);
  expect(of('typescript').length).toBeGreaterThanOrEqual(2);
  expect(of('go').length).toBeGreaterThanOrEqual(5);
  expect(seeds.map(({ name }) => name)).toContain('calculate_percentage');
});

describe.each(seeds)('$name', ({ name, tool, evidence }) => {
  test('is what its hashes and its evidence say, file by file', async () => {
    const folder = join(SEEDS, name);
    expect((await readFolder(folder)).edited).toBe(false);
    expect(evidence).toMatchObject({ hash: tool.hash, gates: GATES.map((gate) => ({ gate, ok: true })) });
    for (const file of filesOf(tool)) expect([file.name, await readFile(join(folder, file.name), 'utf8')]).toEqual([file.name, file.text]);
    expect((await readdir(folder)).filter((file) => !/^(?:__pycache__|\.pytest_cache)$/.test(file)).toSorted()).toEqual([...filesOf(tool).map((file) => file.name), EVIDENCE_FILE].toSorted());
  });

  test('has a contract that fits its signature, with cases and laws enough', async () => {
    const { parameters, returns } = schemasOf(await functionLanguage(tool.language).parseSignature(tool.signature, name));
    const bare = ({ description: _description, minimum: _minimum, maximum: _maximum, ...schema }: JsonSchema): JsonSchema => schema;
    const ofTool = tool.parameters as { properties: Record<string, JsonSchema> };
    expect({ ...ofTool, properties: Object.fromEntries(Object.entries(ofTool.properties).map(([key, schema]) => [key, bare(schema)])) }).toEqual(parameters);
    expect(tool.returns).toEqual(returns);
    expect(Object.values(ofTool.properties).every(({ description }) => typeof description === 'string')).toBe(true);
    const from = (origin: string): number => tool.cases.filter((one) => one.from === origin).length;
    expect([tool.cases.length >= 10, from('specification') >= 3, from('hidden') >= 5, tool.properties.length >= 2, tool.requests.length]).toEqual([true, true, true, true, 3]);
    // What it declares to refuse, a case shows.
    expect(tool.cases.some(({ error }) => error !== undefined)).toBe(tool.errors.length > 0);
  });
});

describe('their own tests', () => {
  let root: string;
  let bench: Workbench;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'ug-seeds-'));
    bench = await openWorkbench({ source: SEEDS, root: join(root, 'bench'), blobs: join(root, 'blobs') });
  });
  afterAll(async () => {
    await bench.dispose();
    await rm(root, { recursive: true, force: true });
  });
  const casesOf = (names: readonly string[]): number => seeds.filter(({ name }) => names.includes(name)).reduce((sum, { tool }) => sum + tool.cases.length, 0);

  test.each<[string, Pick<Check, 'framework' | 'language' | 'cwd'>, string[]]>([
    ['Python, all in one go', { framework: 'pytest', language: 'python', cwd: '' }, of('python')],
    ['one of Go', { framework: 'go test', language: 'go', cwd: 'cidr_info' }, ['cidr_info']],
  ])('pass for %s', async (_, check, names) => {
    const report = await runCheck({ id: check.framework, why: 'its own tests', ...check }, { bench, sandbox: await openSandbox(), languages });
    expect(report.tests.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect([report.status, report.tests.length]).toEqual(['passed', expect.toSatisfy((count: number) => count >= casesOf(names))]);
  });

  // Each folder is a package of its own, which a check of a project runs one by one.
  test('pass for JavaScript, all in one go', async () => {
    const { mounts, env } = await nodeToolchain(bench);
    const { exitCode, stdout } = await (await openSandbox()).run({
      argv: [process.execPath, '--test', '--test-reporter=tap', ...of('javascript').map((name) => `${name}/${name}.test.js`)], workspace: bench.root, mountAt: bench.mountAt, mounts: [...bench.mounts, ...mounts], env,
    });
    expect([exitCode, /^# pass (\d+)$/m.exec(stdout)?.[1], /^# fail (\d+)$/m.exec(stdout)?.[1]]).toEqual([0, String(casesOf(of('javascript'))), '0']);
  });

  test('hold for TypeScript, whose files not every Node runs as they are', async () => {
    for (const { name, tool } of seeds.filter((seed) => seed.tool.language === 'typescript')) {
      const module = (await import(join(SEEDS, name, `${name}.ts`))) as Record<string, (...args: unknown[]) => Json>;
      const names = Object.keys((tool.parameters as { properties: object }).properties);
      const call = (args: Record<string, Json>): UseResult => {
        try {
          return { ok: true, result: module[name]!(...names.map((each) => args[each])), ms: 0 };
        } catch (error) {
          return { ok: false, kind: 'declared_error', error: (error as Error).name, message: (error as Error).message, ms: 0 };
        }
      };
      expect(tool.cases.filter((one) => !meetsCase(one, call(one.arguments))).map((one) => [name, one])).toEqual([]);
    }
  });
});
