import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultTools } from '../tools/registry.ts';
import { toolContext } from '../tools/testing/context.prop.ts';
import { executePlan } from './execute.ts';
import { cycleOf, topologicalOrder } from './graph.ts';
import { normalisePlan } from './normalise.ts';
import { toPlan } from './schema.ts';
import { validatePlan } from './validate.ts';

test('no step of a random graph stands before what it depends on', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(11), { maxLength: 3 }), { maxLength: 12 }), (edges) => {
      const steps = edges.map((to, i) => ({ id: String(i), dependsOn: to.filter((d) => d < edges.length).map(String) }));
      const order = topologicalOrder(steps).map((s) => s.id);
      expect(order.length === steps.length).toBe(cycleOf(steps) === undefined);
      for (const [i, id] of order.entries()) for (const d of steps.find((s) => s.id === id)?.dependsOn ?? []) expect(order.indexOf(d)).toBeLessThan(i);
    }),
  );
});

test('a failed plan leaves every file as it was', async () => {
  const { context, close } = await toolContext({ 'a.txt': 'a\n' });
  try {
    const plan = toPlan([
      { action: 'create_file', args: { path: 'n.txt', content: 'n' } },
      { action: 'file_write', args: { path: 'a.txt', content: 'b' }, depends_on: 's1' },
      { action: 'delete_file', args: { path: 'gone.txt' }, dependsOn: ['s2'] },
      { action: 'file_read', args: { path: 'a.txt' }, dependsOn: ['s3'] },
    ]);
    const result = await executePlan(plan, context);
    expect(result).toMatchObject({ ok: false, states: { s1: 'done', s2: 'done', s3: 'failed', s4: 'skipped' }, failed: { step: 's3', code: 'file_missing' } });
    expect(await context.bench.deltas()).toEqual([]);
  } finally {
    await close();
  }
});

test.each([
  ['an empty plan', [], 'empty'],
  ['a cycle', [{ id: 'a', action: 'run_tests', dependsOn: ['b'] }, { id: 'b', action: 'run_tests', dependsOn: ['a'] }], 'cycle'],
  ['a path outside', [{ action: 'create_file', args: { path: '../x', content: '' } }], 'path_outside'],
  ['an edit after the deletion', [{ action: 'delete_file', args: { path: 'a.txt' } }, { action: 'edit_file', args: { path: 'a.txt', edits: [{ oldText: 'a', newText: 'b' }] }, dependsOn: ['s1'] }], 'file_missing'],
  ['two unordered writers', [{ action: 'file_write', args: { path: 'a.txt', content: '1' } }, { action: 'file_write', args: { path: 'a.txt', content: '2' } }], 'refused'],
  ['an edit that will not match', [{ action: 'edit_file', args: { path: 'a.txt', edits: [{ oldText: 'zzz', newText: 'b' }] } }], 'refused'],
])('%s is refused before it runs', async (_title, steps, code) => {
  const { context, close } = await toolContext({ 'a.txt': 'a\n' });
  try {
    const options = { tools: defaultTools(), bench: context.bench, languages: context.languages, hasModel: false, maxSteps: 10 };
    expect((await validatePlan(toPlan(steps), options)).map((p) => p.code)).toContain(code);
  } finally {
    await close();
  }
});

test('backups come first, tests last, and a second ordering changes nothing', async () => {
  const { context, close } = await toolContext({ 'a.txt': 'a\n' });
  try {
    const options = { tools: defaultTools(), bench: context.bench };
    const plan = await normalisePlan(toPlan([{ action: 'file_write', args: { path: 'a.txt', content: 'b' } }]), options);
    expect(plan.steps.map((s) => s.action)).toEqual(['backup_file', 'file_write', 'run_tests']);
    expect(await normalisePlan(plan, options)).toEqual(plan);
  } finally {
    await close();
  }
});
