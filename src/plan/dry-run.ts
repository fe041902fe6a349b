import { parseArguments } from '../tools/arguments.ts';
import { defaultTools, toolNamed } from '../tools/registry.ts';
import type { ToolContext } from '../tools/types.ts';
import type { ExecuteOptions, ExecuteResult } from './execute.ts';
import { topologicalOrder } from './graph.ts';
import { subject } from './summary.ts';
import type { Plan, PlanStep, StepReport, StepState } from './types.ts';
import { problemsText, validatePlan } from './validate.ts';

/** What a step would do, in a sentence: as the tool sees it in the files as they are, else from its arguments alone. */
async function wouldDo(step: PlanStep, context: ToolContext, tools: ExecuteOptions['tools'] = defaultTools()): Promise<string> {
  const tool = toolNamed(step.action, tools);
  const parsed = tool && parseArguments(tool, step.args);
  if (!tool || !parsed?.ok) return 'Cannot run.';
  // A step before may make what this one needs: then only its arguments are told.
  const seen = await tool.preview?.(parsed.value, context).catch(() => undefined);
  if (seen !== undefined) return seen;
  const about = subject(step);
  const what = `Would run ${tool.name}${about ? ` on ${about}` : ''}`;
  const writes = tool.effect === 'read' || tool.standalone ? [] : tool.writes?.(parsed.value);
  if (!writes) return `${what}; what it writes is known only when it runs.`;
  return writes.length ? `${what}; it would write ${writes.join(', ')}.` : `${what}; it writes nothing.`;
}

/** Validates a plan against the files as they are and says what each step would do. Runs nothing and changes nothing. */
export async function dryRun(plan: Plan, context: ToolContext, options: ExecuteOptions): Promise<ExecuteResult> {
  const tools = options.tools ?? defaultTools();
  const problems = await validatePlan(plan, { tools, bench: context.bench, languages: context.languages, hasModel: context.models !== undefined, maxSteps: options.maxSteps ?? plan.steps.length });
  const wrong = problems[0];
  const failed = wrong && { step: wrong.step ?? plan.steps[0]?.id ?? '', code: 'plan_invalid' as const, message: `The plan cannot run:\n${problemsText(problems)}` };
  const order = topologicalOrder(plan.steps);
  const steps: StepReport[] = [];
  for (const step of order) {
    const { id, action, args, why } = step;
    const mine = problems.filter((p) => p.step === id);
    options.onStep?.(step, mine.length ? 'failed' : 'skipped');
    const report = { id, action, args, why, attempts: 0, ms: 0, summary: await wouldDo(step, context, tools) };
    steps.push(mine[0] ? { ...report, state: 'failed', code: 'plan_invalid', message: mine.map((p) => p.message).join('\n') } : { ...report, state: 'skipped', message: 'A dry run runs nothing.' });
  }
  const states: Record<string, StepState> = Object.fromEntries(steps.map((s) => [s.id, s.state]));
  return { ok: !failed, states, results: {}, from: await context.bench.checkpoint(), steps, ...(failed ? { failed } : {}) };
}
