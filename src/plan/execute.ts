import { asError, UntilgreenError, type ErrorCode } from '../core/errors.ts';
import { defaultTools, toolNamed } from '../tools/registry.ts';
import { Turns } from '../tools/turns.ts';
import type { Tool, ToolContext, ToolResult } from '../tools/types.ts';
import type { CheckpointId } from '../workspace/types.ts';
import { dryRun } from './dry-run.ts';
import type { Fallback, Recovery } from './fallbacks/types.ts';
import { findFile } from './find-file.ts';
import { footprintOf, Held } from './footprint.ts';
import { cycleOf, topologicalOrder } from './graph.ts';
import type { RetryPolicy } from './retry.ts';
import { runStep, type StepOptions, type Tries } from './run-step.ts';
import type { Plan, PlanStep, StepReport, StepState } from './types.ts';

/** `sequential`: one step after another. `parallel`: independent steps together. `dry-run`: says what would be done and does nothing. */
export type ExecuteMode = 'sequential' | 'parallel' | 'dry-run';

/** Steps that run at the same time in parallel mode: commands run alone anyway, and more model calls at once than this queue up at most servers. */
const TOGETHER = 4;

export interface ExecuteOptions {
  /** Default: the tools of every run. */
  tools?: readonly Tool[];
  /** Called when a step changes its state. Must not throw. */
  onStep?: (step: PlanStep, state: StepState, result?: ToolResult) => void;
  signal?: AbortSignal;
  /** Default `sequential`. */
  mode?: ExecuteMode;
  /** Steps that may run in all, those that fallbacks add included. Default: no limit. */
  maxSteps?: number;
  /** Default: each tool is called once. */
  retry?: RetryPolicy;
  /** Ways on after a failure. Default: none, the plan ends. */
  fallbacks?: readonly Fallback[];
  /** What a result counts as. Default: as the tool says. */
  judge?: (result: ToolResult) => ToolResult;
}

export interface ExecuteResult {
  ok: boolean;
  /** Step id to its state. */
  states: Record<string, StepState>;
  results: Record<string, ToolResult>;
  /** The state before the plan. */
  from: CheckpointId;
  failed?: { step: string; code: UntilgreenError['code']; message: string };
  /** Every step with what became of it, in the order in which they ended. */
  steps: StepReport[];
}

/**
 * Runs a plan in topological order. A step that is refused, throws or is cancelled ends the plan: every file goes back to what it
 * was before the first step, and what was to come is skipped. In parallel mode steps that are under way then are cancelled, two
 * steps that touch the same file never run together, and one whose writes are not known before it runs goes without other writers.
 * A tool that ignores its signal can change nothing after it was cancelled.
 *
 * Events: `step_started` {step, action, why}, `step_finished` {step, action, ok, summary | code, message, changed}, `step_retried`
 * {step, code, ms}, `step_recovered` {step, by, fallback}, `plan_rolled_back` {step, code, to}.
 * @throws `plan_invalid` for a cycle and for more than `maxSteps` steps; whatever the steps do is in the result
 */
export async function executePlan(plan: Plan, context: ToolContext, options: ExecuteOptions = {}): Promise<ExecuteResult> {
  const cycle = cycleOf(plan.steps);
  if (cycle) throw new UntilgreenError('plan_invalid', `These steps wait for each other: ${cycle.join(' → ')}.`, { cycle });
  const { maxSteps = Number.POSITIVE_INFINITY } = options;
  if (plan.steps.length > maxSteps) throw new UntilgreenError('plan_invalid', `The plan has ${plan.steps.length} steps; the limit is ${maxSteps}.`, { steps: plan.steps.length, maxSteps }, 'Raise maxSteps, or make the task smaller.');
  if (options.mode === 'dry-run') return dryRun(plan, context, options);
  return new PlanRun(plan, context, options, maxSteps).run();
}

type Refusal = Extract<ToolResult, { ok: false }>;
interface Outcome {
  result: ToolResult;
  attempts: number;
  /** The arguments of the last call. */
  args: Record<string, unknown>;
}

