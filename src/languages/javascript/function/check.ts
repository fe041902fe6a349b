import type { Sandbox } from '../../../sandbox/types.ts';
import type { CandidateReport, Case, CheckRequest, ErrorClass, Outcome, Problem } from '../../function/types.ts';
import { runnable, type Runnable } from './module.ts';
import { outcomeOf, type Unusable } from './protocol.ts';
import { runWave, type Told } from './wave.ts';

/** A candidate runs no more cases after this many time-outs or crashes. */
const TIMEOUTS = 2;

/**
 * Runs every case in every candidate, all in one sandboxed process tree with a process for each candidate.
 *
 * @throws `no_sandbox`, `sandbox_error`, `file_missing`, `cancelled`
 */
export async function check(request: CheckRequest): Promise<CandidateReport[]> {
  const { sandbox, signature, candidates, cases, caseMs, timeouts = TIMEOUTS, large = false, signal } = request;
  if (candidates.length === 0) return [];
  // Ids are whatever the caller has; in the sandbox they are numbers.
  const made = await Promise.all(candidates.map(({ code }) => runnable(code)));
  const plain = await Promise.all(cases.map(asPlain));
  const told = await runWave({
    sandbox, name: signature.name, cases: plain, caseMs, timeouts, large,
    candidates: made.map(({ code }, index) => ({ id: String(index), code })),
    ...(signal && { signal }),
  });
  return candidates.map(({ id }, index) => reportOf(id, made[index]!, cases.length, told.get(String(index))));
}

/** Types may stand in an expression too. Most have none, and those are left alone. */
export async function asPlain(one: Case): Promise<Case> {
  return /\bas\b|\bsatisfies\b|<\w|:\s*\w|\w!/.test(one.setup + one.expression) ? { setup: await typeless(one.setup), expression: (await typeless(`(${one.expression}\n)`)).replace(/;\s*$/, '') } : one;
}

const typeless = async (source: string): Promise<string> => (source.trim() === '' ? '' : (await runnable(source)).code);

function reportOf(id: string, { lineOf }: Runnable, cases: number, told: Told | undefined): CandidateReport {
  const outcomes: (Outcome | undefined)[] = Array.from({ length: cases });
  for (const message of told?.messages ?? []) {
    if ('unusable' in message) {
      const problem = problemOf(message.unusable, lineOf);
      // Loaded once, it can be loaded again: what it did before that counts.
      if (outcomes.every((outcome) => outcome === undefined)) return { id, problem, outcomes: [] };
    }
    if (!('case' in message) || message.case < 0 || message.case >= cases) continue;
    const outcome = outcomeOf(message.outcome);
    outcomes[message.case] = outcome.kind === 'raised' && outcome.line !== undefined ? { ...outcome, line: lineOf(outcome.line) } : outcome;
  }
  if (cases > 0 && !told?.done && outcomes.every((outcome) => outcome === undefined)) {
    return { id, problem: { class: 'crash', message: 'It ended the process that checks it.' }, outcomes: [] };
  }
  // The one without an outcome is the one under which everything ended.
  const first = outcomes.indexOf(undefined);
  return { id, outcomes: outcomes.map((outcome, index) => outcome ?? (index === first && !told?.done ? { kind: 'crashed', how: 'ended the process that checks it' } : { kind: 'skipped' })) };
}

const CLASSES: Record<string, ErrorClass> = { SyntaxError: 'syntax', ReferenceError: 'name', TypeError: 'type' };

function problemOf(unusable: Unusable, lineOf: (line: number) => number): Problem {
  if (unusable.timeout) return { class: 'timeout', message: 'Loading it does not come to an end.' };
  if (unusable.missing) return { class: 'no_function', message: 'It defines no function of that name.' };
  if (unusable.ended !== undefined) return { class: unusable.ended === 'memory' ? 'memory' : 'crash', message: `Its process ended while it was loaded (${unusable.ended}).` };
  const { failed } = unusable;
  if (!failed) return { class: 'crash', message: 'It could not be loaded.' };
  const isImport = /^Cannot find (?:module|package)|is not defined by "exports"/.test(failed.message);
  return {
    class: isImport ? 'import' : Object.hasOwn(CLASSES, failed.error) ? CLASSES[failed.error]! : 'exception',
    message: `${failed.error}: ${failed.message.split('\n')[0] ?? ''}`.slice(0, 200),
    ...(failed.line !== undefined && { line: lineOf(failed.line) }),
  };
}

/** Milliseconds of one expectation: they are the user's own, and still not to be waited for without end. */
const EVALUATE_MS = 5_000;

/** Values of expressions without any candidate. */
export async function evaluate(sandbox: Sandbox, expressions: readonly Case[], signal?: AbortSignal): Promise<Outcome[]> {
  if (expressions.length === 0) return [];
  const cases = await Promise.all(expressions.map(asPlain));
  const told = await runWave({ sandbox, candidates: [{ id: '0', code: '' }], cases, caseMs: EVALUATE_MS, timeouts: expressions.length, ...(signal && { signal }) });
  const report = reportOf('', { code: '', lineOf: (line) => line }, expressions.length, told.get('0'));
  return report.problem ? expressions.map(() => ({ kind: 'crashed', how: report.problem!.message })) : report.outcomes;
}
