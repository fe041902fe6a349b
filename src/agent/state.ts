import type { ErrorCode } from '../core/errors.ts';
import type { Phase } from '../core/events.ts';
import type { Detection, CheckReport } from '../languages/types.ts';
import type { Plan, PlanProblem, StepState } from '../plan/types.ts';
import type { Operation } from '../refactor/index.ts';
import type { Guarantees } from '../sandbox/types.ts';
import type { Baseline, Verdict } from '../verify/types.ts';
import type { ApplyResult, CheckpointId } from '../workspace/types.ts';
import type { ApprovalRequest } from '../tools/types.ts';
import type { OutcomeName } from './types.ts';

/** Limits that the machine itself watches; tokens, money and time are checked before each model call. */
export interface Limits {
  maxIterations: number;
  warnAt: number;
  apply: 'green' | 'ask' | 'never';
  requireProof: boolean;
}

/** One pass of plan → code → test → reflect. */
export interface Attempt {
  n: number;
  /** The state it started from. */
  from: CheckpointId;
  plan?: Plan;
  /** The plan was written by a person, or is the very thing asked for: one that changes nothing is what they wanted. */
  byHand: boolean;
  /** The state after its edits; absent when its plan failed and was rolled back. */
  to?: CheckpointId;
  /** Steps' final states by id. */
  states?: Record<string, StepState>;
  failure?: { step: string; action: string; code: ErrorCode; message: string };
  /** What reading steps showed, for the next prompt. */
  readings?: string[];
  /** Deterministic refactorings that tests follow without approval. */
  refactorings?: Operation[];
  /** Hash of the change against the base: equal changes have equal hashes. */
  diffHash?: string;
  reports?: CheckReport[];
  verdict?: Verdict;
  /** Failing tests, sorted: two attempts with the same set made no progress. */
  failing?: string[];
  reflection?: Reflection;
}

export interface Reflection {
  hypothesis: string;
  advice: string;
  /** The model sees no way; honoured only when it says why. */
  giveUp: boolean;
  /** Nobody was asked, because no model is configured. */
  unasked?: boolean;
}

export interface OpenApproval extends ApprovalRequest {
  id: string;
}

/** The fold of a run's events. Plain data: it is rebuilt from the log after a crash. */
export interface RunState {
  phase: Phase;
  limits: Limits;
  base?: CheckpointId;
  sandbox?: Guarantees;
  detections: Detection[];
  baseline?: Baseline;
  /** There was no source file: what is made has to start and answer, too. */
  fromNothing?: boolean;
  /** A plan written by hand, used for the first iteration. */
  givenPlan?: Plan;
  attempts: Attempt[];
  /** Where the next attempt starts. */
  from?: CheckpointId;
  /** Number of the best attempt so far. */
  best?: number;
  /** Stuck rules escalate: a nudge in the prompt, a restart from the base with a post-mortem, a stop. */
  nudge?: string;
  postMortem?: string;
  stuckCount: number;
  /** Attempts before this index belong to an abandoned start and do not count for the stuck rules. */
  since: number;
  /** How often the model was told that tests are protected. */
  protectedTold: number;
  approved: string[];
  waitingFor: OpenApproval[];
  applied?: ApplyResult;
  end?: { outcome: OutcomeName; summary: string; error?: { code: string; message: string } };
  todo: Todo;
}

/** What is to happen next: the effect of `next(state)`. */
export type Todo = 'init' | 'plan' | 'code' | 'test' | 'reflect' | 'approve' | 'apply' | 'finish' | 'nothing';

/** What an effect reports back; one per effect, recorded before it counts. */
export type MachineEvent =
  | { type: 'initialised'; base: CheckpointId; sandbox: Guarantees; detections: Detection[]; baseline: Baseline; fromNothing?: boolean }
  /** `template`: the request was a common one, planned without a model. */
  | { type: 'planned'; plan: Plan; template?: string }
  /** The plan does not fit the files (an edit that matches nothing, a file that is there already), after a corrective turn. */
  | { type: 'plan_failed'; plan: Plan; failure: NonNullable<Attempt['failure']> }
  | { type: 'plan_refused'; problems: PlanProblem[]; message: string }
  | {
      type: 'coded';
      states: Record<string, StepState>;
      to?: CheckpointId;
      diffHash?: string;
      changed: boolean;
      readings: string[];
      refactorings?: Operation[];
      failure?: Attempt['failure'];
      /** Approvals that a step asked for and nobody could give. */
      pending: OpenApproval[];
    }
  | { type: 'tested'; reports: CheckReport[]; verdict: Verdict }
  | { type: 'reflected'; reflection: Reflection }
  | { type: 'answered'; approved: string[]; denied: string[]; pending: OpenApproval[] }
  | { type: 'applied'; result: ApplyResult }
  | { type: 'apply_refused'; message: string }
  | { type: 'failed'; outcome: OutcomeName; code: string; message: string }
  /** A run that waited or failed for an outside reason goes on. */
  | { type: 'resumed'; approved: string[] }
  | { type: 'finished' };

export function initialState(limits: Limits, givenPlan?: Plan): RunState {
  return {
    phase: 'init', limits, givenPlan, detections: [], attempts: [], stuckCount: 0, since: 0, protectedTold: 0,
    approved: [], waitingFor: [], todo: 'init',
  };
}
