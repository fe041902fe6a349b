import { UntilgreenError, asError } from '../core/errors.ts';
import { runTool } from '../tools/registry.ts';
import type { Tool, ToolContext, ToolResult } from '../tools/types.ts';
import type { CheckpointId } from '../workspace/types.ts';
import { cycleOf, topologicalOrder } from './graph.ts';
import type { Plan, PlanStep, StepState } from './types.ts';

export interface ExecuteOptions {
  /** Default: the tools of every run. */
  tools?: readonly Tool[];
  /** Called when a step changes its state. Must not throw. */
  onStep?: (step: PlanStep, state: StepState, result?: ToolResult) => void;
  signal?: AbortSignal;
}

export interface ExecuteResult {
  ok: boolean;
  /** Step id to its state. */
  states: Record<string, StepState>;
  results: Record<string, ToolResult>;
  /** The state before the plan. */
  from: CheckpointId;
  failed?: { step: string; code: UntilgreenError['code']; message: string };
}

/**
 * Runs a validated plan, one step after another in topological order. A step that is refused, throws or is cancelled ends the
 * plan: every file goes back to what it was before the first step, and what was to come is skipped.
 * Events: `step_started` {step, action, why}, `step_finished` {step, ok, summary | code, message, changed}, `plan_rolled_back`.
 * @throws `plan_invalid` for a cycle; whatever the steps do is in the result
 */
export async function executePlan(plan: Plan, context: ToolContext, options: ExecuteOptions = {}): Promise<ExecuteResult> {
  const cycle = cycleOf(plan.steps);
  if (cycle) throw new UntilgreenError('plan_invalid', `These steps wait for each other: ${cycle.join(' → ')}.`, { cycle });
  const order = topologicalOrder(plan.steps);
  const signal = options.signal ?? context.signal;
  const from = await context.bench.checkpoint();
  const states: Record<string, StepState> = Object.fromEntries(order.map((s) => [s.id, 'waiting']));
  const results: Record<string, ToolResult> = {};
  const become = (step: PlanStep, state: StepState, result?: ToolResult): void => {
    states[step.id] = state;
    options.onStep?.(step, state, result);
  };
  let failed: ExecuteResult['failed'];
  for (const step of order) {
    if (failed) {
      become(step, 'skipped');
      continue;
    }
    become(step, 'running');
    context.emit('step_started', { step: step.id, action: step.action, why: step.why });
    const result = await runStep(step, { ...context, ...(signal ? { signal } : {}), key: `${context.key ?? 'plan'}/${step.id}` }, options.tools);
    results[step.id] = result;
    if (result.ok) {
      context.emit('step_finished', { step: step.id, action: step.action, ok: true, summary: result.summary, changed: result.changed ?? [] });
    } else {
      failed = { step: step.id, code: result.code, message: result.message };
      context.emit('step_finished', { step: step.id, action: step.action, ok: false, code: result.code, message: result.message }, 'warn');
    }
    become(step, result.ok ? 'done' : 'failed', result);
  }
  if (failed) {
    await context.bench.restore(from);
    context.emit('plan_rolled_back', { step: failed.step, code: failed.code, to: from }, 'warn');
  }
  return { ok: !failed, states, results, from, ...(failed ? { failed } : {}) };
}

async function runStep(step: PlanStep, context: ToolContext, tools?: readonly Tool[]): Promise<ToolResult> {
  try {
    context.signal?.throwIfAborted();
    return await runTool(step.action, step.args, context, tools);
  } catch (thrown) {
    const error = asError(thrown);
    return { ok: false, code: error.code, message: error.message };
  }
}
