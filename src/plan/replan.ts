import { asError, UntilgreenError, type ErrorCode } from '../core/errors.ts';
import { runTool, toolNamed } from '../tools/registry.ts';
import type { Tool, ToolContext } from '../tools/types.ts';
import { executePlan } from './execute.ts';
import { fallbacks } from './fallbacks/registry.ts';
import { ancestors } from './graph.ts';
import { stepLine } from './summary.ts';
import { TaskPlan } from './task-plan.ts';
import type { Plan, PlanStep } from './types.ts';
import { problemsText, validatePlan } from './validate.ts';

/** Why a step failed: an error, or what a result says of it. */
export interface Failed {
  code: ErrorCode;
  message: string;
  data?: unknown;
}

export type Replan = { ok: true; plan: TaskPlan } | { ok: false; code: ErrorCode; message: string };

/** @throws `bad_arguments` for an id that no step has */
function stepOf(plan: TaskPlan, id: string): PlanStep {
  plan.status(id);
  return plan.toJSON().steps.find((s) => s.id === id)!;
}

/** The same plan with some of its steps put in place of one. Nothing else changes, neither order nor ids. */
function withSteps(plan: TaskPlan, failed: string, instead: readonly PlanStep[]): TaskPlan {
  const { summary, checks, steps } = plan.toJSON();
  return TaskPlan.from({ summary, checks, steps: steps.flatMap((step) => (step.id === failed ? instead : [step])) });
}

/** The plan as a fallback would go on with it. What only looks is looked at now, so that the new plan says what was found. */
export async function byFallback(plan: TaskPlan, id: string, error: Failed, { tools, context }: { tools: readonly Tool[]; context: ToolContext }): Promise<Replan> {
  const step = stepOf(plan, id);
  let message = error.message;
  for (const fallback of fallbacks) {
    const recovery = await fallback.recover({ step, ...error, tools, context });
    if (!recovery) continue;
    const { name, action, args, why } = recovery.step;
    const added: PlanStep = { id: `${id}.${name}`, action, args, dependsOn: [...step.dependsOn], why };
    const after = { ...step, dependsOn: [...step.dependsOn, added.id] };
    if (toolNamed(action, tools)?.effect === 'read') {
      const next = recovery.next(await runTool(action, args, context, tools));
      if (next.kind === 'again') return { ok: true, plan: withSteps(plan, id, [added, { ...after, args: next.args }]) };
      if (next.kind === 'say') message += `${next.text.includes('\n') ? '\n' : ' '}${next.text}`;
    } else if (action === step.action) {
      return { ok: true, plan: withSteps(plan, id, [{ ...step, args, why }]) };
    } else if (plan.steps.some((s) => s.id === added.id)) {
      message += ' It was tried with that step already.';
    } else {
      return { ok: true, plan: withSteps(plan, id, [added, after]) };
    }
  }
  return { ok: false, code: error.code, message };
}

interface ByModel {
  tools: readonly Tool[];
  context: ToolContext;
  maxSteps: number;
  ask(goal: string, tried: string): Promise<Plan>;
}

/** The finished steps, and a model's plan for the rest, made on the files as the finished steps leave them. */
export async function byModel(plan: TaskPlan, id: string, error: Failed, { tools, context, maxSteps, ask }: ByModel): Promise<Replan> {
  const { bench } = context;
  const before = ancestors(plan.steps);
  const kept = plan.toJSON().steps.filter((s) => plan.status(s.id) === 'done' && !before.get(s.id)?.has(id));
  const from = await bench.checkpoint();
  let rest: Plan;
  try {
    // What a command or a model did cannot be done again just to look; edits can.
    const edits = kept.filter((s) => toolNamed(s.action, tools)?.effect === 'write' && !toolNamed(s.action, tools)?.role);
    const again = await executePlan({ summary: '', checks: [], steps: edits.map((s) => among(s, edits)) }, context, { tools });
    if (!again.ok) return { ok: false, code: error.code, message: `${error.message} The finished steps no longer fit the files: ${again.failed?.message ?? ''}` };
    const done = kept.length ? ['Done, and shown as done above:', ...kept.map((s) => stepLine(s, 'done'))] : [];
    rest = await ask(plan.about, [...done, `Failed (${error.code}): ${stepLine(stepOf(plan, id), 'failed')}`, error.message, 'Plan only what is still to do.'].join('\n'));
  } catch (thrown) {
    const { code, message } = asError(thrown);
    if (code === 'cancelled') throw thrown;
    if (code === 'no_model') return { ok: false, code: error.code, message: `${error.message} No fallback knows a way on, and no model is configured.` };
    return { ok: false, code, message };
  } finally {
    await bench.restore(from);
  }
  const ids = new Set(kept.map((s) => s.id));
  const named = new Map(rest.steps.map((s) => [s.id, freeId(`${s.id}.new`, ids)]));
  const steps = rest.steps.map((s) => ({ ...s, id: named.get(s.id) ?? s.id, dependsOn: [...s.dependsOn.map((d) => named.get(d) ?? d), ...kept.map((k) => k.id)] }));
  const whole: Plan = { summary: rest.summary || plan.about, checks: rest.checks, steps: [...kept.map((s) => among(s, kept)), ...steps] };
  const problems = await validatePlan(whole, { tools, bench, languages: context.languages, hasModel: true, maxSteps });
  if (problems.length) return { ok: false, code: 'plan_invalid', message: `The new plan cannot run:\n${problemsText(problems)}` };
  return { ok: true, plan: TaskPlan.from(whole) };
}

/** A step that waits for no other than these. */
function among(step: PlanStep, others: readonly PlanStep[]): PlanStep {
  return { ...step, dependsOn: step.dependsOn.filter((d) => others.some((o) => o.id === d)) };
}

/** An id that no other step has; it is taken then. */
export function freeId(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let n = 2; taken.has(id); n += 1) id = `${wanted}${n}`;
  taken.add(id);
  return id;
}

/** @throws `bad_arguments` for something that is no failure */
export function asFailed(error: unknown): Failed {
  if (error instanceof UntilgreenError) return { code: error.code, message: error.message, data: error.data };
  const { code, message, data } = (error ?? {}) as Partial<Failed>;
  if (typeof code === 'string' && typeof message === 'string') return { code, message, ...(data === undefined ? {} : { data }) };
  throw new UntilgreenError('bad_arguments', 'Expected the `error` of replanOnFailure to have a code and a message.', {}, 'Give `result.error`, or an UntilgreenError.');
}
