import { asError } from '../core/errors.ts';
import { runTool } from '../tools/registry.ts';
import type { Turns } from '../tools/turns.ts';
import type { Tool, ToolContext, ToolResult } from '../tools/types.ts';
import { cancelled, Fence } from './fence.ts';
import { backOff, TRANSIENT, type RetryPolicy } from './retry.ts';
import type { PlanStep } from './types.ts';

export interface Tries {
  result: ToolResult;
  attempts: number;
  /** What was waited for between the tries, for the event log. */
  waits: { code: string; ms: number }[];
}

export interface StepOptions {
  tools?: readonly Tool[];
  signal: AbortSignal;
  turns: Turns;
  /** Absent: one call. */
  retry?: RetryPolicy;
  judge?: (result: ToolResult) => ToolResult;
}

/** Calls the tool of a step, again after a refusal that can pass. Never rejects; when it resolves nothing of the step can still change a file. */
export async function runStep(step: Pick<PlanStep, 'action' | 'args'>, context: ToolContext, options: StepOptions): Promise<Tries> {
  const { retry, signal } = options;
  const waits: Tries['waits'] = [];
  for (let attempt = 1; ; attempt += 1) {
    const result = await once(step, context, options);
    if (result.ok || !retry || attempt >= retry.attempts || !(result.code in TRANSIENT) || signal.aborted) return { result, attempts: attempt, waits };
    const ms = backOff(attempt, retry);
    waits.push({ code: result.code, ms });
    try {
      await retry.sleep(ms, signal);
    } catch (thrown) {
      return { result: refusal(thrown), attempts: attempt, waits };
    }
  }
}

function refusal(thrown: unknown): ToolResult {
  const error = asError(thrown);
  return { ok: false, code: error.code, message: error.message };
}

async function once(step: Pick<PlanStep, 'action' | 'args'>, context: ToolContext, { tools, signal, turns, judge }: StepOptions): Promise<ToolResult> {
  if (signal.aborted) return refusal(cancelled(signal));
  const fence = new Fence(context, turns, signal);
  let abort = (): void => {};
  const aborted = new Promise<ToolResult>((resolve) => {
    abort = () => resolve(refusal(cancelled(signal)));
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    const result = await Promise.race([runTool(step.action, step.args, fence.context, tools), aborted]);
    return judge ? judge(result) : result;
  } finally {
    signal.removeEventListener('abort', abort);
    await fence.settled();
  }
}
