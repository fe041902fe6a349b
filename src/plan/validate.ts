import { UntilgreenError } from '../core/errors.ts';
import type { Language } from '../languages/types.ts';
import { parseArguments } from '../tools/arguments.ts';
import { toolNamed, unknownTool } from '../tools/registry.ts';
import type { Tool } from '../tools/types.ts';
import type { Workbench } from '../workspace/types.ts';
import { FilesAhead } from './files-ahead.ts';
import { ancestors, cycleOf, topologicalOrder } from './graph.ts';
import type { Plan, PlanProblem, PlanStep } from './types.ts';

export interface ValidateOptions {
  tools: readonly Tool[];
  bench: Pick<Workbench, 'exists' | 'readText'>;
  languages: readonly Language[];
  /** Whether a step may ask a model. */
  hasModel: boolean;
  /** `orchestrator.max_plan_steps`. */
  maxSteps: number;
}

/** Steps that ask a model. */
export function modelSteps(plan: Plan, tools: readonly Tool[]): string[] {
  return plan.steps.filter((s) => asksModel(s, tools)).map((s) => s.id);
}

/** Whether a step asks a model; one whose arguments are wrong is taken to, and validation says what is wrong. */
export function asksModel(step: Pick<PlanStep, 'action' | 'args'>, tools: readonly Tool[]): boolean {
  const tool = toolNamed(step.action, tools);
  if (tool?.role === undefined) return false;
  const parsed = parseArguments(tool, step.args);
  return !parsed.ok || (tool.asksModel?.(parsed.value) ?? true);
}

function shapeProblems(plan: Plan, options: Pick<ValidateOptions, 'maxSteps'>): PlanProblem[] {
  const problems: PlanProblem[] = [];
  if (plan.steps.length === 0) problems.push({ code: 'empty', message: 'The plan has no steps.' });
  if (plan.steps.length > options.maxSteps) problems.push({ code: 'too_many_steps', message: `The plan has ${plan.steps.length} steps; the limit is ${options.maxSteps} (maxSteps, or orchestrator.max_plan_steps).` });
  const ids = new Set<string>();
  for (const step of plan.steps) {
    if (ids.has(step.id)) problems.push({ step: step.id, code: 'duplicate_id', message: `Two steps have the id ${step.id}.` });
    ids.add(step.id);
  }
  for (const step of plan.steps) {
    for (const d of step.dependsOn) if (!ids.has(d)) problems.push({ step: step.id, code: 'unknown_dependency', message: `Step ${step.id} depends on ${d}, which is not a step.` });
  }
  const cycle = cycleOf(plan.steps);
  if (cycle) problems.push({ step: cycle[0], code: 'cycle', message: `These steps wait for each other: ${cycle.join(' → ')}.` });
  return problems;
}

interface Ready {
  tool: Tool;
  args: any;
}

/** Problems of the graph, the names of tools and the arguments; and the steps whose tool and arguments are in order. */
function formOf(plan: Plan, options: Pick<ValidateOptions, 'tools' | 'maxSteps'>): { problems: PlanProblem[]; ready: Map<string, Ready> } {
  const { tools } = options;
  const problems = shapeProblems(plan, options);
  const ready = new Map<string, Ready>();
  for (const step of plan.steps) {
    const tool = toolNamed(step.action, tools);
    if (!tool) {
      problems.push({ step: step.id, code: 'unknown_tool', message: `Step ${step.id}: ${unknownTool(step.action, tools)}` });
      continue;
    }
    const parsed = parseArguments(tool, step.args);
    if (parsed.ok) ready.set(step.id, { tool, args: parsed.value });
    else problems.push({ step: step.id, code: 'bad_arguments', message: `Step ${step.id}: ${parsed.message}` });
  }
  return { problems, ready };
}

/** What is wrong with a plan by itself, whatever the files hold: its graph, its tools, its arguments. */
export function formProblems(plan: Plan, options: Pick<ValidateOptions, 'tools' | 'maxSteps'>): PlanProblem[] {
  return formOf(plan, options).problems;
}

/**
 * Everything that can be known to be wrong with a plan before it runs: its graph, tools and arguments, and its paths and
 * edits against the files *as they will be at that step*. Reads only.
 * @returns all problems, in the plan's order; empty when it may run
 * @throws `no_model` when a step asks a model and there is none (exit 8, before anything runs)
 */
export async function validatePlan(plan: Plan, options: ValidateOptions): Promise<PlanProblem[]> {
  const { tools } = options;
  const asking = options.hasModel ? [] : modelSteps(plan, tools);
  if (asking.length) {
    throw new UntilgreenError('no_model', `${asking.length === 1 ? 'Step' : 'Steps'} ${asking.join(', ')} of the plan ask a model, and none is configured.`, { steps: asking }, 'Set a model (`untilgreen config`), or write the step as edit_file or create_file.');
  }
  const { problems, ready } = formOf(plan, options);
  if (problems.some((p) => p.code === 'cycle' || p.code === 'duplicate_id' || p.code === 'too_many_steps')) return problems;

  const before = ancestors(plan.steps);
  const writers = new Map<string, string>();
  const ahead = new FilesAhead(options.bench, options.languages);
  for (const step of topologicalOrder(plan.steps)) {
    const known = ready.get(step.id);
    if (!known) continue;
    problems.push(...(await ahead.take(step, known.tool, known.args)));
    for (const path of new Set(known.tool.writes?.(known.args) ?? [])) {
      const other = writers.get(path);
      if (other !== undefined && !before.get(step.id)?.has(other)) {
        problems.push({ step: step.id, code: 'refused', message: `Steps ${other} and ${step.id} both write ${path}, and neither waits for the other. Add ${other} to dependsOn of ${step.id}.` });
      }
      writers.set(path, step.id);
    }
  }
  return problems;
}

/** Problems as a list for a person or a model. */
export function problemsText(problems: readonly PlanProblem[]): string {
  return problems.map((p) => `- ${p.code}: ${p.message}`).join('\n');
}