class PlanRun {
  private readonly order: PlanStep[];
  private readonly states: Record<string, StepState>;
  private readonly results: Record<string, ToolResult> = {};
  private readonly reports: StepReport[] = [];
  private readonly running = new Map<string, Promise<void>>();
  private readonly held = new Held();
  private readonly ended = new AbortController();
  private readonly tools: readonly Tool[];
  private readonly step: StepOptions;
  private failed: ExecuteResult['failed'];
  private left: number;

  constructor(plan: Plan, private readonly context: ToolContext, private readonly options: ExecuteOptions, maxSteps: number) {
    this.order = topologicalOrder(plan.steps);
    this.states = Object.fromEntries(this.order.map((s) => [s.id, 'waiting']));
    this.left = maxSteps - this.order.length;
    const outer = options.signal ?? context.signal;
    const { tools = defaultTools(), retry, judge, fallbacks } = options;
    this.tools = fallbacks?.length && !toolNamed(findFile.name, tools) ? [...tools, findFile] : tools;
    this.step = { tools: this.tools, retry, judge, turns: new Turns(), signal: outer ? AbortSignal.any([outer, this.ended.signal]) : this.ended.signal };
  }

  async run(): Promise<ExecuteResult> {
    const { bench, emit } = this.context;
    const from = await bench.checkpoint();
    try {
      for (this.startReady(); this.running.size; this.startReady()) await Promise.race(this.running.values());
    } catch (fault) {
      // A fault of ours or of a listener must not leave half a plan behind either.
      this.ended.abort();
      await Promise.allSettled(this.running.values());
      await bench.restore(from);
      throw fault;
    }
    const { failed } = this;
    if (failed) {
      for (const step of this.order) if (this.states[step.id] === 'waiting') this.skip(step, `Step ${failed.step} failed before it.`);
      await bench.restore(from);
      emit('plan_rolled_back', { step: failed.step, code: failed.code, to: from }, 'warn');
    }
    return { ok: !failed, states: this.states, results: this.results, from, steps: this.reports, ...(failed ? { failed } : {}) };
  }

  private startReady(): void {
    const together = this.options.mode === 'parallel' ? TOGETHER : 1;
    for (const step of this.order) {
      if (this.failed || this.running.size >= together) return;
      // A dependency that is no step of the plan is passed over, as everywhere, also where every object has something of its name.
      if (this.states[step.id] !== 'waiting' || step.dependsOn.some((d) => Object.hasOwn(this.states, d) && this.states[d] !== 'done')) continue;
      if (!this.held.tryTake(step.id, footprintOf(step, this.tools))) continue;
      this.running.set(step.id, this.take(step).finally(() => this.running.delete(step.id)));
    }
  }

  private async take(step: PlanStep): Promise<void> {
    const started = performance.now();
    this.begin(step);
    const outcome = await this.recovered(step, await this.call(step));
    this.end({ ...step, args: outcome.args }, outcome, started);
    this.held.giveBack(step.id);
  }

  private async call(step: PlanStep): Promise<Tries> {
    const context = { ...this.context, key: `${this.context.key ?? 'plan'}/${step.id}` };
    const tries = await runStep(step, context, this.step);
    for (const wait of tries.waits) this.context.emit('step_retried', { step: step.id, ...wait }, 'warn');
    return tries;
  }

  /** The outcome of a step after the fallbacks, each tried once. */
  private async recovered(step: PlanStep, first: Tries): Promise<Outcome> {
    const outcome: Outcome = { result: first.result, attempts: first.attempts, args: step.args };
    for (const fallback of this.options.fallbacks ?? []) {
      const { result } = outcome;
      if (result.ok || this.step.signal.aborted) break;
      const failure = { step: { ...step, args: outcome.args }, code: result.code, message: result.message, data: result.data, tools: this.tools, context: this.context };
      const recovery = await fallback.recover(failure).catch((thrown: unknown) => `Looking for a way on failed: ${asError(thrown).message}`);
      if (recovery === undefined) continue;
      if (typeof recovery === 'string' || this.left <= 0) {
        outcome.result = worse(result, typeof recovery === 'string' ? recovery : `${recovery.step.why} That would be one step more than maxSteps allows.`);
        continue;
      }
      await this.follow(step, fallback, recovery, outcome);
    }
    return outcome;
  }

