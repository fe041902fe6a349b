import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fauxModels, type FauxReply } from '../models/faux.ts';
import { defaultTools } from '../tools/registry.ts';
import { toolContext } from '../tools/testing/context.prop.ts';
import type { ToolContext } from '../tools/types.ts';
import { askPlanner, plannerSystem } from './planner.ts';
import { readFile } from 'node:fs/promises';
import { PLANNER_PROMPT } from './prompts.ts';
import { toPlan } from './schema.ts';
import type { PlanProblem } from './types.ts';
import { validatePlan } from './validate.ts';

let context: ToolContext;
let close: () => Promise<void>;
beforeAll(async () => ({ context, close } = await toolContext({ 'a.py': 'x = 1\n', 'b.py': 'y = 1\n' })));
afterAll(() => close());

const GOOD = { summary: 'x is two', steps: [{ id: 's1', action: 'edit_file', args: { path: 'a.py', edits: [{ oldText: 'x = 1', newText: 'x = 2' }] }, dependsOn: [], why: 'the goal' }], checks: [] };
const WRONG = { ...GOOD, steps: [{ ...GOOD.steps[0], args: { path: 'a.py', edits: [{ oldText: 'x = 7', newText: 'x = 2' }] } }] };

function ask(replies: FauxReply[]) {
  const models = fauxModels({ planner: replies });
  const events: string[] = [];
  const plan = askPlanner({
    models, prompt: 'You plan.', tools: defaultTools(), bench: context.bench, languages: context.languages, maxSteps: 10, goal: 'x is two', context: '## Files\na.py', key: 'it1/plan', emit: (event) => events.push(event),
  });
  return { models, events, plan };
}

describe('the planner', () => {
  test('gives a plan that is backed up first and tested last', async () => {
    const { models, plan } = ask([GOOD]);
    expect((await plan).steps.map((s) => s.action)).toEqual(['backup_file', 'edit_file', 'run_tests']);
    expect(models.calls).toMatchObject([{ role: 'planner', key: 'it1/plan', schemaName: 'plan' }]);
    expect(models.calls[0]?.system).toContain('- edit_file {path: string, edits: [{oldText: string, newText: string}]}');
  });

  test('is told once what is wrong with its plan', async () => {
    const { models, events, plan } = ask([WRONG, GOOD]);
    expect((await plan).steps).toHaveLength(3);
    expect(models.calls[1]?.key).toBe('it1/plan/again');
    expect(models.calls[1]?.messages.slice(1)).toMatchObject([{ role: 'assistant', content: JSON.stringify(WRONG) }, { role: 'user', content: expect.stringContaining('- refused: Step s1 (edit_file): a.py, edit 1: not_found') }]);
    expect(events).toEqual(['plan_refused']);
    // One prefix for both calls: a server can keep it.
    expect(models.calls[1]?.system).toBe(models.calls[0]?.system);
  });

  test('ends as plan_invalid with its problems when the second plan is no better', async () => {
    const { models, plan } = ask([WRONG, WRONG]);
    await expect(plan).rejects.toMatchObject({ code: 'plan_invalid', exitCode: 3, data: { problems: [{ code: 'refused', step: 's1' }] } });
    expect(models.remaining()).toBe(0);
  });

  test('prose instead of a plan is refused by its form', async () => {
    await expect(ask(['First I would look at the file.']).plan).rejects.toMatchObject({ code: 'model_reply_invalid' });
  });

  test('its prompt with all tools stays under three thousand tokens', async () => {
    const system = plannerSystem(await readFile(PLANNER_PROMPT, 'utf8'), defaultTools());
    expect(system.length / 4).toBeLessThan(3_000);
  });
});

