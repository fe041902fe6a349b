import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIX, Lab, NODE_PROJECT, plan, PYTHON_PROJECT, reflection, snapshot } from '../support/lab.ts';
import type { Reply } from '../support/model-server.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

/** Everything of the project and beside it: nothing outside the workbench may change. */
async function untouched(directory: string, work: () => Promise<void>): Promise<void> {
  await writeFile(join(dirname(directory), 'outside.txt'), 'outside\n');
  const before = await snapshot(dirname(directory), { times: true });
  await work();
  expect(await snapshot(dirname(directory), { times: true })).toEqual(before);
}

describe('a model server that misbehaves', () => {
  const cases: [what: string, replies: Reply[], outcome: string, exit: number][] = [
    ['never answers', ['hang', 'hang'], 'no_model', 8],
    ['resets the connection', ['reset', 'reset'], 'no_model', 8],
    ['answers 429 for good', [{ status: 429, headers: { 'retry-after': '0' } }, { status: 429, headers: { 'retry-after': '0' } }], 'no_model', 8],
    ['answers 500 for good', [{ status: 500 }, { status: 500 }], 'no_model', 8],
    ['refuses the key', [{ status: 401, error: 'Invalid API key.' }], 'no_model', 8],
    ['streams rubbish', ['malformed', 'malformed'], 'no_model', 8],
    ['answers in prose', [{ content: 'Sure! I would change the minus to a plus.' }, { content: 'As I said, just change the sign.' }], 'plan_refused', 3],
    ['answers an empty object', [{ content: '{}' }, { content: '{}' }], 'plan_refused', 3],
  ];
  it.each(cases)('that %s ends the run as it should, with nothing touched', async (_what, replies, outcome, exitCode) => {
    const directory = await lab.project(NODE_PROJECT);
    await untouched(directory, async () => {
      const played = await lab.play({ directory, request: 'add is wrong' }, replies);
      expect(played.outcome).toMatchObject({ outcome, exitCode });
    });
  });

  it('is asked again after 429, 500 and a reset, and then the run goes on', async () => {
    for (const first of [{ status: 429, headers: { 'retry-after': '0' } }, { status: 500 }, 'reset', { content: 'no plan', break_after: 1, break_with: 'reset' }] as Reply[]) {
      const directory = await lab.project(NODE_PROJECT);
      const { outcome } = await lab.play({ directory, request: 'add is wrong' }, [first, plan(FIX)]);
      expect(outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    }
  });
});

describe('a plan that is refused', () => {
  const step = (action: string, args: Record<string, unknown>, more: Record<string, unknown> = {}) => ({ id: 's1', action, args, dependsOn: [], why: '', ...more });
  const whole = (steps: unknown[]): Reply => ({ json: { summary: 's', steps, checks: [] } });
  const cases: [what: string, reply: Reply][] = [
    ['an unknown action', whole([step('launch_missiles', {})])],
    ['a cycle', whole([step('delete_file', { path: 'calc.js' }, { dependsOn: ['s2'] }), step('create_file', { path: 'x.js', content: '' }, { id: 's2', dependsOn: ['s1'] })])],
    ['a path outside the project', whole([step('create_file', { path: '../outside.txt', content: 'x' })])],
    ['an absolute path', whole([step('create_file', { path: '/tmp/untilgreen-absolute.txt', content: 'x' })])],
    ['a path inside .git', whole([step('create_file', { path: '.git/hooks/post-checkout', content: '#!/bin/sh\n' })])],
    ['no steps', whole([])],
    ['wrong arguments', whole([step('edit_file', { file: 'calc.js' })])],
  ];
  it.each(cases)('for %s ends with exit 3 and nothing touched', async (_what, reply) => {
    const directory = await lab.project(NODE_PROJECT);
    await untouched(directory, async () => {
      const { outcome, requests } = await lab.play({ directory, request: 'add is wrong' }, [reply, reply]);
      expect(outcome).toMatchObject({ outcome: 'plan_refused', exitCode: 3 });
      expect(requests).toHaveLength(2);
    });
  });

  it('never writes through a symbolic link that leads out', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const target = join(dirname(directory), 'elsewhere');
    await mkdir(target);
    await writeFile(join(target, 'secret.txt'), 'secret\n');
    await symlink(target, join(directory, 'linked'));
    await untouched(directory, async () => {
      const through = plan(['create_file', { path: 'linked/new.txt', content: 'x' }]);
      const { outcome } = await lab.play({ directory, request: 'add is wrong' }, [through, through, reflection('no way', { giveUp: true })]);
      expect([1, 3]).toContain(outcome.exitCode);
      const read = plan(['file_read', { path: 'linked/secret.txt' }]);
      const second = await lab.play({ directory, request: 'add is wrong' }, [read, read, reflection('no way', { giveUp: true })]);
      expect(second.outcome.exitCode).not.toBe(0);
      expect(JSON.stringify(second.requests.map((r) => r.body))).not.toContain('secret\\n');
    });
  });
});

