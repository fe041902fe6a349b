import { compareScores } from '../verify/gate.ts';
import { resultsByKey } from '../verify/baseline.ts';
import type { Verdict } from '../verify/types.ts';
import { postMortem, whyStuck } from './stuck.ts';
import type { Attempt, MachineEvent, RunState, Todo } from './state.ts';
import type { OutcomeName } from './types.ts';

/**
 * The loop as a pure function: `transition(state, event)` is the next state, `state.todo` what is to be done in it. It reads
 * no clock, file or model; the same events always lead to the same state, which is how a killed run goes on.
 *
 * INIT → PLANNING → CODING → TESTING → (green: APPLY → DONE) | REFLECTING → PLANNING → …
 */
export function transition(state: RunState, event: MachineEvent): RunState {
  if (event.type === 'failed') return end(state, event.outcome, event.message, { code: event.code, message: event.message });
  switch (event.type) {
    case 'initialised':
      return plan({ ...state, base: event.base, from: event.base, sandbox: event.sandbox, detections: event.detections, baseline: event.baseline, ...(event.fromNothing && { fromNothing: true }) });
    case 'planned': {
      const attempt: Attempt = { n: state.attempts.length + 1, from: state.from!, plan: event.plan, byHand: state.givenPlan !== undefined || event.template !== undefined };
      return { ...state, phase: 'coding', todo: 'code', attempts: [...state.attempts, attempt], givenPlan: undefined, nudge: undefined };
    }
    case 'plan_failed': {
      // Nothing forbidden, only wrong about the files: an attempt like one whose step failed.
      const attempt: Attempt = { n: state.attempts.length + 1, from: state.from!, plan: event.plan, byHand: false, states: {}, failure: event.failure };
      return { ...state, phase: 'reflecting', todo: 'reflect', attempts: [...state.attempts, attempt], nudge: undefined };
    }
    case 'plan_refused':
      return end(state, 'plan_refused', event.message, { code: 'plan_invalid', message: event.message });
    case 'coded': {
      const coded = amend(state, { states: event.states, to: event.to, diffHash: event.diffHash, failure: event.failure, readings: event.readings, ...(event.refactorings?.length && { refactorings: event.refactorings }) });
      if (event.pending.length) return waiting(coded, event.pending);
      if (event.failure) return { ...coded, phase: 'reflecting', todo: 'reflect' };
      // A plan that only looked is no failed attempt: what it saw goes into the next prompt.
      if (!event.changed && event.readings.length && state.attempts.length < state.limits.maxIterations) return escalate(coded, plan);
      return { ...coded, phase: 'testing', todo: 'test' };
    }
    case 'tested':
      return tested(state, event);
    case 'reflected': {
      const next = amend(state, { reflection: event.reflection });
      if (event.reflection.giveUp) return end(next, 'not_green', event.reflection.unasked ? event.reflection.hypothesis : `The model sees no way on: ${event.reflection.hypothesis}`);
      return escalate(next, plan);
    }
    case 'answered': {
      const next = { ...state, approved: [...state.approved, ...event.approved], waitingFor: event.pending };
      if (event.pending.length) return waiting(next, event.pending);
      if (event.denied.length) return { ...next, phase: 'reflecting', todo: 'reflect' };
      // The gate is asked again, with what was approved.
      return { ...next, phase: 'testing', todo: 'test' };
    }
    case 'applied':
      return end({ ...state, applied: event.result }, 'green', '');
    case 'apply_refused':
      return end(state, 'not_green', event.message, { code: 'conflict', message: event.message });
    case 'resumed':
      return resumed(state, event.approved);
    case 'finished':
      return { ...state, phase: 'done', todo: 'nothing' };
  }
}

/** Hash of a change that changes nothing. */
export const UNCHANGED = '';

/** An attempt that breaks one of these is not built upon: the next one starts from the files before it. */
const KEEPS_NOTHING = new Set(['no_regression', 'tests_untouched', 'scan_clean']);

function tested(state: RunState, event: Extract<MachineEvent, { type: 'tested' }>): RunState {
  const { verdict } = event;
  const failing = [...resultsByKey(event.reports)].flatMap(([key, { test }]) => (test.outcome === 'failed' || test.outcome === 'error' ? [key] : []));
  for (const report of event.reports) for (const e of report.errors) failing.push(`${report.check.id} :: ${e.file ?? ''} ${e.message.split('\n', 1)[0]}`);
  let next = amend(state, { reports: event.reports, verdict, failing: [...new Set(failing)].sort() });
  const current = next.attempts.at(-1)!;

  const idle = current.diffHash === UNCHANGED && !current.byHand;
  if (verdict.green && !idle && (!state.limits.requireProof || verdict.proof === 'red_to_green' || verdict.proof === 'new_test')) {
    next = { ...next, best: current.n };
    if (state.limits.apply === 'never') return end(next, 'green', '');
    return { ...next, phase: 'testing', todo: 'apply' };
  }
  const best = next.best === undefined ? undefined : next.attempts[next.best - 1]!;
  const better = !best?.verdict || compareScores(rank(verdict), rank(best.verdict)) < 0;
  // Each attempt starts from known files: this one's when it is the best so far and broke nothing, else the ones before it.
  const keeps = better && verdict.rules.every((r) => r.ok || !KEEPS_NOTHING.has(r.rule));
  next = { ...next, best: better ? current.n : next.best, from: keeps ? current.to! : current.from };

  if (onlyOpen(verdict, ['tests_untouched', 'scan_clean'])) {
    // Everything else holds. The model is told once that tests are protected and findings block; if it insists, a person decides.
    if (state.protectedTold > 0) return { ...next, phase: 'testing', todo: 'approve' };
    return reflect({ ...next, protectedTold: state.protectedTold + 1 });
  }
  return reflect(next);
}

