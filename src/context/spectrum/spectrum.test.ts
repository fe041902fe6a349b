import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../languages/registry.ts';
import type { Check } from '../../languages/types.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { openWorkbench } from '../../workspace/open.ts';
import { benchFiles } from '../files.ts';
import { readProject } from '../graph/read.ts';
import { measureRuns } from './measure.ts';
import { suspects } from './ochiai.ts';

let sandbox: Sandbox;
const made: string[] = [];
beforeAll(async () => {
  sandbox = await openSandbox({});
});
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

async function benchOf(files: Record<string, string>) {
  const folder = await mkdtemp(join(tmpdir(), 'untilgreen-spectrum-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'app', path)), { recursive: true });
    await writeFile(join(folder, 'app', path), text);
  }
  return openWorkbench({ source: join(folder, 'app'), root: join(folder, 'bench'), blobs: join(folder, 'blobs') });
}

const PYTHON = {
  'shop.py': 'def tax(x):\n    return x * 0\n\n\ndef name(x):\n    return x.title()\n\n\ndef both(x):\n    return x\n',
  'test_shop.py': 'import shop\n\n\ndef test_tax():\n    assert shop.tax(shop.both(10)) == 2\n\n\ndef test_name():\n    assert shop.name(shop.both("a")) == "A"\n',
};
const NODE = {
  'package.json': '{"type": "module", "scripts": {"test": "node --test"}}',
  'shop.js': 'export function tax(x) {\n  return x * 0;\n}\nexport function name(x) {\n  return x.toUpperCase();\n}\nexport const both = (x) => x;\n',
  'shop.test.js': "import assert from 'node:assert';\nimport { describe, test } from 'node:test';\nimport { both, name, tax } from './shop.js';\ndescribe('shop', () => {\n  test('tax', () => assert.equal(tax(both(10)), 2));\n  test('name', () => assert.equal(name(both('a')), 'A'));\n});\n",
};

describe('what failing tests run and passing ones do not', () => {
  it.each([
    ['pytest', 'python', PYTHON, 'shop.py#'],
    ['node:test', 'javascript', NODE, 'shop.js#'],
  ] as const)('stands first among the suspects of %s', async (framework, language, files, prefix) => {
    const bench = await benchOf(files);
    const check: Check = { id: framework, framework, language, cwd: '', why: 'asked' };
    const { runs, problem } = await measureRuns(check, { bench, sandbox, languages, took: 20_000 });
    expect(problem).toBeUndefined();
    expect(runs.map((run) => run.outcome).toSorted()).toEqual(['failed', 'passed']);
    const { graph } = await readProject(benchFiles(bench));
    const found = suspects(graph, runs);
    expect(found.map(({ id, failed, passed }) => [id, failed, passed])).toEqual([[`${prefix}tax`, 1, 0], [`${prefix}both`, 1, 1]]);
    expect(found[1]!.score).toBeCloseTo(Math.SQRT1_2);
    expect((await bench.list()).map((file) => file.path)).toEqual(Object.keys(files).toSorted());
  });

  it('is not measured for a command of the user, with a reason', async () => {
    const bench = await benchOf(PYTHON);
    const { runs, problem } = await measureRuns({ id: 'make test', framework: 'command', cwd: '', why: 'asked' }, { bench, sandbox, languages, took: 1 });
    expect([runs, problem]).toEqual([[], 'What the tests of make test run is not measured: only pytest and node:test can be.']);
  });
});

describe("Ochiai's coefficient", () => {
  it('lies between 0 and 1, is 1 only for what all failing tests run and no passing one, and does not hang on the order of the tests', async () => {
    const bench = await benchOf(PYTHON);
    const { graph } = await readProject(benchFiles(bench));
    const run = fc.record({ test: fc.string(), outcome: fc.constantFrom('passed' as const, 'failed' as const), at: fc.subarray([1, 5, 9]) });
    fc.assert(fc.property(fc.array(run, { maxLength: 8 }), (plain) => {
      const runs = plain.map(({ test, outcome, at }) => ({ test, outcome, lines: new Map([['shop.py', at]]) }));
      const found = suspects(graph, runs);
      const failing = runs.filter((r) => r.outcome === 'failed').length;
      for (const { score, failed, passed } of found) {
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1 + 1e-12);
        expect(score > 1 - 1e-12).toBe(failed === failing && passed === 0);
      }
      expect(suspects(graph, runs.toReversed())).toEqual(found);
    }));
  });
});
