import type { Outcome, Problem } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';

/** Levels and nodes of a value that are believed; the driver sends fewer. */
const MOST_DEPTH = 60;
const MOST_NODES = 10_000;

/** An outcome as the driver told it, or undefined for what is none: a candidate can write what it likes into its own report. */
export function outcomeOf(told: unknown): Outcome | undefined {
  if (!isRecord(told)) return undefined;
  const printed = typeof told['printed'] === 'string' ? { printed: told['printed'].slice(0, 2000) } : {};
  switch (told['kind']) {
    case 'value':
      return isValue(told['value']) && typeof told['text'] === 'string' ? { kind: 'value', value: told['value'], text: told['text'].slice(0, 2000), ...printed } : undefined;
    case 'raised':
      if (typeof told['error'] !== 'string' || typeof told['message'] !== 'string') return undefined;
      return { kind: 'raised', error: told['error'].slice(0, 200), message: told['message'].slice(0, 500), ...lineOf(told), ...printed };
    case 'timeout':
    case 'skipped':
      return { kind: told['kind'] };
    case 'crashed':
      return typeof told['how'] === 'string' ? { kind: 'crashed', how: told['how'].slice(0, 60) } : undefined;
    default:
      return undefined;
  }
}

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

function isValue(told: unknown, depth = 0, left = { nodes: MOST_NODES }): told is Value {
  left.nodes -= 1;
  if (!isRecord(told) || depth > MOST_DEPTH || left.nodes < 0) return false;
  const value = told['value'];
  switch (told['kind']) {
    case 'null':
      return true;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'string' && /^-?\d{1,5000}$/.test(value);
    case 'float':
      return typeof value === 'number' || value === 'nan' || value === 'inf' || value === '-inf';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value);
    case 'list':
    case 'tuple':
    case 'set':
      return Array.isArray(told['items']) && told['items'].every((item) => isValue(item, depth + 1, left));
    case 'map':
      return Array.isArray(told['entries']) && told['entries'].every((entry) => Array.isArray(entry) && entry.length === 2 && entry.every((item) => isValue(item, depth + 1, left)));
    case 'object':
      return typeof told['type'] === 'string' && typeof told['text'] === 'string';
    default:
      return false;
  }
}

function lineOf(told: Record<string, unknown>): { line?: number } {
  return Number.isInteger(told['line']) && (told['line'] as number) > 0 ? { line: told['line'] as number } : {};
}

export const isRecord = (told: unknown): told is Record<string, unknown> => typeof told === 'object' && told !== null && !Array.isArray(told);