describe('a change that cheats', () => {
  const TEST = 'test/calc.test.js';
  const edit = (path: string, oldText: string, newText: string): [string, Record<string, unknown>] => ['edit_file', { path, edits: [{ oldText, newText }] }];
  const cases: [what: string, files: Record<string, string>, steps: [string, Record<string, unknown>][]][] = [
    ['deletes the test file', NODE_PROJECT, [['delete_file', { path: TEST }]]],
    ['moves the test file away', NODE_PROJECT, [['move_file', { from: TEST, to: 'old/calc.txt' }]]],
    ['weakens an assertion', NODE_PROJECT, [edit(TEST, 'assert.equal(add(2, 3), 5);', 'assert.ok(add(2, 3));')]],
    ['changes what is expected', NODE_PROJECT, [edit(TEST, 'assert.equal(add(2, 3), 5);', 'assert.equal(add(2, 3), -1);')]],
    ['skips the test', NODE_PROJECT, [edit(TEST, "test('add', () => {", "test.skip('add', () => {")]],
    ['runs only another test', NODE_PROJECT, [edit(TEST, "test('mul', () => {", "test.only('mul', () => {")]],
    ['changes the test script', NODE_PROJECT, [edit('package.json', '"node --test"', '"true"')]],
    ['replaces assert inside the test file', NODE_PROJECT, [edit(TEST, "import { add, mul } from '../calc.js';", "import { add, mul } from '../calc.js';\nassert.equal = () => {};")]],
    ['weakens a Python assertion', PYTHON_PROJECT, [edit('tests/test_calc.py', 'assert add(2, 3) == 5', 'assert add(2, 3)')]],
    ['skips a Python test', PYTHON_PROJECT, [edit('tests/test_calc.py', 'def test_add():', 'import pytest\n\n\n@pytest.mark.skip\ndef test_add():')]],
    [
      'adds a conftest that turns failures into passes', PYTHON_PROJECT,
      [['create_file', { path: 'conftest.py', content: 'import pytest\n\n\n@pytest.hookimpl(hookwrapper=True)\ndef pytest_runtest_makereport(item, call):\n    outcome = yield\n    outcome.get_result().outcome = "passed"\n' }]],
    ],
    ['deselects the test by configuration', PYTHON_PROJECT, [edit('pyproject.toml', 'pythonpath = ["."]', 'pythonpath = ["."]\naddopts = "-k mul"')]],
  ];
  it.each(cases)('and %s is told once, then waits for a person with exit 4, nothing touched', async (_what, files, steps) => {
    const directory = await lab.project(files);
    await untouched(directory, async () => {
      const { outcome, named } = await lab.play({ directory, request: 'make the tests green' }, [plan(...steps), reflection(), plan(...steps), reflection(), plan(...steps)], { repeat: true, settings: (s) => (s.orchestrator.max_iterations = 3) });
      // Where the cheat leaves the suite red as well (a deleted test has vanished) it is simply not green.
      expect([4, 5, 6]).toContain(outcome.exitCode);
      expect(named('verdict').length).toBeGreaterThan(0);
      for (const verdict of named('verdict')) expect(verdict.data['green']).toBe(false);
      expect(named('applied')).toHaveLength(0);
    });
  });

  it('is applied when a person approves the edited test', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const loosen = () => plan(edit(TEST, 'assert.equal(add(2, 3), 5);', 'assert.ok(add(2, 3));'));
    const waits = await lab.play({ directory, request: 'loosen it' }, [loosen(), reflection(), loosen()]);
    expect(waits.outcome).toMatchObject({ outcome: 'approval', exitCode: 4 });
    const resumed = await lab.play({ directory, request: '' }, [], { resume: waits.outcome.run, approved: ['all'] });
    expect(resumed.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
  });

  const fakes: [what: string, files: Record<string, string>, steps: [string, Record<string, unknown>][]][] = [
    ['prints "10 passed" and exits 0 from the module', PYTHON_PROJECT, [edit('calc.py', 'def add(a, b):', 'import os\n\nprint("10 passed")\nos._exit(0)\n\n\ndef add(a, b):')]],
    ['raises SystemExit(0) in the function', PYTHON_PROJECT, [edit('calc.py', '    return a - b', '    raise SystemExit(0)')]],
    ['calls sys.exit(0) when imported', PYTHON_PROJECT, [edit('calc.py', 'def add(a, b):', 'import sys\n\nsys.exit(0)\n\n\ndef add(a, b):')]],
    ['prints TAP and exits 0 from the module', NODE_PROJECT, [edit('calc.js', 'export function add', "console.log('ok 1 - add\\n1..1\\n# pass 10\\n# fail 0');\nprocess.exit(0);\n\nexport function add")]],
  ];
  it.each(fakes)('and %s is never green', async (_what, files, steps) => {
    const directory = await lab.project(files);
    await untouched(directory, async () => {
      const { outcome } = await lab.play({ directory, request: 'make the tests green' }, [plan(...steps), reflection('no way', { giveUp: true })]);
      expect(outcome).toMatchObject({ outcome: 'not_green', exitCode: 1 });
    });
  });

  it.each([
    ['eval', NODE_PROJECT, edit('calc.js', '  return a - b;', "  return eval('a + b');")],
    ['a shell', NODE_PROJECT, edit('calc.js', 'export function add(a, b) {\n  return a - b;', "import { execSync } from 'node:child_process';\n\nexport function add(a, b) {\n  return Number(execSync(`expr ${a} + ${b}`));")],
    ['an aliased eval', PYTHON_PROJECT, edit('calc.py', '    return a - b', '    e = eval\n    return e("a + b")')],
    ['getattr on builtins', PYTHON_PROJECT, edit('calc.py', 'def add(a, b):\n    return a - b', 'import builtins\n\n\ndef add(a, b):\n    return getattr(builtins, "ev" + "al")("a + b", {"a": a, "b": b})')],
  ] as const)('and uses %s is blocked by the scan until a person agrees', async (_what, files, step) => {
    const directory = await lab.project(files);
    const steps: [string, Record<string, unknown>][] = [[step[0], step[1]]];
    await untouched(directory, async () => {
      const { outcome, named } = await lab.play({ directory, request: 'make the tests green' }, [plan(...steps), reflection(), plan(...steps)]);
      expect(outcome).toMatchObject({ outcome: 'approval', exitCode: 4 });
      expect(named('approval_requested')[0]?.data['kind']).toBe('finding');
    });
  });
});

