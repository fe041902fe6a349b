import { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import type { Plan } from './types.ts';

const step = z.object({
  id: z.string().min(1),
  action: z.string().min(1),
  args: z.record(z.string(), z.unknown()).default({}),
  dependsOn: z.array(z.string()).default([]),
  why: z.string().default(''),
});

const exact = z.object({
  summary: z.string().default(''),
  steps: z.array(step),
  checks: z.array(z.string()).default([]),
});

const STEP_KEYS: Record<string, string> = { depends_on: 'dependsOn', depends: 'dependsOn', dependencies: 'dependsOn', tool: 'action', name: 'action', arguments: 'args', parameters: 'args', input: 'args', reason: 'why', description: 'why' };
const isObject = (value: unknown): value is Record<string, unknown> => value !== null && typeof value === 'object' && !Array.isArray(value);

function parsedJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value; // stays text, and the schema says that it must be an object
  }
}

function list(value: unknown): unknown {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : [value]).map((item) => (typeof item === 'number' ? String(item) : item));
}

function tidyStep(value: unknown, index: number): unknown {
  if (!isObject(value)) return value;
  const out: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const name = STEP_KEYS[key] ?? key;
    if (!(name in out) || name === key) out[name] = inner;
  }
  out.id = out.id === undefined ? `s${index + 1}` : typeof out.id === 'number' ? String(out.id) : out.id;
  out.dependsOn = list(out.dependsOn);
  out.args = parsedJson(out.args ?? {});
  out.why ??= '';
  return out;
}

/** Small slips of models and people put right: other key names, numbers for ids, missing lists, a plan in `{plan: …}` or as a bare list of steps. */
function tidy(value: unknown): unknown {
  const plan = Array.isArray(value) ? { steps: value } : isObject(value) && isObject(value.plan) && !('steps' in value) ? value.plan : value;
  if (!isObject(plan)) return plan;
  return { summary: plan.summary ?? '', checks: list(plan.checks), steps: Array.isArray(plan.steps) ? plan.steps.map(tidyStep) : plan.steps };
}

/** A plan, tolerant of small slips. `z.toJSONSchema(planSchema, { io: 'input' })` gives the form a model is asked for. */
export const planSchema: z.ZodType<Plan> = z.preprocess(tidy, exact);

/**
 * A plan from a parsed file or reply.
 * @throws `plan_invalid` that names each place and what was expected
 */
export function toPlan(value: unknown): Plan {
  const result = planSchema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((i) => `${i.path.map(String).join('.') || 'plan'}: ${i.message}`);
  throw new UntilgreenError('plan_invalid', `The plan has not the form {summary, steps: [{id, action, args, dependsOn, why}], checks}: ${problems.join('; ')}.`, { problems });
}
