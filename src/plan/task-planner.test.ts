import { describe, expect, test } from 'vitest';
import { fauxModels, type FauxReply } from '../models/faux.ts';
import { toolContext } from '../tools/testing/context.prop.ts';
import type { ToolContext } from '../tools/types.ts';
import { executePlan } from './execute.ts';
import { TaskPlan, planTools } from './task-plan.ts';
import { TaskPlanner } from './task-planner.ts';

const FILES = { 'a.py': 'x = 1\n', 'b.py': 'y = 1\n', 'deep/c.py': 'z = 1\nz = 1\n' };
const edit = (path: string, oldText: string, newText: string) => ({ action: 'edit_file', args: { path, edits: [{ oldText, newText }] } });

async function withPlanner<T>(replies: FauxReply[] | undefined, use: (planner: TaskPlanner, more: { context: ToolContext; models?: ReturnType<typeof fauxModels> }) => Promise<T>): Promise<T> {
  const models = replies && fauxModels({ planner: replies });
  const { context, close } = await toolContext(FILES, models ? { models } : {});
  try {
    return await use(new TaskPlanner(context, { prompt: 'You plan.' }), { context, ...(models && { models }) });
  } finally {
    expect(await context.bench.deltas()).toEqual([]);
    await close();
  }
}

describe('planning', () => {
  test('a template needs no model and asks none', async () => {
    await withPlanner([], async (planner, { models }) => {
      expect((await planner.plan('replace', { find: 'x', replace: 'q' })).steps.map((s) => s.action)).toEqual(['edit_file']);
      expect(models?.calls).toEqual([]);
    });
  });

  test('what no template does goes to the model, with the project and what the caller knows', async () => {
    await withPlanner([{ summary: 'x is two', steps: [edit('a.py', 'x = 1', 'x = 2')], checks: ['true'] }], async (planner, { models }) => {
      const plan = await planner.plan('make x two', { ticket: 'T-17' });
      expect(plan.steps.map((s) => s.action)).toEqual(['backup_file', 'edit_file', 'run_tests']);
      expect(plan.toJSON().checks).toEqual(['true']);
      expect(models?.calls[0]?.system).toContain('You plan.\n\nTools\n- file_read');
      // Tools that only the executor and its callers use are not shown to a model.
      expect(models?.calls[0]?.system).not.toMatch(/find_file|run_code/);
      expect(String(models?.calls[0]?.messages[0]?.content)).toMatch(/## Project[^]*## Files\n### a\.py[^]*"ticket": "T-17"[^]*Goal:\nmake x two/);
    });
  });

  test('without a model the templates are listed, the likeliest first', async () => {
    await withPlanner(undefined, async (planner) => {
      await expect(planner.plan('replace the colour', { find: 'x' })).rejects.toMatchObject({ code: 'no_model', exitCode: 8, message: expect.stringMatching(/or configure a model \(`untilgreen config`\):\n- find-replace \{find, replace, glob\?, command\?\}/) });
    });
  });

  test.each([
    ['a key that is missing', { find: 'x', glob: '*.py' }, 'configured. find-replace: replace: expected string, got nothing. Give exactly'],
    ['a mistyped key', { find: 'x', replcae: 'y' }, 'replcae is not an argument; did you mean replace? Give exactly'],
    ['a value that cannot be', { oldName: 'x', newName: 'not a name' }, 'configured. rename-symbol: newName: expected one name as it stands in the code, such as area or Circle.area. Give exactly'],
    ['keys of no template', { ticket: 'T-17', path: 'a.py' }, 'no model is configured. Give exactly'],
  ])('without a model %s is named', async (_title, known, says) => {
    await withPlanner(undefined, async (planner) => {
      await expect(planner.plan('do it', known)).rejects.toMatchObject({ code: 'no_model', message: expect.stringContaining(says) });
    });
  });

  test('too large a plan names the limit', async () => {
    await withPlanner(undefined, async (_planner, { context }) => {
      await expect(new TaskPlanner(context, { maxSteps: 2 }).plan('replace', { find: ' = ', replace: '=' })).rejects.toMatchObject({ code: 'plan_invalid', message: expect.stringContaining('3 steps; the limit is 2') });
    });
  });
});

describe('planning again after a failure', () => {
  /** A plan that ran as far as it could, so that its steps have states. */
  async function ran(plan: TaskPlan, context: ToolContext) {
    const result = await executePlan(plan.toJSON(), context, { tools: planTools(), onStep: (s, state) => plan.mark(s.id, state) });
    const failed = result.failed!;
    const data = result.results[failed.step];
    return { step: failed.step, error: { ...failed, data: data?.ok === false ? data.data : undefined } };
  }
  const broken = (): TaskPlan =>
    new TaskPlan('Count up')
      .addStep('edit_file', edit('a.py', 'x = 1', 'x = 2').args, { id: 'first' })
      .addStep('edit_file', edit('deep/c.py', 'z = 1', 'z = 2').args, { id: 'second', dependsOn: ['first'] })
      .addStep('edit_file', edit('b.py', 'y = 1', 'y = 2').args, { id: 'third', dependsOn: ['second'] });

  test('the model plans the rest, on the files as the finished steps leave them', async () => {
    const rest = { summary: 'both', steps: [{ id: 'one', ...edit('deep/c.py', 'z = 1\nz = 1', 'z = 2\nz = 2') }, { id: 'two', ...edit('a.py', 'x = 2', 'x = 3'), dependsOn: ['one'] }] };
    await withPlanner([rest], async (planner, { context, models }) => {
      const plan = broken();
      const { step, error } = await ran(plan, context);
      expect([step, error.code]).toEqual(['second', 'ambiguous']);
      const again = await planner.replanOnFailure(plan, step, error);
      if (!again.ok) throw new Error(again.message);
      expect(again.plan.steps.map((s) => s.id)).toEqual(['first', 'backup.new', 'one.new', 'two.new', 'tests.new']);
      expect(again.plan.steps.find((s) => s.id === 'one.new')?.dependsOn).toContain('first');
      const asked = String(models?.calls[0]?.messages[0]?.content);
      expect(asked).toContain('x = 2');
      expect(asked).toMatch(/Done, and shown as done above:\n✓ first edit_file a\.py[^]*Failed \(ambiguous\): ✗ second[^]*deep\/c\.py reads:\n1\| z = 1/);
    });
  });

  test('without a model an ambiguous edit stays one, and the places are shown', async () => {
    await withPlanner(undefined, async (planner, { context }) => {
      const plan = broken();
      const { step, error } = await ran(plan, context);
      expect(await planner.replanOnFailure(plan, step, error)).toMatchObject({ ok: false, code: 'ambiguous', message: expect.stringMatching(/1\| z = 1[^]*no model is configured/) });
    });
  });

  test('a plan of the model that cannot run is refused with its problems', async () => {
    const wrong = { summary: 'no', steps: [edit('gone.py', 'a', 'b')] };
    await withPlanner([wrong, wrong], async (planner, { context }) => {
      const plan = broken();
      const { step, error } = await ran(plan, context);
      expect(await planner.replanOnFailure(plan, step, error)).toMatchObject({ ok: false, code: 'plan_invalid', message: expect.stringContaining('gone.py is not in the project') });
    });
  });

  test('a missing module becomes a step that adds it, once', async () => {
    await withPlanner(undefined, async (planner) => {
      const plan = new TaskPlan('Test').addStep('edit_file', edit('a.py', 'x = 1', 'x = 2').args).addStep('run_tests', {}, { dependsOn: ['s1'] });
      const error = { code: 'step_failed' as const, message: "ModuleNotFoundError: No module named 'yaml'" };
      const again = await planner.replanOnFailure(plan, 's2', error);
      if (!again.ok) throw new Error(again.message);
      expect(again.plan.steps).toMatchObject([{ id: 's1' }, { id: 's2.dependency', action: 'add_dependency', args: { name: 'PyYAML', language: 'python' }, dependsOn: ['s1'] }, { id: 's2', dependsOn: ['s1', 's2.dependency'] }]);
      expect(await planner.replanOnFailure(again.plan, 's2', error)).toMatchObject({ ok: false, code: 'step_failed', message: expect.stringContaining('tried with that step already') });
    });
  });
});
