import type { ErrorCode } from '../core/errors.ts';

/** A step is one tool call with arguments and what it waits for. */
export interface PlanStep {
  id: string;
  /** A tool's name. */
  action: string;
  args: Record<string, unknown>;
  dependsOn: string[];
  /** One sentence for the reader. */
  why: string;
}

export interface Plan {
  summary: string;
  steps: PlanStep[];
  /** Further commands that must succeed, besides the checks that were found. */
  checks: string[];
}

export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'skipped';

/** What became of one step, the steps that a fallback added among them. */
export interface StepReport {
  id: string;
  action: string;
  /** As it ran at last: a fallback may have put another path in. */
  args: Record<string, unknown>;
  why: string;
  state: Extract<StepState, 'done' | 'failed' | 'skipped'>;
  /** How often the tool was called; 0 for a step that was skipped. */
  attempts: number;
  /** Milliseconds from the first call to the last answer, waits between them included. */
  ms: number;
  /** Of a step that is done: what it did. Of a dry run: what it would do. */
  summary?: string;
  /** Of a step that failed. */
  code?: ErrorCode;
  /** Why it failed or was skipped. */
  message?: string;
  /** The step for which a fallback added this one. */
  addedFor?: string;
}

export interface PlanProblem {
  step?: string;
  code: 'unknown_tool' | 'bad_arguments' | 'duplicate_id' | 'unknown_dependency' | 'cycle' | 'path_outside' | 'file_missing' | 'file_exists' | 'empty' | 'too_many_steps' | 'refused';
  message: string;
}
