import { z } from 'zod';
import type { Plan, PlanProblem } from './types.ts';

const step = z.object({
  id: z.string().min(1).describe('short and unique, such as s1'),
  action: z.string().min(1).describe('name of a tool'),
  args: z.record(z.string(), z.unknown()).describe('its arguments'),
  dependsOn: z.array(z.string()).default([]).describe('ids of steps that must be done before'),
  why: z.string().default('').describe('one sentence'),
});

/** The form that the planner is held to. */
export const planSchema: z.ZodType<Plan> = z.object({
  summary: z.string().describe('one or two sentences: what will be changed and how'),
  steps: z.array(step),
  checks: z.array(z.string()).default([]).describe('further commands that must succeed; usually none'),
}) as z.ZodType<Plan>;

/** Models slip in small ways that leave no doubt about what is meant; those are put right before the schema judges. */
export const tolerantPlanSchema: z.ZodType<Plan> = z.preprocess(tidy, planSchema) as z.ZodType<Plan>;

function tidy(value: unknown): unknown {
  if (!isRecord(value)) return value;
  // `{"plan": {…}}`
  const body = isRecord(value['plan']) && !('steps' in value) ? value['plan'] : value;
  const steps = body['steps'];
  return {
    ...body,
    summary: body['summary'] ?? '',
    checks: list(body['checks']),
    steps: Array.isArray(steps) ? steps.map(tidyStep) : steps,
  };
}

function tidyStep(value: unknown, index: number): unknown {
  if (!isRecord(value)) return value;
  const { tool, name, depends_on: snake, arguments: long, ...rest } = value;
  const dependsOn = rest['dependsOn'] ?? snake;
  return {
    ...rest,
    id: rest['id'] === undefined ? `s${index + 1}` : String(rest['id']),
    action: rest['action'] ?? tool ?? name,
    args: rest['args'] ?? long ?? {},
    dependsOn: list(dependsOn),
    why: rest['why'] ?? '',
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function list(value: unknown): unknown {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.map((v) => (typeof v === 'number' ? String(v) : v)) : typeof value === 'string' || typeof value === 'number' ? [String(value)] : value;
}

/** A plan written by hand: the value of a JSON file. Problems name the place. */
export function parsePlan(value: unknown): { plan: Plan; problems: [] } | { plan?: undefined; problems: PlanProblem[] } {
  const parsed = tolerantPlanSchema.safeParse(value);
  if (parsed.success) return { plan: parsed.data, problems: [] };
  return {
    problems: parsed.error.issues.map((issue) => ({ code: 'shape' as const, message: `${issue.path.join('.') || 'plan'}: ${issue.message}` })),
  };
}
