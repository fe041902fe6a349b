import type { Expected, Outcome } from './types.ts';
import type { Value } from './value.ts';

/** Relative and absolute difference up to which two floats are the same: what doctests and asserts of floats mean in practice. */
export const FLOAT_TOLERANCE = 1e-6;

/** A text that is equal for values that are the same: sets and maps in order, floats rounded to the tolerance. */
export function canonical(value: Value): string {
  switch (value.kind) {
    case 'int':
      return value.value;
    case 'float':
      return typeof value.value === 'number' ? numberText(value.value) : value.value;
    case 'list':
      return `[${value.items.map(canonical).join(',')}]`;
    case 'tuple':
      return `(${value.items.map(canonical).join(',')})`;
    case 'set':
      return `{${value.items.map(canonical).sort().join(',')}}`;
    case 'map':
      return `{${value.entries.map(([key, item]) => `${canonical(key)}:${canonical(item)}`).sort().join(',')}}`;
    case 'object':
      return `<${value.type} ${value.text}>`;
    case 'null':
    case 'undefined':
      return value.kind;
    case 'bool':
      return String(value.value);
    case 'string':
      return JSON.stringify(value.value);
    case 'bytes':
      return `b"${value.value}"`;
  }
}

/** Six significant digits; whole numbers as integers, so that 1 and 1.0 are one behaviour, as `==` has it in all of the languages. */
function numberText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return Number.isInteger(rounded) && Math.abs(rounded) < 1e15 ? String(rounded === 0 ? 0 : rounded) : rounded.toExponential();
}

/** Are two values the same: as `==` has it, with a tolerance for floats; a list is no tuple, and `True` is not 1. */
export function sameValue(a: Value, b: Value): boolean {
  const [left, right] = [numberOf(a), numberOf(b)];
  if (left !== undefined && right !== undefined) {
    if (a.kind === 'int' && b.kind === 'int') return a.value === b.value;
    if (Number.isNaN(left) || Number.isNaN(right)) return Number.isNaN(left) && Number.isNaN(right);
    if (left === right) return true;
    return Math.abs(left - right) <= FLOAT_TOLERANCE * Math.max(1, Math.abs(left), Math.abs(right)) && Number.isFinite(left) && Number.isFinite(right);
  }
  if (a.kind !== b.kind) return false;
  if ((a.kind === 'list' && b.kind === 'list') || (a.kind === 'tuple' && b.kind === 'tuple')) {
    return a.items.length === b.items.length && a.items.every((item, index) => sameValue(item, b.items[index]!));
  }
  if (a.kind === 'set' && b.kind === 'set') return sameMembers(a.items, b.items, sameValue);
  if (a.kind === 'map' && b.kind === 'map') return sameMembers(a.entries, b.entries, (one, other) => sameValue(one[0], other[0]) && sameValue(one[1], other[1]));
  return canonical(a) === canonical(b);
}

function numberOf(value: Value): number | undefined {
  if (value.kind === 'int') return Number(value.value);
  if (value.kind !== 'float') return undefined;
  if (typeof value.value === 'number') return value.value;
  return value.value === 'nan' ? Number.NaN : value.value === 'inf' ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

function sameMembers<T>(a: readonly T[], b: readonly T[], same: (one: T, other: T) => boolean): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((item) => {
    const at = left.findIndex((other) => same(item, other));
    if (at < 0) return false;
    left.splice(at, 1);
    return true;
  });
}

/**
 * Does an outcome meet what was expected? A value that is no literal must have been evaluated before (`value` set), else the printed forms are
 * compared, white space at their ends apart.
 */
export function meets(expected: Expected, outcome: Outcome): boolean {
  if (expected.kind === 'raises') {
    if (outcome.kind !== 'raised') return false;
    if (expected.error !== undefined && outcome.error !== expected.error) return false;
    return expected.message === undefined || outcome.message.trim() === expected.message.trim();
  }
  if (outcome.kind !== 'value') return false;
  if (expected.kind === 'printed') return tidy(outcome.printed ?? '') === tidy(expected.text);
  return expected.value === undefined ? tidy(outcome.text) === tidy(expected.text) : sameValue(outcome.value, expected.value);
}

const tidy = (text: string): string => text.split('\n').map((line) => line.trimEnd()).join('\n').trim();

/** An outcome in a few characters, for people and repair messages. */
export function shownOutcome(outcome: Outcome, most = 80): string {
  switch (outcome.kind) {
    case 'value':
      return short(outcome.text, most);
    case 'raised':
      return short(`${outcome.error}${outcome.message ? `: ${outcome.message}` : ''}`, most);
    case 'timeout':
      return 'no answer in time';
    case 'crashed':
      return `its process ended (${outcome.how})`;
    case 'skipped':
      return 'not run';
  }
}

const short = (text: string, most: number): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};