  /** Runs the step that a fallback adds, and what follows from it. */
  private async follow(step: PlanStep, fallback: Fallback, recovery: Recovery, outcome: Outcome): Promise<void> {
    const { name, action, args, why } = recovery.step;
    const added: PlanStep = { id: this.freeId(`${step.id}.${name}`), action, args, dependsOn: [], why };
    this.left -= 1;
    this.context.emit('step_recovered', { step: step.id, by: added.id, fallback: fallback.name });
    // Holding the old while asking for the new, two steps could wait for each other for ever.
    await this.held.exchange(step.id, footprintOf(added, this.tools));
    const started = performance.now();
    this.begin(added);
    const tries = await this.call(added);
    this.end(added, { ...tries, args }, started, step.id);
    const next = recovery.next(tries.result);
    if (next.kind === 'say') {
      outcome.result = worse(outcome.result, next.text, next.code);
    } else if (next.kind === 'instead') {
      outcome.result = next.result;
    } else {
      await this.held.exchange(step.id, footprintOf({ action: step.action, args: next.args }, this.tools));
      const again = await this.call({ ...step, args: next.args });
      outcome.args = next.args;
      outcome.attempts += again.attempts;
      outcome.result = again.result.ok ? { ...again.result, summary: `${again.result.summary} (${next.note}.)` } : worse(again.result, `(${next.note}.)`);
    }
  }

  private begin(step: PlanStep): void {
    this.become(step, 'running');
    this.context.emit('step_started', { step: step.id, action: step.action, why: step.why });
  }

  private end(step: PlanStep, { result, attempts }: Outcome, started: number, addedFor?: string): void {
    this.results[step.id] = result;
    const { id, action, args, why } = step;
    const report = { id, action, args, why, attempts, ms: Math.round(performance.now() - started), ...(addedFor ? { addedFor } : {}) };
    if (result.ok) {
      this.context.emit('step_finished', { step: id, action, ok: true, summary: result.summary, changed: result.changed ?? [] });
      this.reports.push({ ...report, state: 'done', summary: result.summary });
    } else {
      this.context.emit('step_finished', { step: id, action, ok: false, code: result.code, message: result.message }, 'warn');
      this.reports.push({ ...report, state: 'failed', code: result.code, message: result.message });
      // The step for which this one was added decides whether the plan fails.
      if (!addedFor) this.fail(id, result);
    }
    this.become(step, result.ok ? 'done' : 'failed', result);
  }

  private fail(step: string, { code, message }: Refusal): void {
    this.failed ??= { step, code, message };
    this.ended.abort(new UntilgreenError('cancelled', `Cancelled, because step ${this.failed.step} failed.`));
  }

  private skip(step: PlanStep, message: string): void {
    const { id, action, args, why } = step;
    this.become(step, 'skipped');
    this.reports.push({ id, action, args, why, state: 'skipped', attempts: 0, ms: 0, message });
  }

  private become(step: PlanStep, state: StepState, result?: ToolResult): void {
    this.states[step.id] = state;
    this.options.onStep?.(step, state, result);
  }

  private freeId(wanted: string): string {
    for (let n = 1; ; n += 1) {
      const id = n === 1 ? wanted : `${wanted}${n}`;
      if (!(id in this.states)) return id;
    }
  }
}

/** The same refusal, with more to say about it. */
function worse(result: ToolResult, text: string, code?: ErrorCode): ToolResult {
  return result.ok ? result : { ...result, code: code ?? result.code, message: `${result.message}${text.includes('\n') ? '\n' : ' '}${text}` };
}
