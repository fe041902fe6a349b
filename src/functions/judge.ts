import { meets, shownOutcome } from '../languages/function/expect.ts';
import type { ErrorClass, Example, Outcome, Problem } from '../languages/function/types.ts';
import { expectedText } from './contradictions.ts';

/** How a candidate did on examples. */
export interface Judgement {
  /** Indexes of the examples that it met. */
  met: ReadonlySet<number>;
  /** The first that it missed. */
  problem?: Problem;
}

/** Compares what came out with what was expected, here and not beside the candidate. */
export function judge(examples: readonly Example[], outcomes: readonly Outcome[]): Judgement {
  const met = new Set<number>();
  let problem: Problem | undefined;
  examples.forEach((example, index) => {
    const outcome: Outcome = outcomes[index] ?? { kind: 'skipped' };
    if (meets(example.expected, outcome)) met.add(index);
    else if (outcome.kind !== 'skipped') problem ??= problemOf(example, outcome);
  });
  if (met.size < examples.length) problem ??= { class: 'timeout', message: 'It was given up after it had failed too often.' };
  return problem ? { met, problem } : { met };
}

/** Names of exceptions in the four languages, and what they say of the code. */
const CLASSES: Readonly<Record<string, ErrorClass>> = {
  NameError: 'name', UnboundLocalError: 'name', ReferenceError: 'name',
  ImportError: 'import', ModuleNotFoundError: 'import',
  TypeError: 'type', AttributeError: 'type',
  SyntaxError: 'syntax', IndentationError: 'indentation',
  RecursionError: 'recursion', MemoryError: 'memory',
};

function classOf(outcome: Outcome): ErrorClass {
  switch (outcome.kind) {
    case 'raised':
      return outcome.error === 'RangeError' && /call stack/i.test(outcome.message) ? 'recursion' : (CLASSES[outcome.error] ?? 'exception');
    case 'timeout':
      return 'timeout';
    case 'crashed':
      return outcome.how === 'memory' ? 'memory' : 'crash';
    case 'value':
    case 'skipped':
      return 'wrong_answer';
  }
}

/** Without addresses of objects, which differ from run to run: a replay asks the same, and events are the same on every server. */
const steady = (text: string): string => text.replaceAll(/\b0x[\da-f]{4,}\b/gi, '0x…');

/** The same for a problem that the language told. */
export function steadyProblem(problem: Problem): Problem {
  return { ...problem, message: steady(problem.message), ...(problem.got === undefined ? {} : { got: steady(problem.got) }) };
}

/** One missed example as a problem, in one line of at most 200 characters. */
export function problemOf(example: Example, outcome: Outcome): Problem {
  const kind = classOf(outcome);
  const got = steady(shownOutcome(outcome));
  const expected = expectedText(example.expected);
  const message = outcome.kind === 'raised' || kind !== 'wrong_answer' ? got : `${example.expression} gave ${got} instead of ${expected}`;
  return {
    class: kind, call: example.expression, expected, got,
    message: message.replaceAll(/\s+/g, ' ').slice(0, 200),
    ...(outcome.kind === 'raised' && outcome.line !== undefined ? { line: outcome.line } : {}),
  };
}
