import { asError } from '../core/errors.ts';
import { languageOf } from '../languages/registry.ts';
import type { CheckReport } from '../languages/types.ts';
import type { Plan, StepState } from '../plan/types.ts';
import { operationSchema, carryOut, sourcesOf, type Operation, type OperationKind } from '../refactor/index.ts';
import { toolNamed } from '../tools/registry.ts';
import { resultsByKey } from '../verify/baseline.ts';
import { runChecks, type CheckRunner } from '../verify/run-check.ts';
import type { Baseline } from '../verify/types.ts';
import type { CheckpointId } from '../workspace/types.ts';
import type { Session } from './session.ts';
import type { Attempt, RunState } from './state.ts';
import { MEANT_FOR_RUNNERS, beyondFollowing, lastOf } from './beyond-following.ts';

/** Operations after which tests have to follow, and that say nothing but the same in other names or places. A test into which a function was inlined would no longer test it. */
const FOLLOWED: ReadonlySet<OperationKind> = new Set(['rename', 'move_symbols', 'move_module', 'merge_modules', 'split_module', 'change_signature']);

/** What can be written into calls and heads without doing anything: numbers, words, texts, dotted names, empty brackets. */
const PLAIN = /^(?:-?[\w.]+|'[^'\\\n{}]*'|"[^"\\\n{}]*"|\[\]|\{\}|\(\))$/u;
/** Types may have brackets and unions, but no calls. */
const PLAIN_TYPE = /^[\w.*&[\]|,\s<>?'"]+$/u;

/** Whether all that an operation writes into files is names and plain values, so that its outcome needs no look of its own. */
function isPlain(operation: Operation): boolean {
  if (operation.kind === 'rename') return !MEANT_FOR_RUNNERS.test(operation.to) && !MEANT_FOR_RUNNERS.test(lastOf(operation.symbol));
  if (operation.kind !== 'change_signature') return true;
  return (operation.add ?? []).every(({ default: given, value, type }) => [given, value].every((text) => text === undefined || PLAIN.test(text)) && (type === undefined || PLAIN_TYPE.test(type)));
}

/** The refactorings that a plan carried out, in its order: those that tests may follow, of product code alone. */
export function refactoringsOf(plan: Plan, states: Readonly<Record<string, StepState>>): Operation[] {
  return plan.steps.flatMap((step) => {
    if (states[step.id] !== 'done' || toolNamed(step.action)?.name !== 'refactor_code') return [];
    const operation = operationSchema.safeParse(step.args['operation']);
    if (!operation.success || !FOLLOWED.has(operation.data.kind)) return [];
    return sourcesOf(operation.data).some((path) => languageOf(path)?.isTestFile(path)) || !isPlain(operation.data) ? [] : [operation.data];
  });
}

/** The refactorings between the base and an attempt's files, those of the attempts that it builds upon first. */
export function refactoringsUpTo(attempt: Attempt, attempts: readonly Attempt[]): Operation[] {
  const parent = attempts.findLast((other) => other.n < attempt.n && other.to !== undefined && other.to === attempt.from);
  return [...(parent ? refactoringsUpTo(parent, attempts) : []), ...(attempt.refactorings ?? [])];
}

/**
 * What the gate compares an attempt with. A deterministic refactoring changes tests too: their imports and calls follow. So the same operations
 * are carried out on the base alone, and whatever differs from that is the change's own. Where they cannot be, the base itself is taken, and a
 * person is asked about the tests.
 *
 * Leaves the copy with other files than it had.
 */
export async function comparedWith(s: Session, state: RunState): Promise<{ base: CheckpointId; refactorings: Operation[] }> {
  const refactorings = refactoringsUpTo(state.attempts.at(-1)!, state.attempts);
  const plain = { base: state.base!, refactorings: [] };
  if (!refactorings.length) return plain;
  await s.bench.restore(state.base!);
  try {
    for (const operation of refactorings) await carryOut(operation, { bench: s.bench, sandbox: s.sandbox, signal: s.signal, gates: [] });
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code !== 'refactoring_refused') throw thrown;
    s.emit('warning', { message: `The refactorings cannot be carried out on the files as they were, so that tests they changed need your approval: ${error.message}` }, 'warn');
    return plain;
  }
  const base = await s.bench.checkpoint();
  const doubt = await beyondFollowing(s, state, base, refactorings);
  if (doubt === undefined) return { base, refactorings };
  s.emit('warning', { message: `Tests that the refactorings changed need your approval: ${doubt}` }, 'warn');
  return plain;
}

/**
 * The baseline under the names that the refactorings gave its tests: a doctest has the name of its function, an example in Go too. Where tests of the
 * baseline are gone, the checks are run on what the refactorings alone make of the base; if no fewer tests pass there, and no fewer are red, these are the baseline.
 *
 * Leaves the copy with other files than it had.
 */
export async function baselineFollowing(s: Session, baseline: Baseline, base: CheckpointId, now: readonly CheckReport[], run: CheckRunner): Promise<Baseline> {
  const present = resultsByKey(now);
  const passed = (reports: readonly CheckReport[]): string[] => [...resultsByKey(reports)].flatMap(([key, { test }]) => (test.outcome === 'passed' ? [key] : []));
  const red = (reports: readonly CheckReport[]): number => [...resultsByKey(reports).values()].filter(({ test }) => test.outcome === 'failed' || test.outcome === 'error').length;
  if (passed(baseline.reports).every((key) => present.has(key))) return baseline;
  await s.bench.restore(base);
  const reports = await runChecks(baseline.checks, run);
  return passed(reports).length >= passed(baseline.reports).length && red(reports) >= red(baseline.reports) ? { ...baseline, reports } : baseline;
}
