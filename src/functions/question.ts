import { shownOutcome } from '../languages/function/expect.ts';
import type { Case, Example, Expected, Outcome } from '../languages/function/types.ts';
import type { Difference } from '../selection/types.ts';
import { evaluateExpected } from './check.ts';
import { caseKey, outcomesOf, settle, type Attempt, type Session } from './session.ts';
import type { FunctionAnswer } from './types.ts';

/** Answers that are shown: more than four are no question any more. */
const MOST_ANSWERS = 4;

/**
 * Asks the one question of a job: what an input is to give on which the candidates differ, or, where they all do the same, whether that is right. The
 * answer is a trusted example from then on.
 *
 * @returns did somebody answer
 * @throws the reason of the signal, where the job was stopped meanwhile
 */
export async function clarify(session: Session, difference: Difference | undefined): Promise<boolean> {
  const { ask } = session.deps;
  if (!ask || session.asked) return false;
  const passers = session.attempts.filter(({ passed }) => passed);
  const one = difference?.case ?? plainest(session, passers);
  if (!one) return false;
  session.asked = true;
  const groups = grouped(passers, one);
  const answers = groups.map(({ outcome, candidates }) => ({ text: answerText(outcome), candidates }));
  session.emit('question_asked', { call: one.expression, answers: answers.map(({ text }) => text).join(' | ') });
  const answer = await ask({ call: one.expression, answers });
  // Who stops the job at the question did not pass it over.
  session.signal.throwIfAborted();
  const expected = answer && expectedOf(answer, groups.map(({ outcome }) => outcome));
  session.emit('question_answered', { call: one.expression, answer: expected ? (expected.kind === 'value' ? expected.text : answerTextOf(expected)) : null });
  if (!expected) {
    session.notes.push('The question was passed over.');
    return false;
  }
  const example: Example = { setup: one.setup, expression: one.expression, expected, trust: 'user', text: `${one.expression} => ${expected.kind === 'value' ? expected.text : answerTextOf(expected)}` };
  const [known] = await evaluateExpected(session, [example]);
  session.trusted.push(known ?? example);
  for (const attempt of session.attempts) settle(session, attempt);
  return true;
}

/** The shortest input that gives a value in most candidates. */
function plainest(session: Session, passers: readonly Attempt[]): Case | undefined {
  const values = (one: Case): number => passers.filter((attempt) => outcomesOf(attempt, [one])[0]?.kind === 'value').length;
  const ranked = session.inputs.filter((one) => values(one) > 0).sort((a, b) => values(b) - values(a) || a.expression.length - b.expression.length);
  return ranked[0];
}

function grouped(passers: readonly Attempt[], one: Case): { outcome: Outcome; candidates: number }[] {
  const groups = new Map<string, { outcome: Outcome; candidates: number }>();
  for (const attempt of passers) {
    const outcome = attempt.outcomes?.get(caseKey(one));
    if (!outcome || (outcome.kind !== 'value' && outcome.kind !== 'raised')) continue;
    const group = groups.get(answerText(outcome)) ?? { outcome, candidates: 0 };
    group.candidates += 1;
    groups.set(answerText(outcome), group);
  }
  return [...groups.values()].sort((a, b) => b.candidates - a.candidates).slice(0, MOST_ANSWERS);
}

const answerText = (outcome: Outcome): string => (outcome.kind === 'raised' ? `raises ${outcome.error}` : shownOutcome(outcome));
const answerTextOf = (expected: Exclude<Expected, { kind: 'value' }>): string => (expected.kind === 'raises' ? `raises ${expected.error ?? 'an error'}` : expected.text);

/** `raises ValueError`, or a value as source. */
const RAISES = /^raises\s+([\p{L}_][\p{L}\d_.]*)$/u;

function expectedOf(answer: FunctionAnswer, outcomes: readonly Outcome[]): Expected | undefined {
  if ('choice' in answer) {
    const outcome = outcomes[answer.choice];
    if (outcome?.kind === 'raised') return { kind: 'raises', error: outcome.error };
    return outcome?.kind === 'value' ? { kind: 'value', text: outcome.text, value: outcome.value } : undefined;
  }
  const text = answer.value.trim();
  if (text === '') return undefined;
  const raises = RAISES.exec(text)?.[1];
  return raises === undefined ? { kind: 'value', text } : { kind: 'raises', error: raises };
}
