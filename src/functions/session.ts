import type { Emit } from '../core/events.ts';
import type { Case, Example, FunctionLanguage, Outcome, Problem, Property, Signature, TestFile } from '../languages/function/types.ts';
import type { Value } from '../languages/function/value.ts';
import type { Sampler } from '../models/sampler.ts';
import type { Models, Usage } from '../models/types.ts';
import { addUsage, NO_USAGE } from '../models/usage.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { judge } from './judge.ts';
import type { Spec } from './prompt.ts';
import type { FunctionAnswer, FunctionOptions, FunctionStage, Question, Tried } from './types.ts';

/** What a job works with; effects come in from outside. */
export interface FunctionDeps {
  /** For the design; without it there is none. */
  models?: Pick<Models, 'ask'>;
  sampler: Sampler;
  sandbox: Sandbox;
  /** Progress. Default: nowhere. */
  emit?: Emit;
  /** Somebody who can be asked; undefined as an answer: the question is passed over. */
  ask?: (question: Question) => Promise<FunctionAnswer | undefined>;
  signal?: AbortSignal;
}

/** A candidate while the job runs. */
export interface Attempt {
  id: string;
  wave: number;
  repairOf?: string;
  /** The earlier candidate with the same code up to layout and names; it is not run again. */
  sameAs?: string;
  code?: string;
  /** What equal candidates have in common. */
  key?: string;
  /** Why it cannot be run at all, or the first trusted example or test that it misses. */
  problem?: Problem;
  /** It ran; what came out by case. Those equal to an earlier one share its outcomes. */
  outcomes?: Map<string, Outcome>;
  /** Tests of the user's file: how many ran, and did all pass. */
  tests?: { ran: number; passed: boolean; problem?: Problem };
  /** Indexes of trusted examples met. */
  met: ReadonlySet<number>;
  passed: boolean;
  /** Indexes of guessed properties that held; they vote, as guessed examples do. */
  held?: ReadonlySet<number>;
  /** Repair rounds it has been through, with those of the candidate it was made from. */
  repairs: number;
  /** A repair that lost what its original met: kept for the record alone. */
  reverted?: boolean;
}

/** The state of one job: everything that was given, made and tried so far. */
export interface Session {
  readonly language: FunctionLanguage;
  readonly signature: Signature;
  readonly spec: Spec;
  readonly options: FunctionOptions;
  readonly deps: FunctionDeps;
  readonly emit: Emit;
  /** Ends with the user's signal, or with the job's time. */
  readonly signal: AbortSignal;
  /** Examples that gate; an answered question adds one. */
  readonly trusted: Example[];
  readonly guessed: readonly Example[];
  readonly properties: readonly Property[];
  readonly tests: TestFile | undefined;
  /** Calls on which candidates are compared. */
  readonly inputs: readonly (Case & { args: Value[] })[];
  readonly attempts: Attempt[];
  readonly notes: string[];
  readonly spent: { usage: Usage; requests: number; sampledTokens: number; repairTokens: number };
  /** How replies come, once one has come. */
  form: 'chat' | 'completion' | undefined;
  /** What the next wave asks for besides, and how much warmer it is. */
  approach: string | undefined;
  warmer: number;
  restarts: number;
  stage: FunctionStage | undefined;
  /** The one question was asked. */
  asked: boolean;
}

/** Tells once that a stage begins. */
export function enter(session: Pick<Session, 'stage' | 'emit'>, stage: FunctionStage): void {
  if (session.stage === stage) return;
  session.stage = stage;
  session.emit('stage_started', { stage });
}

export const nothingSpent = (): Session['spent'] => ({ usage: NO_USAGE, requests: 0, sampledTokens: 0, repairTokens: 0 });

export function spend(session: Pick<Session, 'spent'>, usage: Usage, requests: number): void {
  session.spent.usage = addUsage(session.spent.usage, usage);
  session.spent.requests += requests;
}

/** One name for a case, whatever list it stands in. */
export const caseKey = ({ setup, expression }: Case): string => `${setup.trim()}\n${expression.trim()}`;

/** Every case that a candidate has to run, each once: trusted examples, guessed ones, inputs. */
export function casesOf(session: Pick<Session, 'trusted' | 'guessed' | 'inputs'>): Case[] {
  const cases = new Map<string, Case>();
  for (const { setup, expression } of [...session.trusted, ...session.guessed, ...session.inputs]) {
    const one = { setup, expression };
    if (!cases.has(caseKey(one))) cases.set(caseKey(one), one);
  }
  return [...cases.values()];
}

const SKIPPED: Outcome = { kind: 'skipped' };

/** What a candidate did on cases, in their order. */
export function outcomesOf(attempt: Attempt, cases: readonly Case[]): Outcome[] {
  return cases.map((one) => attempt.outcomes?.get(caseKey(one)) ?? SKIPPED);
}

/** Decides anew whether a candidate that ran passes: after it ran, and after an example was added. */
export function settle(session: Session, attempt: Attempt): void {
  if (attempt.outcomes === undefined || attempt.reverted) return;
  const { met, problem } = judge(session.trusted, outcomesOf(attempt, session.trusted));
  attempt.met = met;
  const lives = session.trusted.length > 0 || session.tests !== undefined || session.inputs.length === 0 || outcomesOf(attempt, session.inputs).some(({ kind }) => kind === 'value');
  const dead: Problem | undefined = lives ? undefined : { class: 'exception', message: 'It gave no value for any input.' };
  attempt.problem = problem ?? attempt.tests?.problem ?? dead;
  attempt.passed = attempt.problem === undefined && (session.tests === undefined || attempt.tests?.passed === true);
}

/** A candidate as results and events tell it. */
export function triedOf(attempt: Attempt, of: number): Tried {
  const { id, wave, repairOf, sameAs, problem, met, passed, code } = attempt;
  return {
    id, wave, ...(repairOf === undefined ? {} : { repairOf }), ...(sameAs === undefined ? {} : { sameAs }), ...(problem === undefined ? {} : { problem }),
    met: met.size, of, passed, ...(code === undefined ? {} : { code }),
  };
}
