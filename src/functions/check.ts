import type { Candidate, Example } from '../languages/function/types.ts';
import { steadyProblem } from './judge.ts';
import { casesOf, caseKey, enter, settle, triedOf, type Attempt, type Session } from './session.ts';

/**
 * Runs new candidates, all in one sandboxed process, on every case; what is expected never goes in with them. Those that meet all examples also
 * run the user's test file.
 */
export async function check(session: Session, attempts: readonly Attempt[]): Promise<void> {
  const fresh = attempts.filter((attempt) => attempt.code !== undefined && attempt.problem === undefined && attempt.sameAs === undefined);
  if (session.options.test && fresh.length > 0) {
    enter(session, 'check');
    await runCases(session, fresh);
    await runTests(session, fresh);
  }
  for (const attempt of attempts) {
    likeTheFirst(session, attempt);
    settle(session, attempt);
    tell(session, attempt);
  }
}

async function runCases(session: Session, attempts: readonly Attempt[]): Promise<void> {
  const { language, signature, deps, options, signal } = session;
  const cases = casesOf(session);
  const reports = await language.check({ sandbox: deps.sandbox, signature, candidates: attempts.map(candidateOf), cases, caseMs: options.caseMs, signal });
  for (const attempt of attempts) {
    const report = reports.find(({ id }) => id === attempt.id);
    if (!report || report.problem) attempt.problem = steadyProblem(report?.problem ?? { class: 'crash', message: 'It left no report.' });
    else attempt.outcomes = new Map(cases.map((one, index) => [caseKey(one), report.outcomes[index] ?? { kind: 'skipped' }]));
    settle(session, attempt);
  }
}

async function runTests(session: Session, attempts: readonly Attempt[]): Promise<void> {
  const { language, signature, deps, options, signal, tests } = session;
  if (!tests) return;
  // The examples of the file are among the trusted ones: a candidate that misses one need not run the rest.
  const worthy = attempts.filter((attempt) => attempt.outcomes !== undefined && attempt.met.size === session.trusted.length);
  if (worthy.length === 0) return;
  const reports = await language.runTests({ sandbox: deps.sandbox, signature, candidates: worthy.map(candidateOf), caseMs: options.caseMs, tests, signal });
  for (const attempt of worthy) {
    const report = reports.find(({ id }) => id === attempt.id);
    const passed = report?.passed === true;
    attempt.tests = { ran: report?.ran ?? 0, passed, ...(passed ? {} : { problem: steadyProblem(report?.problems[0] ?? { class: 'wrong_answer', message: `${tests.name} did not pass.` }) }) };
  }
}

/** A candidate equal to an earlier one did what that did. */
function likeTheFirst(session: Session, attempt: Attempt): void {
  const first = attempt.sameAs === undefined ? undefined : session.attempts.find(({ id }) => id === attempt.sameAs);
  if (!first) return;
  attempt.problem = first.problem;
  attempt.outcomes = first.outcomes;
  attempt.tests = first.tests;
}

const candidateOf = ({ id, code }: Attempt): Candidate => ({ id, code: code ?? '' });

function tell(session: Session, attempt: Attempt): void {
  const { id, wave, passed, met, of, problem, sameAs, repairOf } = triedOf(attempt, session.trusted.length);
  session.emit('candidate_checked', {
    id, wave, passed, met, of, problem: problem ? problem.class : null, message: problem ? problem.message : null,
    ...(sameAs === undefined ? {} : { same_as: sameAs }), ...(repairOf === undefined ? {} : { repair_of: repairOf }),
  });
}

/**
 * Works out expected values that are no literals, once and without any candidate. What cannot be worked out (it needs the function itself, or has
 * no literal) is compared as it is printed.
 */
export async function evaluateExpected(session: Pick<Session, 'language' | 'deps' | 'signal'>, examples: readonly Example[]): Promise<Example[]> {
  const open = examples.filter(({ expected }) => expected.kind === 'value' && expected.value === undefined);
  if (open.length === 0) return [...examples];
  const outcomes = await session.language.evaluate(session.deps.sandbox, open.map(({ setup, expected }) => ({ setup, expression: expected.kind === 'value' ? expected.text : '' })), session.signal);
  return examples.map((example) => {
    const outcome = outcomes[open.indexOf(example)];
    if (example.expected.kind !== 'value' || outcome?.kind !== 'value' || outcome.value.kind === 'object') return example;
    return { ...example, expected: { ...example.expected, value: outcome.value } };
  });
}
