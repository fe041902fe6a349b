import { UntilgreenError } from '../../core/errors.ts';
import type { Json, JsonObject, UseResult } from '../types.ts';
import { referencesIn, resolved } from './references.ts';
import { cycleIn } from './graph.ts';

/** One call among several; where an argument is `{"$from": "s1"}` or `{"$from": "s1.field"}`, the result of another stands. */
export interface Step<Tool> {
  /** Without dots, unique. */
  id: string;
  tool: Tool;
  arguments: JsonObject;
}

/** What became of a step, in the order in which the steps were given. */
export type StepOutcome<Tool> = Step<Tool> &
  (
    | { kind: 'ran'; /** With the values of other steps put in. */ arguments: JsonObject; result: UseResult }
    /** A step that it needs gave no result; `arguments` are as they were given. */
    | { kind: 'skipped'; why: string }
  );

/**
 * Runs steps, each as soon as those whose results it needs are there: independent ones side by side. A step that fails keeps from running only those
 * that need it.
 *
 * @throws `bad_arguments` for two steps of one id, a reference to a step that is not there, and for steps that wait for each other; as `run` rejects
 * @example
 * await runSteps([{ id: 's1', tool: mean, arguments: { values: [1, 2] } }, { id: 's2', tool: round, arguments: { x: { $from: 's1' } } }], run);
 */
export async function runSteps<Tool>(steps: readonly Step<Tool>[], run: (tool: Tool, args: JsonObject, step: Step<Tool>) => Promise<UseResult>): Promise<StepOutcome<Tool>[]> {
  checkSteps(steps);
  const started = new Map<string, Promise<StepOutcome<Tool>>>();
  const start = (step: Step<Tool>): Promise<StepOutcome<Tool>> => {
    const known = started.get(step.id);
    if (known) return known;
    const running = (async () => {
      const needed = await Promise.all(referencesIn(step.arguments).map((id) => start(steps.find((one) => one.id === id)!)));
      return runStep(step, needed, run);
    })();
    started.set(step.id, running);
    return running;
  };
  return Promise.all(steps.map(start));
}

/**
 * Can these steps be run in some order?
 *
 * @throws `bad_arguments`
 */
export function checkSteps(steps: readonly Pick<Step<unknown>, 'id' | 'arguments'>[]): void {
  const ids = steps.map(({ id }) => id);
  for (const [index, { id, arguments: args }] of steps.entries()) {
    if (id === '' || id.includes('.')) throw refused(`The id '${id}' of step ${index + 1} is empty or has a dot in it.`, { id });
    if (ids.indexOf(id) !== index) throw refused(`Two steps are called '${id}'.`, { id });
    const unknown = referencesIn(args).find((other) => !ids.includes(other));
    if (unknown !== undefined) throw refused(`Step '${id}' needs the result of '${unknown}', and there is no such step.`, { id, unknown });
  }
  const cycle = cycleIn(ids, (id) => referencesIn(steps.find((step) => step.id === id)!.arguments));
  if (cycle) throw refused(`The steps wait for each other: ${cycle.join(' → ')}.`, { cycle });
}

async function runStep<Tool>(step: Step<Tool>, needed: readonly StepOutcome<Tool>[], run: (tool: Tool, args: JsonObject, step: Step<Tool>) => Promise<UseResult>): Promise<StepOutcome<Tool>> {
  const results = new Map<string, Json>();
  for (const one of needed) {
    if (one.kind === 'skipped') return { ...step, kind: 'skipped', why: `it needs the result of ${one.id}, which was not run` };
    if (!one.result.ok) return { ...step, kind: 'skipped', why: `it needs the result of ${one.id}, which failed: ${one.result.message}` };
    results.set(one.id, one.result.result);
  }
  const filled = resolved(step.arguments, results);
  if ('problem' in filled) return { ...step, kind: 'ran', result: { ms: 0, ok: false, kind: 'arguments', message: filled.problem } };
  return { ...step, kind: 'ran', arguments: filled.arguments, result: await run(step.tool, filled.arguments, step) };
}

const refused = (what: string, data: Record<string, unknown>): UntilgreenError => new UntilgreenError('bad_arguments', what, data, 'Name each step once, and let it use only results of steps that do not need its own.');
