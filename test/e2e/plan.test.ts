import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIX, Lab, NODE_PROJECT, plan, reflection, snapshot } from '../support/lab.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());
const face = { onEvent: () => {}, approve: async () => ({ answer: 'pending' as const }) };

describe('planning alone', () => {
  it('gives the plan, and changes and runs nothing', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const before = await snapshot(directory, { times: true });
    const engine = await lab.open();
    lab.answer([plan(FIX)]);
    const planned = await engine.plan({ directory, request: 'add is wrong' }, face);
    expect(planned.plan.steps.map((s) => s.action)).toEqual(['backup_file', 'edit_file', 'run_tests']);
    expect(planned.text).toContain('+  return a + b;');
    expect(await snapshot(directory, { times: true })).toEqual(before);
    expect((await engine.history({ directory }))[0]).toMatchObject({ outcome: 'planned' });
  });

  it('says why a plan is refused, with its code', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const engine = await lab.open();
    lab.answer([plan(['launch', {}]), plan(['launch', {}])]);
    await expect(engine.plan({ directory, request: 'add is wrong' }, face)).rejects.toMatchObject({ code: 'plan_invalid', exitCode: 3 });
  });
});

describe('resuming', () => {
  it('goes on past the limit of iterations when more are allowed', async () => {
    const directory = await lab.project(NODE_PROJECT);
    const wrong = plan(['edit_file', { path: 'calc.js', edits: [{ oldText: 'return a - b;', newText: 'return b - a;' }] }]);
    const stopped = await lab.play({ directory, request: 'add is wrong' }, [wrong, reflection()], { settings: (s) => (s.orchestrator.max_iterations = 1) });
    expect(stopped.outcome).toMatchObject({ outcome: 'budget', exitCode: 5 });
    const right = plan(['edit_file', { path: 'calc.js', edits: [{ oldText: 'return b - a;', newText: 'return a + b;' }] }]);
    const resumed = await lab.play({ directory, request: '' }, [right], { settings: (s) => (s.orchestrator.max_iterations = 3), resume: stopped.outcome.run });
    expect(resumed.outcome).toMatchObject({ outcome: 'green', iterations: 2 });
  });

  it.each([
    ['a run that is not there', 'nope', 'run_unknown'],
    ['an approval that nobody asked for', undefined, 'usage'],
  ])('refuses %s', async (_what, run, code) => {
    const directory = await lab.project(NODE_PROJECT);
    const cancelled = new AbortController();
    cancelled.abort();
    const stopped = await lab.play({ directory, request: 'add is wrong' }, [], { signal: cancelled.signal });
    expect(stopped.outcome.exitCode).toBe(130);
    const engine = await lab.open();
    await expect(engine.resume(run ?? stopped.outcome.run, face, { approve: ['made up'] })).rejects.toMatchObject({ code });
  });
});