describe('what is known to be wrong with a plan before it runs', () => {
  const write = (path: string, more: object = {}): object => ({ action: 'file_write', args: { path, content: 'z = 1\n' }, ...more });
  test.each<[PlanProblem['code'], string, unknown[], string]>([
    ['empty', 'no steps', [], 'no steps'],
    ['too_many_steps', 'more than the limit', [write('c.py'), write('d.py'), write('e.py'), write('f.py')], 'the limit is 3'],
    ['duplicate_id', 'two steps of one id', [write('c.py', { id: 's' }), write('d.py', { id: 's' })], 'Two steps have the id s'],
    ['unknown_dependency', 'waiting for nothing', [write('c.py', { dependsOn: ['s9'] })], 'depends on s9'],
    ['cycle', 'steps that wait for each other', [write('c.py', { id: 'p', dependsOn: ['q'] }), write('d.py', { id: 'q', dependsOn: ['p'] })], 'p → q → p'],
    ['unknown_tool', 'a tool that does not exist', [{ action: 'edit_fille', args: {} }], 'Did you mean edit_file?'],
    ['bad_arguments', 'arguments of the wrong shape', [{ action: 'edit_file', args: { path: 'a.py' } }], 'edits: expected array'],
    ['path_outside', 'a path that leads out', [write('../c.py')], 'leads out'],
    ['path_outside', 'an absolute path', [write('/etc/c.py')], '/etc/c.py'],
    ['path_outside', 'the folder of git', [write('.git/hooks/pre-commit')], '.git'],
    ['file_missing', 'an edit of what is not there', [{ action: 'edit_file', args: { path: 'no.py', edits: [{ oldText: 'a', newText: 'b' }] } }], 'no.py is not in the project'],
    ['file_missing', 'reading what a step before has moved', [{ action: 'move_file', args: { from: 'a.py', to: 'm.py' } }, { action: 'file_read', args: { path: 'a.py' }, dependsOn: ['s1'] }], 'any more at this step'],
    ['file_exists', 'creating what exists', [{ action: 'create_file', args: { path: 'a.py', content: '' } }], 'exists already'],
    ['file_exists', 'moving onto a file', [{ action: 'move_file', args: { from: 'a.py', to: 'b.py' } }], 'b.py exists already'],
    ['refused', 'a new file that does not parse', [{ action: 'create_file', args: { path: 'c.py', content: 'def f(:\n' } }], 'would not parse: line 1'],
    ['refused', 'a file that leaves code out', [{ action: 'file_write', args: { path: 'a.py', content: 'x = 2\n# ... rest of code unchanged ...\n' } }], 'left out'],
    ['refused', 'an edit of text that a step before has changed', [{ action: 'edit_file', args: GOOD.steps[0]!.args }, { action: 'edit_file', args: GOOD.steps[0]!.args, dependsOn: ['s1'] }], 'not_found'],
    ['refused', 'two writers without an order', [write('a.py'), write('a.py')], 'neither waits for the other'],
  ])('%s: %s', async (code, _title, steps, says) => {
    const problems = await validatePlan(toPlan(steps), { tools: defaultTools(), bench: context.bench, languages: context.languages, hasModel: true, maxSteps: 3 });
    expect(problems).toContainEqual(expect.objectContaining({ code, message: expect.stringContaining(says) }));
    expect(await context.bench.deltas()).toEqual([]);
  });

  test.each<[string, unknown]>([['no object', 'do it'], ['no steps', { summary: 'x' }], ['a step without an action', [{ args: {} }]], ['arguments that are a list', [{ action: 'file_read', args: ['a.py'] }]]])('the form is refused by place: %s', (_title, value) => {
    expect(() => toPlan(value)).toThrow(expect.objectContaining({ code: 'plan_invalid' }));
  });

  test('a step that asks a model, without one, ends before anything runs with exit 8', async () => {
    const options = { tools: defaultTools(), bench: context.bench, languages: context.languages, hasModel: false, maxSteps: 3 };
    await expect(validatePlan(toPlan([{ action: 'refactor_code', args: { path: 'a.py', instruction: 'x' } }]), options)).rejects.toMatchObject({ code: 'no_model', exitCode: 8 });
    expect(await validatePlan(toPlan([{ action: 'generate_tests', args: { path: 'a.py' } }]), options)).toEqual([]);
  });
});
