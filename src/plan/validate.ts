import { z } from 'zod';
import { checkPath } from '../workspace/paths.ts';
import { asError } from '../core/errors.ts';
import type { Tool } from '../tools/types.ts';
import type { Workbench } from '../workspace/types.ts';
import { graphProblems, topologicalOrder } from './graph.ts';
import { toolOf } from './normalise.ts';
import type { Plan, PlanProblem } from './types.ts';

export interface ValidateOptions {
  tools: readonly Tool[];
  bench: Workbench;
  /** False when no model is configured: steps that ask one are refused before anything runs. */
  hasModel: boolean;
  maxSteps: number;
}

/**
 * Everything that can be known to be wrong with a plan before it runs: its shape, its graph, each step's arguments, and the
 * files as they will be when the step's turn comes.
 */
export async function validatePlan(plan: Plan, options: ValidateOptions): Promise<PlanProblem[]> {
  if (!plan.steps.length) return [{ code: 'empty', message: 'The plan has no steps.' }];
  if (plan.steps.length > options.maxSteps) return [{ code: 'too_many_steps', message: `The plan has ${plan.steps.length} steps; at most ${options.maxSteps} are allowed.` }];
  const problems = graphProblems(plan.steps);
  const order = problems.length ? plan.steps : topologicalOrder(plan.steps);
  const files = new Map((await options.bench.list()).map((f) => [f.path, true]));
  const present = async (path: string) => files.get(path) ?? (await options.bench.exists(path));
  for (const step of order) {
    const problem = (code: PlanProblem['code'], message: string) => problems.push({ step: step.id, code, message: `Step '${step.id}' (${step.action}): ${message}` });
    const tool = toolOf(options.tools, step.action);
    if (!tool) {
      problem('unknown_tool', `there is no such tool; known are ${options.tools.map((t) => t.name).join(', ')}.`);
      continue;
    }
    const parsed = tool.schema.safeParse(step.args);
    if (!parsed.success) {
      problem('bad_arguments', z.prettifyError(parsed.error).replaceAll('\n', ' '));
      continue;
    }
    if (tool.role && !options.hasModel) problem('refused', 'it asks a model and none is configured.');
    const writes = tool.writes?.(parsed.data) ?? [];
    const reads = tool.reads?.(parsed.data) ?? [];
    let inside = true;
    for (const path of [...writes, ...reads]) {
      try {
        checkPath(path);
      } catch (error) {
        problem('path_outside', asError(error).what);
        inside = false;
      }
    }
    if (!inside) continue;
    for (const path of reads) if (!(await present(path))) problem('file_missing', `${path} will not be there when its turn comes.`);
    if (step.action === 'create_file') for (const path of writes) if (await present(path)) problem('file_exists', `${path} exists already; use edit_file, or file_write to replace all of it.`);
    const to = (parsed.data as { to?: unknown }).to;
    if (step.action === 'move_file' && typeof to === 'string' && (await present(to))) problem('file_exists', `${to} exists already.`);
    for (const path of writes) files.set(path, true);
    if (step.action === 'delete_file') for (const path of writes) files.set(path, false);
    if (step.action === 'move_file') {
      for (const path of reads) files.set(path, false);
      if (typeof to === 'string') files.set(to, true);
    }
  }
  return problems;
}
