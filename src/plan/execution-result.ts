import type { ErrorCode } from '../core/errors.ts';
import type { ToolResult } from '../tools/types.ts';
import type { ApplyResult } from '../workspace/types.ts';
import { outputOf } from './judge.ts';
import type { TaskPlan } from './task-plan.ts';
import type { StepReport } from './types.ts';

/** `done`: every step succeeded, and its changes are in the directory. `previewed`: a dry run, in which no fault was found. `failed`: a step failed, everything was taken back. `refused`: nothing was run, since there was no plan or a faulty one. */
export type ExecutionStatus = 'done' | 'previewed' | 'failed' | 'refused' | 'cancelled';

export interface ExecutionError {
  code: ErrorCode;
  message: string;
  /** Absent where no step was to blame. */
  step?: string;
  /** The facts, for programs and for `replanOnFailure`. */
  data?: unknown;
}

interface Facts {
  status: ExecutionStatus;
  about: string;
  plan?: TaskPlan;
  steps?: readonly StepReport[];
  results?: Readonly<Record<string, ToolResult>>;
  run?: string;
  applied?: ApplyResult['files'];
  error?: ExecutionError;
}

const MARK = { done: '✓', failed: '✗', skipped: '-' } as const;

/** What became of a task. Everything but `summary` is data and survives `JSON.stringify`. */
export class ExecutionResult {
  readonly ok: boolean;
  readonly status: ExecutionStatus;
  /** What it was for. */
  readonly about: string;
  /** The plan with the state of each step; absent where none could be made. */
  readonly plan: TaskPlan | undefined;
  /** Every step with what became of it, in the order in which they ended; those that a fallback added have `addedFor`. */
  readonly steps: readonly StepReport[];
  /** What the last step that has something to show printed or read. */
  readonly output: string;
  /** Files of the directory that were changed. */
  readonly applied: ApplyResult['files'];
  /** The run by which the change can be undone; absent where nothing was changed. */
  readonly run: string | undefined;
  readonly error: ExecutionError | undefined;

  constructor({ status, about, plan, steps = [], results = {}, run, applied = [], error }: Facts) {
    this.ok = status === 'done' || status === 'previewed';
    this.status = status;
    this.about = about;
    this.plan = plan;
    this.steps = steps;
    this.output = steps.toReversed().map((step) => outputOf(results[step.id]?.data)).find((text) => text !== '') ?? '';
    this.applied = applied;
    this.run = run;
    this.error = error;
  }

  /** As a person reads it: what became of the task, each step on a line, the files, and how to take it back. */
  summary(): string {
    const lines = [`${this.status}: ${this.about || 'a task'}`];
    for (const step of this.steps) {
      const tried = step.attempts > 1 ? ` (${step.attempts} attempts)` : '';
      const said = step.state === 'failed' ? `${step.code}: ${step.message}` : (step.summary ?? step.message ?? '');
      lines.push(`  ${MARK[step.state]} ${step.id} ${step.action}${tried}: ${said.replaceAll('\n', '\n      ')}`);
    }
    if (this.error && this.error.step === undefined) lines.push(`${this.error.code}: ${this.error.message}`);
    if (this.applied.length) lines.push(`Changed ${this.applied.map((f) => f.path).join(', ')}.`);
    else if (this.status === 'failed' || this.status === 'cancelled') lines.push('Nothing was changed.');
    if (this.run) lines.push(`Take it back with: untilgreen undo --run ${this.run}`);
    return lines.join('\n');
  }
}
