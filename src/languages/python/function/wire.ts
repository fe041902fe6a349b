import { isRecord } from '../../../core/record.ts';
import { lineOf, outcomeOf as readOutcome } from '../../function/outcome.ts';
import type { Outcome, Problem } from '../../function/types.ts';

/** What of a value is believed; the driver sends fewer. */
const BOUNDS = { depth: 60, nodes: 50_000, digits: 5_000 };

/** An outcome as the driver told it, or undefined for what is none. */
export const outcomeOf = (told: unknown): Outcome | undefined => readOutcome(told, BOUNDS);

/** Why a module could not be loaded. */
export function loadProblem(told: unknown): Problem {
  if (!isRecord(told)) return { class: 'crash', message: 'Its report cannot be read.' };
  if (told['kind'] === 'timeout') return { class: 'timeout', message: 'It takes too long to load.' };
  if (told['kind'] === 'crashed') return told['how'] === 'memory' ? { class: 'memory', message: 'It takes too much memory to load.' } : { class: 'crash', message: `Its process ends while it is loaded (${String(told['how']).slice(0, 60)}).` };
  const error = typeof told['error'] === 'string' ? told['error'].slice(0, 100) : '';
  const message = typeof told['message'] === 'string' ? told['message'] : '';
  return problemOf(error, message, lineOf(told).line);
}

const CLASSES: Record<string, Problem['class']> = {
  '': 'no_function', SyntaxError: 'syntax', IndentationError: 'indentation', TabError: 'indentation', NameError: 'name', UnboundLocalError: 'name',
  ImportError: 'import', ModuleNotFoundError: 'import', TypeError: 'type', RecursionError: 'recursion', MemoryError: 'memory', SystemExit: 'crash', AssertionError: 'wrong_answer',
};

/**
 * An exception as a problem: its class, and `Class: message` in one line of at most 200 characters.
 *
 * @param error name of the exception; empty for a function that is not there
 */
export function problemOf(error: string, message: string, line?: number): Problem {
  const text = message.replace(/\s+/g, ' ').trim();
  const shown = error === '' ? text : text === '' || text === error ? error : `${error}: ${text}`;
  return { class: CLASSES[error] ?? 'exception', message: shown.length > 200 ? `${shown.slice(0, 199)}…` : shown, ...(line === undefined ? {} : { line }) };
}
