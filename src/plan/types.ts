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

export interface PlanProblem {
  step?: string;
  code: 'unknown_tool' | 'bad_arguments' | 'duplicate_id' | 'unknown_dependency' | 'cycle' | 'path_outside' | 'file_missing' | 'file_exists' | 'empty' | 'too_many_steps' | 'refused';
  message: string;
}
