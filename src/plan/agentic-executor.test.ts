import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../config/load.ts';
import type { ApprovalRequest } from '../tools/types.ts';
import { undoApply } from '../workspace/undo.ts';
import { AgenticExecutor, type AgenticExecutorOptions } from './agentic-executor.ts';
import { TaskPlan } from './task-plan.ts';

let root: string;
let project: string;
let executor: AgenticExecutor | undefined;

const FILES: Record<string, string> = {
  'shapes.py': 'def area(r):\n    return 3 * r * r\n\n\ndef edge(r):\n    return 6 * r\n',
  'src/deep/only.py': 'VALUE = 1\n',
  'tests/test_shapes.py': 'from shapes import area, edge\n\n\ndef test_area():\n    assert area(2) == 12\n\n\ndef test_edge():\n    assert edge(1) == 6\n',
  'conftest.py': '',
};

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-executor-')));
  project = join(root, 'project');
  for (const [path, text] of Object.entries(FILES)) write(path, text);
});
afterEach(async () => {
  await executor?.close();
  executor = undefined;
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, content: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), content);
}
const text = (path: string): string => readFileSync(join(project, path), 'utf8');
const files = (): Record<string, string> => Object.fromEntries(Object.keys(FILES).map((path) => [path, text(path)]));

/** An executor with a home of its own and no model in reach. */
async function open(more: Partial<AgenticExecutorOptions> = {}, flags: Record<string, unknown> = {}): Promise<AgenticExecutor> {
  const env = { PATH: process.env.PATH, HOME: root, UNTILGREEN_HOME: join(root, 'home'), XDG_CACHE_HOME: process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), UNTILGREEN_TOOLS: process.env.UNTILGREEN_TOOLS };
  executor = new AgenticExecutor({ directory: project, config: await loadConfig({ directory: project, env, cwd: project, flags }), ...more });
  return executor;
}

describe('tasks that need no model', () => {
  test('tests are run by a command, each one is counted, and nothing is changed', async () => {
    const result = await (await open()).execute('run the tests', { command: 'pytest tests/' });
    expect(result).toMatchObject({ ok: true, status: 'done', applied: [], run: undefined, steps: [{ id: 's1', action: 'run_tests', state: 'done', attempts: 1, summary: '2 tests ran, all green.' }] });
    expect(result.output).toContain('2 of 2 passed');
    expect(result.summary()).toBe('done: run the tests\n  ✓ s1 run_tests: 2 tests ran, all green.');
    expect(files()).toEqual(FILES);
  });

  test('a rename whose tests stay green is applied and can be undone', async () => {
    const result = await (await open()).execute('rename area to surface', { oldName: 'area', newName: 'surface', command: 'pytest tests/' });
    expect(result.error).toBeUndefined();
    expect(result).toMatchObject({ status: 'done', run: expect.stringMatching(/^tool-/), applied: [{ path: 'shapes.py', kind: 'modified' }, { path: 'tests/test_shapes.py', kind: 'modified' }] });
    expect(result.plan?.steps.map((s) => result.plan?.status(s.id))).toEqual(['done', 'done']);
    expect(text('tests/test_shapes.py')).toContain('assert surface(2) == 12');
    expect(result.summary()).toContain(`Take it back with: untilgreen undo --run ${result.run}`);
    await undoApply(join(root, 'home/journals'), { runId: result.run! });
    expect(files()).toEqual(FILES);
  });

  test('an edit that turns a test red is taken back, and the result names the test', async () => {
    const result = await (await open()).execute('correct the factor', { path: 'shapes.py', old: '3 * r * r', new: '4 * r * r', command: 'pytest tests/' });
    expect(result).toMatchObject({ ok: false, status: 'failed', applied: [], error: { step: 's2', code: 'step_failed', message: expect.stringContaining('test_area') } });
    expect(result.steps.map((s) => s.state)).toEqual(['done', 'failed']);
    expect(result.summary()).toContain('Nothing was changed.');
    expect(files()).toEqual(FILES);
  });

  test('a file and its tests are created together', async () => {
    const result = await (await open({ mode: 'parallel' })).execute('add half', { path: 'half.py', content: 'def half(n):\n    return n / 2\n', testPath: 'tests/test_half.py', testContent: 'from half import half\n\n\ndef test_half():\n    assert half(4) == 2\n' });
    expect(result.error).toBeUndefined();
    expect(result.applied.map((f) => [f.path, f.kind])).toEqual([['half.py', 'added'], ['tests/test_half.py', 'added']]);
    expect(result.steps.find((s) => s.action === 'run_tests')?.summary).toBe('1 test ran, all green.');
  });

  test('a command that does not end with 0 is a failure with its output', async () => {
    const result = await (await open()).execute('look', { command: 'echo here; ls nowhere' });
    expect(result).toMatchObject({ status: 'failed', error: { code: 'step_failed', message: expect.stringContaining('nowhere') } });
    expect(result.output).toContain('here');
  });

  test('what no template does and no model can be asked for lists the templates', async () => {
    const result = await (await open()).execute('rename the helper', { oldName: 'area' });
    expect(result).toMatchObject({ status: 'refused', steps: [], error: { code: 'no_model', message: expect.stringMatching(/- rename-symbol \{oldName, newName, path\?, command\?\}[^]*- read-run/) } });
  });
});

