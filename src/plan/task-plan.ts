import { UntilgreenError } from '../core/errors.ts';
import { libraryTools } from '../tools/registry.ts';
import type { Tool } from '../tools/types.ts';
import { findFile } from './find-file.ts';
import { toPlan } from './schema.ts';
import { planSummary } from './summary.ts';
import type { Plan, PlanStep, StepState } from './types.ts';
import { formProblems, problemsText } from './validate.ts';

/** The tools a plan may use where nobody says otherwise. */
export function planTools(): readonly Tool[] {
  return [...libraryTools(), findFile];
}

export interface AddStep {
  /** Default: `s1`, `s2`, … */
  id?: string;
  /** Ids of steps that must be done before; they may be added later. Default: none. */
  dependsOn?: readonly string[];
  /** One sentence for the reader. */
  why?: string;
}

/**
 * A plan that is put together step by step, with the state of each step while it runs.
 *
 * @example
 * const plan = new TaskPlan('Correct the tax')
 *   .addStep('edit_file', { path: 'tax.py', edits: [{ oldText: '0.19', newText: '0.2' }] }, { id: 'rate' })
 *   .addStep('run_tests', {}, { dependsOn: ['rate'] });
 * console.log(plan.summary());
 * await executor.execute(plan);
 * plan.status('rate'); // 'done'
 */
export class TaskPlan {
  readonly #steps: PlanStep[] = [];
  readonly #states = new Map<string, StepState>();
  readonly #checks: string[];

  /**
   * @param about what the plan is for, one sentence
   * @param checks further commands that must succeed. Default: none
   */
  constructor(
    readonly about = '',
    checks: readonly string[] = [],
  ) {
    this.#checks = [...checks];
  }

  /**
   * A plan as `toJSON` gives it, or as a model or a person wrote it: small slips are put right.
   * @throws `plan_invalid` that names each place and what was expected
   */
  static from(value: unknown): TaskPlan {
    if (value instanceof TaskPlan) return value;
    const { summary, steps, checks } = toPlan(value);
    const plan = new TaskPlan(summary, checks);
    for (const { action, args, ...more } of steps) plan.addStep(action, args, more);
    return plan;
  }

  /**
   * Adds a step. Whether its tool, arguments and dependencies exist is told by `check`, since other steps may still come.
   *
   * @param action a tool's name
   * @throws `plan_invalid` for an id that another step has
   */
  addStep(action: string, args: Record<string, unknown> = {}, { id = this.#freeId(), dependsOn = [], why = '' }: AddStep = {}): this {
    if (this.#states.has(id)) throw new UntilgreenError('plan_invalid', `Two steps have the id ${id}.`, { step: id }, 'Give each step an id of its own, or none.');
    this.#steps.push({ id, action, args, dependsOn: [...dependsOn], why });
    this.#states.set(id, 'waiting');
    return this;
  }

  /** The steps as they were added. */
  get steps(): readonly Readonly<PlanStep>[] {
    return this.#steps;
  }

  /** Where a step stands. @throws `bad_arguments` for an id that no step has */
  status(id: string): StepState {
    const state = this.#states.get(id);
    if (!state) throw new UntilgreenError('bad_arguments', `No step has the id ${id}. There are: ${[...this.#states.keys()].join(', ') || 'none'}.`, { step: id });
    return state;
  }

  /** Notes the state of a step, as the executor does; steps that a fallback added are not the plan's and are passed over. */
  mark(id: string, state: StepState): void {
    if (this.#states.has(id)) this.#states.set(id, state);
  }

  /**
   * Looks for what is wrong with the plan by itself.
   *
   * @param options.tools default: the tools of every run and `find_file`
   * @param options.maxSteps default: no limit
   * @throws `plan_invalid` that names every step concerned: unknown tools with the nearest one, wrong arguments, unknown
   *   dependencies, a cycle step by step, too many steps. `data.problems` has them one by one.
   */
  check({ tools = planTools(), maxSteps = Number.POSITIVE_INFINITY }: { tools?: readonly Tool[]; maxSteps?: number } = {}): this {
    const problems = formProblems(this.toJSON(), { tools, maxSteps });
    if (problems.length) throw new UntilgreenError('plan_invalid', `The plan cannot run:\n${problemsText(problems)}`, { problems });
    return this;
  }

  /** The plan as a person reads it: what it is for, each step with its state, its checks. */
  summary(): string {
    return planSummary(this.toJSON(), Object.fromEntries(this.#states));
  }

  /** The plan in the form that `--plan FILE` and `TaskPlan.from` take. */
  toJSON(): Plan {
    return { summary: this.about, steps: this.#steps.map((s) => ({ ...s, dependsOn: [...s.dependsOn] })), checks: [...this.#checks] };
  }

  #freeId(): string {
    for (let n = this.#steps.length + 1; ; n += 1) if (!this.#states.has(`s${n}`)) return `s${n}`;
  }
}
