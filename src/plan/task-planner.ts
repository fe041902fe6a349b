import { readFile } from 'node:fs/promises';
import { UntilgreenError } from '../core/errors.ts';
import { defaultTools } from '../tools/registry.ts';
import type { Tool, ToolContext } from '../tools/types.ts';
import { askPlanner } from './planner.ts';
import { projectText } from './project-text.ts';
import { PLANNER_PROMPT } from './prompts.ts';
import { byFallback, byModel, type Failed, type Replan } from './replan.ts';
import { planTools, TaskPlan } from './task-plan.ts';
import { keysOf, nearestTemplate, templateFor, templates } from './templates/registry.ts';
import type { Plan } from './types.ts';

/** As `orchestrator.max_plan_steps` has it by default. */
export const MAX_STEPS = 60;

export interface TaskPlannerOptions {
  /** Tools that plans may use. Default: those of the library; a model is shown the ones of every run. */
  tools?: readonly Tool[];
  /** Default 60. */
  maxSteps?: number;
  /** The prompt of the model that plans what no template does. Default: the built-in one. */
  prompt?: string;
}

/**
 * Makes plans: from templates where a task is of a kind that needs no model, else by the planner's model.
 *
 * @example
 * const plan = await session.work(async (context) => {
 *   const plan = await new TaskPlanner(context).plan('rename area to surface', { oldName: 'area', newName: 'surface' });
 *   return { ok: true, text: plan.summary() };
 * });
 */
export class TaskPlanner {
  readonly #options: Required<Pick<TaskPlannerOptions, 'maxSteps'>> & TaskPlannerOptions;

  /** @param context the project to plan for, as a tool session gives it; only looked at */
  constructor(
    private readonly context: ToolContext,
    options: TaskPlannerOptions = {},
  ) {
    this.#options = { ...options, maxSteps: options.maxSteps ?? MAX_STEPS };
  }

  /**
   * @param task  what is to be done, in words
   * @param known what the caller knows: the keys of a template, or anything that helps a model
   * @returns a plan that passed `check`
   * @throws `no_model` that lists the templates with their keys, where none fits and no model is configured; `not_found`, `ambiguous`,
   *   `conflict`, `file_missing`, `no_change` and `bad_arguments` of a template; `plan_invalid`, and the models' own errors
   */
  async plan(task: string, known: Readonly<Record<string, unknown>> = {}): Promise<TaskPlan> {
    const { tools = planTools(), maxSteps } = this.#options;
    const template = templateFor(task, known);
    const plan = template ? await template.plan(template.keys.parse(known), this.context, task) : TaskPlan.from(await this.#ask(task, await projectText(task, known, this.context), undefined, known));
    return plan.check({ tools, maxSteps });
  }

  /**
   * Another plan after a step failed. Finished steps stay as they are; they run again, since a failed plan was taken back. The failed
   * one is replaced by a fallback's steps (the file found by its name, the missing module, narrower tests), what follows it stays;
   * where no fallback knows a way, the model plans the rest anew.
   *
   * @param error as the result has it; its `data` tells the fallbacks what they need
   * @returns the plan, or a refusal that says why there is none: a code, and what was found
   */
  async replanOnFailure(plan: TaskPlan, step: string, error: Failed): Promise<Replan> {
    const { tools = planTools(), maxSteps } = this.#options;
    const found = await byFallback(plan, step, error, { tools, context: this.context });
    if (found.ok) return { ok: true, plan: found.plan.check({ tools, maxSteps }) };
    return byModel(plan, step, { ...error, message: found.message }, {
      tools, context: this.context, maxSteps,
      ask: async (goal, tried) => this.#ask(goal, await projectText(`${goal}\n${tried}`, {}, this.context), tried),
    });
  }

  async #ask(goal: string, shown: string, tried?: string, known: Readonly<Record<string, unknown>> = {}): Promise<Plan> {
    const { models, bench, languages, signal, emit, key } = this.context;
    const { tools = defaultTools(), maxSteps, prompt } = this.#options;
    try {
      if (!models) throw new UntilgreenError('no_model', 'No model is configured.');
      return await askPlanner({
        models, prompt: prompt ?? (await readFile(PLANNER_PROMPT, 'utf8')), tools, bench, languages, maxSteps, goal, context: shown, emit, ...(tried && { tried }), ...(signal && { signal }), ...(key && { key }),
      });
    } catch (error) {
      if (error instanceof UntilgreenError && error.code === 'no_model') throw noTemplate(goal, known, error);
      throw error;
    }
  }
}

/** No template, and nobody to ask: what there is, with the keys that each needs, and what the nearest one misses. */
function noTemplate(task: string, known: Readonly<Record<string, unknown>>, cause: UntilgreenError): UntilgreenError {
  const words = new Set(task.toLowerCase().match(/[a-z]+/g));
  const near = templates.filter((t) => t.name.split('-').some((part) => words.has(part)));
  const listed = [...near, ...templates.filter((t) => !near.includes(t))].map((t) => `- ${keysOf(t)}: ${t.says}`);
  const misses = nearestTemplate(known);
  return new UntilgreenError(
    'no_model', `No template does "${task.length > 80 ? `${task.slice(0, 80)}…` : task}" with what was given, and no model is configured.${misses ? ` ${misses}` : ''}`,
    { task, templates: templates.map(keysOf) }, `Give exactly the keys of one template, or configure a model (\`untilgreen config\`):\n${listed.join('\n')}`, { cause },
  );
}