describe('plans', () => {
  test('are run as they are given, with their checks, and what they read is the output', async () => {
    const plan = new TaskPlan('Correct the edge', ['grep -q "6.0 . r" shapes.py'])
      .addStep('edit_file', { path: 'shapes.py', edits: [{ oldText: '6 * r', newText: '6.0 * r' }] }, { id: 'edit' })
      .addStep('file_read', { path: 'shapes.py' }, { dependsOn: ['edit'] });
    const events: string[] = [];
    const result = await (await open({ onEvent: (e) => events.push(`${e.event} ${String(e.data.step)}`) })).execute(plan);
    expect(result.error).toBeUndefined();
    expect(result.steps.map((s) => [s.id, s.state])).toEqual([['edit', 'done'], ['s2', 'done'], ['check', 'done']]);
    expect(plan.status('s2')).toBe('done');
    expect(events).toEqual(['step_started edit', 'step_finished edit', 'step_started s2', 'step_finished s2', 'step_started check', 'step_finished check']);
    expect(text('shapes.py')).toContain('6.0 * r');
    expect(JSON.parse(JSON.stringify(result))).toMatchObject({ status: 'done', plan: { summary: 'Correct the edge' } });
  });

  test('that are wrong by themselves run nothing', async () => {
    const result = await (await open()).execute({ summary: 'x', checks: [], steps: [{ id: 'a', action: 'edit_fille', args: {}, dependsOn: ['b'], why: '' }] });
    expect(result).toMatchObject({ status: 'refused', steps: [], error: { code: 'plan_invalid', message: expect.stringContaining('Did you mean edit_file?') } });
    expect((await executor!.execute(new TaskPlan().addStep('file_read', { path: 'a' }).addStep('file_read', { path: 'b' }))).status).toBe('failed');
  });

  test('have no more steps than maxSteps', async () => {
    const result = await (await open({ maxSteps: 1 })).execute(new TaskPlan().addStep('file_read', { path: 'shapes.py' }).addStep('file_read', { path: 'shapes.py' }));
    expect(result).toMatchObject({ status: 'refused', error: { code: 'plan_invalid', message: expect.stringContaining('the limit is 1') } });
  });

  test('a dry run says what would be done and does nothing', async () => {
    const result = await (await open({ mode: 'dry-run' })).execute('rename area to surface', { oldName: 'area', newName: 'surface' });
    expect(result).toMatchObject({ ok: true, status: 'previewed', applied: [] });
    expect(result.steps[0]).toMatchObject({ state: 'skipped', attempts: 0, summary: 'Would refactor. Renamed area to surface: 3 places in 2 files. It would write shapes.py, tests/test_shapes.py.' });
    expect(files()).toEqual(FILES);
  });

  test('are made without running anything', async () => {
    const plan = await (await open()).plan('rename area to surface', { oldName: 'area', newName: 'surface' });
    expect(plan.summary()).toMatch(/^Renamed area to surface: 3 places in 2 files\.[^]*· refactor refactor_code/);
    expect(files()).toEqual(FILES);
    await expect(executor!.plan('rename it', { oldName: 'nothing', newName: 'n' })).rejects.toMatchObject({ code: 'refactoring_refused', data: { reason: 'not_found' } });
  });
});

