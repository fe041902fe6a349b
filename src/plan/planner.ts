import { UntilgreenError } from '../core/errors.ts';
import type { Emit } from '../core/events.ts';
import type { Message, Models } from '../models/types.ts';
import { toolReference } from './reference.ts';
import { normalisePlan } from './normalise.ts';
import { tolerantPlanSchema } from './schema.ts';
import type { Plan, PlanProblem } from './types.ts';
import { validatePlan, type ValidateOptions } from './validate.ts';

/**
 * Asks the planner role for a plan and validates it; a plan with problems gets one corrective turn that names them.
 *
 * Errors: `plan_invalid` with `data.problems` when the second plan has problems too; those of `Models.ask`.
 *
 * @param options.prompt   system text; `{{tools}}` is replaced by the tools with their arguments
 * @param options.context  the user message: project, files, failures, request
 */
export async function askPlanner(
  options: ValidateOptions & { models: Models; prompt: string; context: string; key: string; signal?: AbortSignal; emit: Emit },
): Promise<Plan> {
  const system = options.prompt.replace('{{tools}}', () => toolReference(options.tools));
  const messages: Message[] = [{ role: 'user', content: options.context }];
  let problems: PlanProblem[] = [];
  for (const turn of [1, 2]) {
    const answer = await options.models.ask({
      role: 'planner', system, messages, schema: tolerantPlanSchema, schemaName: 'plan', key: turn === 1 ? options.key : `${options.key}-corrected`, signal: options.signal,
      onText: (piece) => options.emit('text', { role: 'planner', piece }),
    });
    const plan = normalisePlan(answer.value, options);
    problems = await validatePlan(plan, options);
    if (!problems.length) return plan;
    for (const problem of problems) options.emit('plan_problem', { ...problem }, 'warn');
    messages.push({ role: 'assistant', content: answer.text }, { role: 'user', content: correction(problems) });
  }
  throw new UntilgreenError('plan_invalid', `The plan was refused: ${problems[0]!.message}`, { problems }, 'Nothing was changed.');
}

function correction(problems: readonly PlanProblem[]): string {
  return ['The plan cannot be run:', ...problems.slice(0, 10).map((p) => `- ${p.message}`), 'Send the whole corrected plan as one JSON object.'].join('\n');
}
