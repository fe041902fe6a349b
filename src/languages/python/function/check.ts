import type { Sandbox } from '../../../sandbox/types.ts';
import type { CandidateReport, Case, CheckRequest, Outcome } from '../../function/types.ts';
import { runWave, type Told } from './wave.ts';
import { loadProblem, outcomeOf } from './wire.ts';

/** Candidates run no more cases after so many time-outs, where nothing else is said. */
export const TIMEOUTS = 2;
/** Milliseconds for the value of an expectation. */
const VALUE_MS = 2000;

/** See `FunctionLanguage.check`. */
export async function check({ sandbox, signature, candidates, cases, caseMs, timeouts = TIMEOUTS, large = false, signal }: CheckRequest): Promise<CandidateReport[]> {
  const tasks = cases.map((each) => ({ kind: 'case' as const, setup: each.setup, expression: each.expression }));
  const told = await runWave({ sandbox, candidates, name: signature.name, tasks, limitMs: caseMs, timeouts, large, ...(signal ? { signal } : {}) });
  return candidates.map(({ id }, index) => reportOf(id, told[index], cases.length));
}

/** See `FunctionLanguage.evaluate`. */
export async function evaluate(sandbox: Sandbox, expressions: readonly Case[], signal?: AbortSignal): Promise<Outcome[]> {
  if (expressions.length === 0) return [];
  const tasks = expressions.map((each) => ({ kind: 'case' as const, setup: each.setup, expression: each.expression }));
  const [told] = await runWave({ sandbox, candidates: [{ id: 'none', code: '' }], name: null, tasks, limitMs: VALUE_MS, timeouts: tasks.length, ...(signal ? { signal } : {}) });
  const { outcomes } = reportOf('none', told, tasks.length);
  return expressions.map((_, index) => outcomes[index] ?? { kind: 'skipped' });
}

function reportOf(id: string, told: Told | undefined, cases: number): CandidateReport {
  if (told === undefined) return { id, problem: { class: 'crash', message: 'It ended the whole run, also by itself.' }, outcomes: [] };
  if (told.outcomes === undefined) return { id, problem: loadProblem(told.problem), outcomes: [] };
  const outcomes = told.outcomes.map((each): Outcome => outcomeOf(each) ?? { kind: 'crashed', how: 'an unreadable report' });
  return { id, outcomes: Array.from({ length: cases }, (_, index) => outcomes[index] ?? { kind: 'skipped' }) };
}