describe('single steps', () => {
  test('a text of a file is replaced, also where the file lies elsewhere', async () => {
    const result = await (await open()).editFile('only.py', 'VALUE = 1', 'VALUE = 2');
    expect(result.steps.map((s) => [s.id, s.action])).toEqual([['s1.find', 'find_file'], ['s1', 'edit_file']]);
    expect(text('src/deep/only.py')).toBe('VALUE = 2\n');
  });
  test('one that occurs twice is not, and the failure shows both places', async () => {
    const result = await (await open()).editFile('shapes.py', '* r', '* radius');
    expect(result).toMatchObject({ status: 'failed', error: { code: 'ambiguous', message: expect.stringContaining('def edge(r):') } });
    expect(files()).toEqual(FILES);
  });
  test('code is run apart from the project', async () => {
    const run = await open();
    const result = await run.executeCode('import os\nprint(sorted(os.listdir(".")), 6 * 7)', { description: 'Multiply' });
    expect(result.error).toBeUndefined();
    expect(result.output).toContain('42');
    expect(result.output).not.toContain('shapes.py');
    expect(await run.executeCode('raise SystemExit("no")')).toMatchObject({ status: 'failed', error: { code: 'step_failed', message: expect.stringContaining('no') } });
    expect(await run.executeCode('print(1)', { language: 'cobol' })).toMatchObject({ ok: false, error: { message: expect.stringContaining('cobol') } });
  });
  test('tests are found where no command is given', async () => {
    expect(await (await open()).runTests()).toMatchObject({ ok: true, output: expect.stringContaining('passed') });
  });
});

describe('ways on', () => {
  test('a module that is missing is asked for, and a refusal is told', async () => {
    write('tests/test_missing.py', 'import untilgreen_no_such_module\n\n\ndef test_it():\n    assert untilgreen_no_such_module\n');
    write('requirements.txt', '');
    const asked: ApprovalRequest[] = [];
    const denied = await (await open({ approve: async (request) => (asked.push(request), { answer: 'denied', reason: 'not that one' }) })).runTests('pytest tests/');
    expect(asked).toMatchObject([{ kind: 'dependency', subject: expect.stringContaining('untilgreen_no_such_module') }]);
    expect(denied.steps).toMatchObject([{ id: 's1.dependency', action: 'add_dependency', state: 'failed', code: 'dependency_refused', addedFor: 's1' }, { id: 's1', state: 'failed' }]);
    expect(denied.error).toMatchObject({ code: 'step_failed', message: expect.stringContaining('was not approved: not that one') });
    await executor!.close();
    expect((await (await open()).runTests('pytest tests/')).error?.code).toBe('approval_needed');
  });

  test('tests that do not end in time are narrowed to those of the change', { timeout: 120_000 }, async () => {
    write('tests/test_slow.py', 'import time\n\n\ndef test_slow():\n    time.sleep(300)\n');
    const result = await (await open({}, { 'sandbox.wall_seconds': 12 })).execute('correct', { path: 'shapes.py', old: '3 * r * r', new: 'r * r * 3' });
    expect(result.error).toBeUndefined();
    expect(result.steps).toMatchObject([
      { id: 'edit', state: 'done' },
      { id: 's2.narrow', action: 'run_tests', args: { files: ['tests/test_shapes.py'] }, state: 'done' },
      { id: 's2', state: 'done', summary: '2 tests ran, all green. Only tests/test_shapes.py counted: tests/test_slow.py::test_slow did not end in time.' },
    ]);
    expect(text('shapes.py')).toContain('r * r * 3');
  });

  test('a plan that failed is planned again around the fallback', async () => {
    const run = await open({ mode: 'dry-run' });
    const plan = new TaskPlan('Read').addStep('file_read', { path: 'only.py' }, { id: 'read' }).addStep('file_read', { path: 'shapes.py' }, { dependsOn: ['read'] });
    const again = await run.replanOnFailure(plan, 'read', { code: 'file_missing', message: 'only.py is not in the project.', data: { path: 'only.py' } });
    expect(again.ok && again.plan.steps.map((s) => [s.id, s.args, s.dependsOn])).toEqual([
      ['read.find', { name: 'only.py' }, []], ['read', { path: 'src/deep/only.py' }, ['read.find']], ['s2', { path: 'shapes.py' }, ['read']],
    ]);
    expect(await run.replanOnFailure(plan, 'read', new Error('boom') as never).catch((e: unknown) => e)).toMatchObject({ code: 'bad_arguments' });
    expect(await run.replanOnFailure(plan, 'nope', { code: 'stale', message: 'x' }).catch((e: unknown) => e)).toMatchObject({ code: 'bad_arguments' });
    expect(await run.replanOnFailure(plan, 'read', { code: 'stale', message: 'It changed.' })).toEqual({ ok: false, code: 'stale', message: 'It changed. No fallback knows a way on, and no model is configured.' });
  });
});