/** True when nothing but the named rules stands between this verdict and green. */
function onlyOpen(verdict: Verdict, rules: string[]): boolean {
  const open = verdict.rules.filter((r) => !r.ok);
  return open.length > 0 && open.every((r) => rules.includes(r.rule));
}

/** An attempt that touched protected tests is worth less than any that did not. */
function rank(verdict: Verdict): Verdict['score'] {
  const penalty = verdict.rules.some((r) => r.rule === 'tests_untouched' && !r.ok) ? 1 : 0;
  return { ...verdict.score, regressions: verdict.score.regressions + penalty };
}

function amend(state: RunState, change: Partial<Attempt>): RunState {
  return { ...state, attempts: [...state.attempts.slice(0, -1), { ...state.attempts.at(-1)!, ...change }] };
}

function plan(state: RunState): RunState {
  return { ...state, phase: 'planning', todo: 'plan' };
}

function reflect(state: RunState): RunState {
  return { ...state, phase: 'reflecting', todo: 'reflect' };
}

/** Between two attempts: the breaker first, then the stuck rules with their three answers. */
function escalate(state: RunState, go: (state: RunState) => RunState): RunState {
  if (state.attempts.length >= state.limits.maxIterations) {
    return end(state, 'budget', `Not green after ${state.attempts.length} iterations, the limit of this run.`);
  }
  const recent = state.attempts.slice(state.since);
  const reason = whyStuck(recent);
  if (!reason) return go(state);
  const stuckCount = state.stuckCount + 1;
  if (stuckCount === 1) return go({ ...state, stuckCount, nudge: `You are repeating yourself: ${reason}. Change the approach or the arguments.` });
  if (stuckCount === 2) {
    return go({ ...state, stuckCount, from: state.base!, since: state.attempts.length, postMortem: postMortem(recent, reason) });
  }
  return end({ ...state, stuckCount }, 'stuck', `Stuck: ${reason}, after a nudge and a clean restart.`);
}

function waiting(state: RunState, pending: RunState['waitingFor']): RunState {
  return end({ ...state, waitingFor: pending }, 'approval', `Waiting for approval: ${pending.map((p) => p.subject.replace(/[?.]$/, '')).join('; ')}.`);
}

function resumed(state: RunState, approved: string[]): RunState {
  if (!state.end) return state;
  const next = { ...state, end: undefined, approved: [...state.approved, ...approved], waitingFor: [] };
  const waited = new Set(state.waitingFor.map((w) => w.kind));
  switch (state.end.outcome) {
    case 'approval':
      if (waited.has('apply')) return { ...next, phase: 'testing', todo: 'apply' };
      if (waited.has('dependency') || waited.has('tool')) return { ...amend(next, { states: undefined, failure: undefined }), phase: 'coding', todo: 'code' };
      return { ...next, phase: 'testing', todo: 'approve' };
    case 'budget':
    case 'stuck':
    case 'not_green':
      if (state.end.error?.code === 'conflict') return { ...next, phase: 'testing', todo: 'apply' };
      return { ...next, phase: 'planning', todo: next.base ? 'plan' : 'init', stuckCount: 0, since: next.attempts.length };
    case 'cancelled':
    case 'no_model':
    case 'no_sandbox':
    case 'error':
      return { ...next, todo: whereItStopped(next), phase: state.phase === 'done' ? 'planning' : state.phase };
    default:
      return state;
  }
}

function whereItStopped(state: RunState): Todo {
  if (!state.base) return 'init';
  const attempt = state.attempts.at(-1);
  if (!attempt || attempt.reflection) return 'plan';
  if (!attempt.states) return 'code';
  if (attempt.failure) return 'reflect';
  if (!attempt.verdict) return 'test';
  return attempt.verdict.green ? 'apply' : 'reflect';
}

function end(state: RunState, outcome: OutcomeName, summary: string, error?: { code: string; message: string }): RunState {
  return { ...state, end: { outcome, summary, error }, todo: 'finish' };
}

/** What is to be done in this state. */
export function next(state: RunState): Todo {
  return state.todo;
}