describe('budgets and circles', () => {
  const wrong = (n: number) => plan(['edit_file', { path: 'calc.js', edits: [{ oldText: /return .*;/.exec(NODE_PROJECT['calc.js']!)![0], newText: `return a - b - ${n};` }] }]);
  it('stops at the iteration limit with exit 5 and keeps the best attempt out of the directory', async () => {
    const directory = await lab.project(NODE_PROJECT);
    await untouched(directory, async () => {
      const { outcome } = await lab.play({ directory, request: 'add is wrong' }, [wrong(1), reflection(), () => (plan(['edit_file', { path: 'calc.js', edits: [{ oldText: 'return a - b - 1;', newText: 'return a - b - 2;' }] }])), reflection()], { settings: (s) => (s.orchestrator.max_iterations = 2) });
      expect(outcome).toMatchObject({ outcome: 'budget', exitCode: 5, iterations: 2 });
    });
  });
  it('stops before the call that would exceed the tokens', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const usage = { prompt_tokens: 900, completion_tokens: 200 };
    const { outcome, requests } = await lab.play({ directory, request: 'add is wrong' }, [{ ...(wrong(1) as object), usage } as Reply, reflection()], { settings: (s) => (s.budget.tokens = 1_000) });
    expect(outcome).toMatchObject({ outcome: 'budget', exitCode: 5 });
    expect(requests).toHaveLength(1);
  });
  it('stops with exit 6 when the model repeats itself after a nudge and a clean restart', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const { outcome, requests } = await lab.play({ directory, request: 'add is wrong' }, [(request) => (JSON.stringify(request.body).includes('out why an attempt') ? reflection() : JSON.stringify(request.body).includes('return a - b - 1') ? plan(['file_write', { path: 'calc.js', mode: 'write', content: NODE_PROJECT['calc.js']!.replace('a - b', 'a - b - 1') }]) : wrong(1))], { repeat: true });
    expect(outcome).toMatchObject({ outcome: 'stuck', exitCode: 6 });
    expect(requests.some((r) => JSON.stringify(r.body).includes('You are repeating yourself'))).toBe(true);
    expect(requests.some((r) => JSON.stringify(r.body).includes('Post-mortem'))).toBe(true);
  });
});