test('a cancelled executor changes nothing and says so', async () => {
  const controller = new AbortController();
  const run = await open({ signal: controller.signal, onEvent: (e) => e.data.step === 's2' && e.event === 'step_started' && controller.abort() });
  const result = await run.execute(new TaskPlan('Wait').addStep('edit_file', { path: 'shapes.py', edits: [{ oldText: '6 * r', newText: '7 * r' }] }).addStep('shell', { command: 'sleep 60' }));
  expect(result).toMatchObject({ status: 'cancelled', error: { code: 'cancelled' }, steps: [{ state: 'done' }, { state: 'failed' }], applied: [] });
  expect(await run.runTests()).toMatchObject({ status: 'cancelled' });
  expect(files()).toEqual(FILES);
});

test('a directory that is not there is told, and looked for again at the next call', async () => {
  const gone = join(root, 'later');
  const run = await open({ directory: gone });
  expect(await run.runTests()).toMatchObject({ status: 'refused', about: 'Run the tests', error: { code: 'directory_missing' } });
  mkdirSync(gone);
  expect(await run.execute('run', { command: 'true' })).toMatchObject({ status: 'done' });
  await run.close();
  expect(await run.execute('run', { command: 'true' })).toMatchObject({ status: 'refused', error: { code: 'usage' } });
});

test.each<[string, unknown, string]>([
  ['no options', undefined, 'Expected the `options` option to be an object'],
  ['no directory', {}, 'Expected the `directory` option to be the path of a directory, got undefined'],
  ['an option that there is not', { directory: '.', dryRun: true }, 'There is no `dryRun` option. There are directory, mode, '],
  ['a mistyped option', { directory: '.', maxstep: 3 }, 'There is no `maxstep` option. Did you mean maxSteps?'],
  ['an unknown mode', { directory: '.', mode: 'fast' }, 'Expected the `mode` option to be one of sequential, parallel, dry-run, got "fast"'],
  ['no steps at all', { directory: '.', maxSteps: 0 }, 'Expected the `maxSteps` option to be a whole number of at least 1, got 0'],
  ['no attempt at all', { directory: '.', retry: { attempts: 0 } }, 'Expected the `retry.attempts` option to be a whole number of at least 1, got 0'],
  ['a listener that is none', { directory: '.', onEvent: 'log' }, 'Expected the `onEvent` option to be a function, got "log"'],
])('options of the wrong kind are refused at once: %s', (_title, options, says) => {
  expect(() => new AgenticExecutor(options as AgenticExecutorOptions)).toThrow(expect.objectContaining({ code: 'bad_arguments', message: expect.stringContaining(says) }));
});

test.each<[string, (run: AgenticExecutor) => Promise<unknown>, string]>([
  ['a task that is a number', (run) => run.execute(7 as never), '`task`'],
  ['empty code', (run) => run.executeCode(' '), '`code`'],
  ['a negative time', (run) => run.executeCode('1', { timeoutSeconds: -1 }), '`timeoutSeconds` option to be a number of seconds above 0 and at most 3600, got -1'],
  ['an edit without a text', (run) => run.editFile('a', 'b', undefined as never), '`replacement`'],
  ['an empty command', (run) => run.runTests(' '), '`command`'],
])('and so are arguments: %s', async (_title, call, says) => {
  await expect(call(new AgenticExecutor({ directory: root }))).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining(says) });
});
