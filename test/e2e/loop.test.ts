import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIX, Lab, NODE_PROJECT, plan, PYTHON_FIX, PYTHON_PROJECT, reflection, snapshot } from '../support/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

const node = (more: Record<string, string> = {}) => lab.project({ ...NODE_PROJECT, ...more });
const python = (more: Record<string, string> = {}) => lab.project({ ...PYTHON_PROJECT, ...more });
const WRONG: typeof FIX = ['edit_file', { path: 'calc.js', edits: [{ oldText: '  return a - b;', newText: '  return b - a;' }] }];

describe('a run', () => {
  it.each([
    ['Node', node, FIX, 'calc.js'],
    ['Python', python, PYTHON_FIX, 'calc.py'],
  ] as const)('takes a %s project from red to green, applies the change, and undo takes it back', async (_name, make, fix, file) => {
    const directory = await make();
    const before = await snapshot(directory, { times: true });
    const { outcome } = await lab.play({ directory, request: 'add is wrong' }, [plan(fix)]);
    expect(outcome).toMatchObject({ outcome: 'green', exitCode: 0, iterations: 1 });
    expect(await readFile(join(directory, file), 'utf8')).toContain('return a + b');
    const receipt = JSON.parse(await readFile(join(outcome.folder, 'receipt.json'), 'utf8')) as Record<string, any>;
    expect(receipt).toMatchObject({ outcome: 'green', applied: true, verdict: { proof: 'red_to_green' } });
    expect(receipt['tests'].map((t: any) => [t.before, t.after]).sort()).toEqual([['failed', 'passed'], ['passed', 'passed']]);
    await (await lab.open()).undo({ directory });
    const after = await snapshot(directory, { times: true });
    delete before[file];
    delete after[file];
    expect(after).toEqual(before);
    expect(await readFile(join(directory, file), 'utf8')).toContain('return a - b');
  });

  it('reflects on a wrong attempt, tells the planner what was tried, and gets it right', async () => {
    const directory = await node();
    const { outcome, requests } = await lab.play({ directory, request: 'add is wrong' }, [plan(WRONG), reflection('the operands are swapped, not added'), plan(['edit_file', { path: 'calc.js', edits: [{ oldText: 'return b - a;', newText: 'return a + b;' }] }])]);
    expect(outcome).toMatchObject({ outcome: 'green', iterations: 2 });
    expect(JSON.stringify(requests[2]!.body)).toContain('the operands are swapped, not added');
  });

  it('starts the next attempt from known files when a step failed', async () => {
    const directory = await node();
    const half = plan(['edit_file', { path: 'calc.js', edits: [{ oldText: 'return a * b;', newText: 'return 0;' }] }], ['edit_file', { path: 'calc.js', edits: [{ oldText: 'nowhere', newText: 'x' }] }]);
    const { outcome, named } = await lab.play({ directory, request: 'add is wrong' }, [half, half, reflection(), plan(FIX)]);
    expect(outcome.outcome).toBe('green');
    expect(await readFile(join(directory, 'calc.js'), 'utf8')).toContain('return a * b;');
    expect(named('applied')).toHaveLength(1);
  });

  it('counts a new test only when it was seen red on the old code', async () => {
    const directory = await node({ 'test/calc.test.js': NODE_PROJECT['test/calc.test.js']!.replace(/test\('add'[\s\S]*?\}\);\n\n/, '') });
    const test = (body: string) => `import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { add } from '../calc.js';\n\ntest('adds', () => {\n  ${body}\n});\n`;
    const good = await lab.play({ directory, request: 'add is wrong' }, [plan(FIX, ['create_file', { path: 'test/add.test.js', content: test('assert.equal(add(2, 3), 5);') }])]);
    expect(good.outcome.outcome).toBe('green');
    const receipt = JSON.parse(await readFile(join(good.outcome.folder, 'receipt.json'), 'utf8')) as Record<string, any>;
    expect(receipt['verdict']).toMatchObject({ proof: 'new_test', newTests: [{ counts: true, seenRed: { errorClass: expect.stringContaining('Assertion') } }] });
    const other = await node({ 'test/calc.test.js': NODE_PROJECT['test/calc.test.js']!.replace(/test\('add'[\s\S]*?\}\);\n\n/, '') });
    const weak = await lab.play({ directory: other, request: 'add is wrong' }, [plan(FIX, ['create_file', { path: 'test/add.test.js', content: test('assert.ok(true); add(1, 1);') }])]);
    const weakReceipt = JSON.parse(await readFile(join(weak.outcome.folder, 'receipt.json'), 'utf8')) as Record<string, any>;
    expect(weakReceipt['verdict'].newTests[0].counts).toBe(false);
    expect(weakReceipt['verdict'].proof).toBe('unchanged_behaviour');
  });

  it('makes a project from nothing, with tests that were red before the code was there', async () => {
    const directory = await lab.project({});
    const { outcome } = await lab.play({ directory, request: 'a module that doubles', language: 'javascript' }, [
      plan(
        ['create_file', { path: 'package.json', content: '{ "name": "double", "type": "module", "scripts": { "test": "node --test" } }\n' }],
        ['create_file', { path: 'double.js', content: 'export const double = (n) => n * 2;\n' }],
        ['create_file', { path: 'test/double.test.js', content: "import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { double } from '../double.js';\n\ntest('doubles', () => assert.equal(double(4), 8));\n" }],
      ),
    ]);
    expect(outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    expect(await readFile(join(directory, 'double.js'), 'utf8')).toContain('n * 2');
  });

  it('shows a plan that only reads its findings before the next one', async () => {
    const directory = await node();
    const { outcome, requests } = await lab.play({ directory, request: 'add is wrong' }, [plan(['file_read', { path: 'package.json' }]), plan(FIX)]);
    expect(outcome).toMatchObject({ outcome: 'green', iterations: 2 });
    expect(JSON.stringify(requests[1]!.body)).toContain('file_read');
  });

  it('applies nothing with apply never, and waits for a person with apply ask', async () => {
    const directory = await node();
    const before = await snapshot(directory, { times: true });
    const never = await lab.play({ directory, request: 'add is wrong' }, [plan(FIX)], { settings: (s) => (s.apply = 'never') });
    expect(never.outcome).toMatchObject({ outcome: 'green', exitCode: 0, applied: undefined });
    const ask = await lab.play({ directory, request: 'add is wrong' }, [plan(FIX)], { settings: (s) => (s.apply = 'ask') });
    expect(ask.outcome).toMatchObject({ outcome: 'approval', exitCode: 4 });
    expect(await snapshot(directory, { times: true })).toEqual(before);
    const resumed = await lab.play({ directory, request: '' }, [], { settings: (s) => (s.apply = 'ask'), resume: ask.outcome.run, approved: ['all'] });
    expect(resumed.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    expect(resumed.requests).toHaveLength(0);
    expect(await readFile(join(directory, 'calc.js'), 'utf8')).toContain('return a + b;');
  });

  it('stops when it is cancelled and goes on where it was', async () => {
    const directory = await node();
    const before = await snapshot(directory, { times: true });
    const controller = new AbortController();
    const stopped = await lab.play({ directory, request: 'add is wrong' }, [plan(WRONG), () => (controller.abort(), 'hang' as const)], { signal: controller.signal });
    expect(stopped.outcome).toMatchObject({ outcome: 'cancelled', exitCode: 130 });
    expect(await snapshot(directory, { times: true })).toEqual(before);
    const resumed = await lab.play({ directory, request: '' }, [reflection(), plan(['edit_file', { path: 'calc.js', edits: [{ oldText: 'return b - a;', newText: 'return a + b;' }] }])], { resume: stopped.outcome.run });
    expect(resumed.outcome).toMatchObject({ outcome: 'green', iterations: 2 });
  });

  it('runs a plan written by hand without asking a planner', async () => {
    const directory = await node();
    const byHand = { summary: 'fix', steps: [{ id: 's1', action: FIX[0], args: FIX[1], dependsOn: [], why: '' }], checks: [] };
    const { outcome, requests } = await lab.play({ directory, request: '', plan: byHand }, []);
    expect(outcome.outcome).toBe('green');
    expect(requests).toHaveLength(0);
  });

  it('merges with a change that was made to another part meanwhile, and refuses one to the same lines', async () => {
    const directory = await node();
    const { writeFile } = await import('node:fs/promises');
    const change = (text: string) => async () => {
      const [from, to] = text === 'far' ? ['a * b', 'b * a'] : ['a - b', 'a - b - 0'];
      await writeFile(join(directory, 'calc.js'), NODE_PROJECT['calc.js']!.replace(from!, to!));
    };
    const during = (what: string) => (request: unknown) => {
      void request;
      pending = change(what)();
      return plan(FIX);
    };
    let pending: Promise<void> | undefined;
    const far = await lab.play({ directory, request: 'add is wrong' }, [during('far')]);
    await pending;
    expect(far.outcome).toMatchObject({ outcome: 'green', applied: { files: [{ path: 'calc.js', merged: true }] } });
    expect(await readFile(join(directory, 'calc.js'), 'utf8')).toMatch(/a \+ b[\s\S]*b \* a/);
    await writeFile(join(directory, 'calc.js'), NODE_PROJECT['calc.js']!);
    const near = await lab.play({ directory, request: 'add is wrong' }, [during('near')]);
    expect(near.outcome).toMatchObject({ outcome: 'not_green', exitCode: 1, error: { code: 'conflict' } });
    expect(await readFile(join(directory, 'calc.js'), 'utf8')).toContain('a - b - 0');
  });

  it.each(['auto', 'none'] as const)('shows ignored dependencies to the tests, with sandbox %s', async (mode) => {
    const directory = await node({
      '.gitignore': 'node_modules\n',
      'node_modules/five/package.json': '{ "name": "five", "version": "1.0.0", "main": "five.js" }\n',
      'node_modules/five/five.js': 'module.exports = 5;\n',
      'test/five.test.js': "import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport five from 'five';\nimport { add } from '../calc.js';\n\ntest('five', () => assert.equal(add(2, 3), five));\n",
    });
    const before = await snapshot(join(directory, 'node_modules'), { times: true });
    const { outcome } = await lab.play({ directory, request: 'add is wrong' }, [plan(FIX)], { settings: (s) => (s.sandbox.mode = mode) });
    expect(outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    expect(await snapshot(join(directory, 'node_modules'), { times: true })).toEqual(before);
  });
});
