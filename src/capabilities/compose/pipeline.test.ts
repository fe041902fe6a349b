import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject, UseResult } from '../types.ts';
import { runSteps, type Step } from './pipeline.ts';

const gave = (result: Json): UseResult => ({ ms: 1, ok: true, result });
const failed = (message: string): UseResult => ({ ms: 1, ok: false, kind: 'undeclared', error: 'ValueError', message });
const step = (id: string, args: JsonObject, tool = 'same'): Step<string> => ({ id, tool, arguments: args });
/** `same` gives its arguments back. */
const run = async (tool: string, args: JsonObject): Promise<UseResult> => (tool === 'fails' ? failed('no') : gave(args));

describe('steps that need each other', () => {
  test('values come from other steps: whole, a field, an item, inside lists and objects', async () => {
    const outcomes = await runSteps([
      step('s2', { whole: { $from: 's1' }, field: { $from: 's1.a.b' }, item: [{ deep: { $from: 's1.list.1' } }], plain: { $from: 3 } }),
      step('s1', { a: { b: null }, list: [5, 6] }),
    ], run);
    expect(outcomes[0]).toMatchObject({ kind: 'ran', arguments: { whole: { a: { b: null }, list: [5, 6] }, field: null, item: [{ deep: 6 }], plain: { $from: 3 } } });
    expect(outcomes.map(({ id }) => id)).toEqual(['s2', 's1']);
  });

  test('what a failed step was needed for is skipped, and says why; others run', async () => {
    const outcomes = await runSteps([step('a', {}, 'fails'), step('b', { x: { $from: 'a' } }), step('c', { x: { $from: 'b' } }), step('d', { x: 1 })], run);
    expect(outcomes.map((one) => (one.kind === 'skipped' ? one.why : one.result.ok))).toEqual([false, 'it needs the result of a, which failed: no', 'it needs the result of b, which was not run', true]);
  });

  test('a field that a result does not have fails the step that asks for it', async () => {
    const [, second] = await runSteps([step('a', { x: 1 }), step('b', { x: { $from: 'a.y' }, z: { $from: 'a.x.0' } })], run);
    expect(second).toMatchObject({ kind: 'ran', result: { ok: false, kind: 'arguments', message: "there is no 'a.y', 'a.x.0' in the results of the steps before" } });
  });

  test('independent steps run side by side, each one once', async () => {
    const log: string[] = [];
    const slow = async (tool: string, args: JsonObject): Promise<UseResult> => {
      log.push(`${tool} begins`);
      await pause(5);
      log.push(`${tool} ends`);
      return gave(args);
    };
    await runSteps([step('a', {}, 'a'), step('b', {}, 'b'), step('c', { x: { $from: 'a' }, y: [{ $from: 'b' }, { $from: 'a' }] }, 'c')], slow);
    expect(log.slice(0, 2)).toEqual(['a begins', 'b begins']);
    expect(log.slice(-2)).toEqual(['c begins', 'c ends']);
    expect(log).toHaveLength(6);
  });

  test.each<[string, Step<string>[], RegExp]>([
    ['a step that is not there', [step('a', { x: { $from: 'z' } })], /'a' needs the result of 'z', and there is no such step/],
    ['itself', [step('a', { x: { $from: 'a' } })], /a → a/],
    ['a circle', [step('a', { x: { $from: 'b' } }), step('b', { x: [{ $from: 'c.x' }] }), step('c', { x: { $from: 'a' } })], /a → b → c → a/],
    ['an id twice', [step('a', {}), step('a', {})], /Two steps are called 'a'/],
    ['an id with a dot', [step('a.b', {})], /'a\.b' of step 1/],
  ])('refused before anything runs: %s', async (_title, steps, message) => {
    let ran = 0;
    const counting = async (): Promise<UseResult> => gave((ran += 1));
    await expect(runSteps(steps, counting)).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
    expect(ran).toBe(0);
  });

  test('an error of the machinery is not the result of a step', async () => {
    await expect(runSteps([step('a', {}), step('b', { x: { $from: 'a' } })], () => Promise.reject(new Error('no sandbox')))).rejects.toThrow('no sandbox');
  });

  test('whatever the graph, every step sees the results of all it needs', async () => {
    const graphs = fc.integer({ min: 1, max: 8 }).chain((size) => fc.array(fc.array(fc.nat(7), { maxLength: 3 }), { minLength: size, maxLength: size }));
    await fc.assert(fc.asyncProperty(graphs, async (needs) => {
      // A step may need those with a lower number, so there is no circle; they are given the other way round.
      const steps = needs.map((list, at) => step(`s${at}`, { from: list.filter((other) => other < at).map((other) => ({ $from: `s${other}` })) })).toReversed();
      const outcomes = await runSteps(steps, async (_tool, args, { id }) => gave({ id, from: args['from']! }));
      for (const one of outcomes) {
        expect(one.kind).toBe('ran');
        const asked = steps.find(({ id }) => id === one.id)!.arguments['from'] as { $from: string }[];
        expect((one.arguments['from'] as { id: string }[]).map(({ id }) => id)).toEqual(asked.map(({ $from }) => $from));
      }
    }), { numRuns: 50 });
  });
});
