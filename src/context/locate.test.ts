import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { javascript } from '../languages/javascript/javascript.ts';
import type { CheckReport, Language } from '../languages/types.ts';
import { openWorkbench } from '../workspace/open.ts';
import type { Workbench } from '../workspace/types.ts';
import { locate } from './locate.ts';

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

async function projectOf(files: Record<string, string>): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-locate-'));
  made.push(folder);
  await mkdir(join(folder, 'app'));
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, 'app', path), text);
  return openWorkbench({ source: join(folder, 'app'), root: join(folder, 'bench'), blobs: join(folder, 'blobs') });
}

const report = (tests: CheckReport['tests']): CheckReport => ({
  check: { id: 'node:test', framework: 'node:test', cwd: '', why: '' }, status: 'failed', tests, collected: tests.length, errors: [], exitCode: 1, durationMs: 1, output: '',
  sandbox: { status: 'exited', rung: 'A', wallMs: 1, cpuMs: 1, peakMemoryBytes: 1 },
});

describe('the files that a request concerns', () => {
  it('are those that a failing test imports, however little the request says', async () => {
    const bench = await projectOf({ 'prices.js': 'export const tax = 0;\n', 'other.js': 'export const x = 1;\n', 'shop.test.js': "import { tax } from './prices.js';\n" });
    const found = await locate({ bench, languages: [javascript], request: 'make it green', reports: [report([{ id: 'a', file: 'shop.test.js', outcome: 'failed' }])] });
    expect(found.map((f) => f.path)).toEqual(['shop.test.js', 'prices.js']);
    expect(found[1]!.why).toContain('a failing test imports it');
  });

  it('are found by reading a test file once, also when hundreds of its tests fail', async () => {
    const bench = await projectOf({ 'prices.js': 'export const tax = 0;\n', 'shop.test.js': "import { tax } from './prices.js';\n" });
    const read: string[] = [];
    const counted: Language = { ...javascript, parse: (path, source) => (read.push(path), javascript.parse(path, source)) };
    const tests = Array.from({ length: 300 }, (_, i) => ({ id: `t${i}`, file: 'shop.test.js', outcome: 'failed' as const }));
    await locate({ bench, languages: [counted], request: 'make it green', reports: [report(tests)] });
    expect(read).toEqual(['shop.test.js']);
  });
});
