import { asError, UntilgreenError, type ErrorCode } from '../core/errors.ts';
import { runTool } from '../tools/registry.ts';
import type { Tool, ToolContext, ToolResult } from '../tools/types.ts';
import { topologicalOrder } from './graph.ts';
import { toolOf } from './normalise.ts';
import type { Plan, StepState } from './types.ts';

export interface PlanResult {
  ok: boolean;
  states: Record<string, StepState>;
  results: Record<string, ToolResult>;
  /** The step that failed; every write of the plan was taken back. */
  failed?: { step: string; action: string; code: ErrorCode; message: string };
  /** What reading steps returned, as text for the next prompt. */
  readings: string[];
}

/** Characters of one reading that go on to the next prompt. */
const READING_CHARS = 12_000;

/**
 * Executes a validated plan step by step in topological order. All or nothing: when a step fails, every file is put back as it
 * was before the plan. Checks run by `run_tests` steps inform, and never fail a plan: the gate decides.
 */
export async function executePlan(plan: Plan, context: ToolContext, options: { tools: readonly Tool[]; signal?: AbortSignal }): Promise<PlanResult> {
  const states: Record<string, StepState> = Object.fromEntries(plan.steps.map((s) => [s.id, 'waiting']));
  const results: Record<string, ToolResult> = {};
  const readings: string[] = [];
  const before = await context.bench.checkpoint();
  const fail = async (step: Plan['steps'][number], code: ErrorCode, message: string): Promise<PlanResult> => {
    states[step.id] = 'failed';
    for (const id of Object.keys(states)) if (states[id] === 'waiting') states[id] = 'skipped';
    context.emit('step_finished', { step: step.id, action: step.action, state: 'failed', code, message }, 'warn');
    await context.bench.restore(before);
    return { ok: false, states, results, readings, failed: { step: step.id, action: step.action, code, message } };
  };
  for (const step of topologicalOrder(plan.steps)) {
    const tool = toolOf(options.tools, step.action);
    if (!tool) return fail(step, 'unknown_tool', `There is no tool '${step.action}'.`);
    states[step.id] = 'running';
    context.emit('step_started', { step: step.id, action: step.action, path: step.args['path'] ?? step.args['to'], why: step.why });
    let result: ToolResult;
    try {
      options.signal?.throwIfAborted();
      result = await runTool(tool, step.args, { ...context, key: `${context.key ?? 'plan'}/${step.id}`, signal: options.signal });
    } catch (thrown) {
      const error = options.signal?.aborted ? new UntilgreenError('cancelled', 'Cancelled.') : asError(thrown);
      return fail(step, error.code, error.message);
    }
    results[step.id] = result;
    if (!result.ok) return fail(step, result.code, result.message);
    states[step.id] = 'done';
    context.emit('step_finished', { step: step.id, action: step.action, state: 'done', summary: result.summary, changed: result.changed });
    if (tool.effect === 'read' || tool.name === 'shell') readings.push(reading(step.action, step.args, result.data));
  }
  return { ok: true, states, results, readings };
}

function reading(action: string, args: Record<string, unknown>, data: unknown): string {
  const text = typeof data === 'string' ? data : typeof (data as { text?: unknown } | null)?.text === 'string' ? (data as { text: string }).text : JSON.stringify(data, null, 1);
  const shown = text.length > READING_CHARS ? `${text.slice(0, READING_CHARS)}\n… ${text.length - READING_CHARS} characters more` : text;
  return `${action} ${JSON.stringify(args)} showed:\n${shown}`;
}
