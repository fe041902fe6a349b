import type { LoadedConfig } from '../config/schema.ts';
import type { RunEvent } from '../core/events.ts';
import type { ExitCode } from '../core/errors.ts';
import type { Plan, PlanProblem } from '../plan/types.ts';
import type { RunRow, LogEvent, ModelCallRow } from '../store/types.ts';
import type { Approve } from '../tools/types.ts';
import type { ApplyResult } from '../workspace/types.ts';

/** What the user asks, with a directory. */
export interface Goal {
  /** Absolute, existing. */
  directory: string;
  request: string;
  /** A plan written by hand; the planner is not asked for the first iteration. */
  plan?: Plan;
  /** Extra checks, shell text (`--check`). */
  checks?: string[];
  /** `-p web_app|data_pipeline|cli_tool`: the kind of a project made from nothing. */
  projectType?: 'web_app' | 'data_pipeline' | 'cli_tool';
  /** `--language`. */
  language?: string;
}

export type OutcomeName =
  | 'green' | 'not_green' | 'plan_refused' | 'approval' | 'budget' | 'stuck' | 'no_sandbox' | 'no_model' | 'cancelled' | 'error';

export interface Outcome {
  run: string;
  outcome: OutcomeName;
  exitCode: ExitCode;
  /** One to three sentences for people. */
  summary: string;
  iterations: number;
  tokens: number;
  cost: number | undefined;
  /** Set when the user's directory was changed. */
  applied?: ApplyResult;
  /** Directory with report.md, receipt.json, logs/agent.log, change.diff. */
  folder: string;
  error?: { code: string; message: string };
}

/** What a face gives the engine: where events go and whom to ask. */
export interface Face {
  onEvent(event: RunEvent): void;
  /** Answers `pending` where nobody can be asked. */
  approve: Approve;
  signal?: AbortSignal;
}

export interface EngineOptions {
  config: LoadedConfig;
  /** Files of `--record FILE` and `--replay FILE`. */
  record?: string;
  replay?: string;
}

/** The goal job as the faces see it: terminal, headless, server and worker drive this one object. */
export interface Engine {
  run(goal: Goal, face: Face): Promise<Outcome>;
  /** Goes on with an interrupted or waiting run; `approve` names approvals given since (`all` or ids). */
  resume(runId: string | undefined, face: Face, options?: { approve?: string[] }): Promise<Outcome>;
  /** Plans and stops; nothing is run but the baseline. */
  plan(goal: Goal, face: Face): Promise<{ plan: Plan; problems: PlanProblem[]; text: string }>;
  history(filter?: { directory?: string; limit?: number }): Promise<RunRow[]>;
  show(runId: string): Promise<{ run: RunRow; events: LogEvent[]; modelCalls: ModelCallRow[]; folder: string }>;
  /** Takes back the last apply in this directory, or the one of a run. */
  undo(target: { directory?: string; runId?: string; force?: boolean }): Promise<{ run: string; files: { path: string; action: string }[] }>;
  close(): Promise<void>;
}
