import { isRecord } from '../../core/record.ts';
import type { Outcome } from './types.ts';
import type { Value } from './value.ts';

/** How much of a value is believed; a driver sends less. */
export interface OutcomeBounds {
  depth: number;
  nodes: number;
  /** Digits of an integer. */
  digits: number;
}

/**
 * An outcome as the process of a candidate told it, with texts cut to what an outcome may hold; undefined for what is none: a candidate can
 * write what it likes into its own report.
 */
export function outcomeOf(told: unknown, bounds: OutcomeBounds): Outcome | undefined {
  if (!isRecord(told)) return undefined;
  const printed = typeof told['printed'] === 'string' ? { printed: told['printed'].slice(0, 2000) } : {};
  switch (told['kind']) {
    case 'value':
      return isValue(told['value'], bounds) && typeof told['text'] === 'string' ? { kind: 'value', value: told['value'], text: told['text'].slice(0, 2000), ...printed } : undefined;
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

function isValue(told: unknown, bounds: OutcomeBounds, depth = 0, left = { nodes: bounds.nodes }): told is Value {
  left.nodes -= 1;
  if (!isRecord(told) || depth > bounds.depth || left.nodes < 0) return false;
  const value = told['value'];
  switch (told['kind']) {
    case 'null':
      return true;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'string' && /^-?\d+$/.test(value) && value.length <= bounds.digits + Number(value.startsWith('-'));
    case 'float':
      return typeof value === 'number' || value === 'nan' || value === 'inf' || value === '-inf';
    case 'string':
      return typeof value === 'string';
    case 'bytes':
      return typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value);
    case 'list':
    case 'tuple':
    case 'set':
      return Array.isArray(told['items']) && told['items'].every((item) => isValue(item, bounds, depth + 1, left));
    case 'map':
      return Array.isArray(told['entries']) && told['entries'].every((entry) => Array.isArray(entry) && entry.length === 2 && entry.every((item) => isValue(item, bounds, depth + 1, left)));
    case 'object':
      return typeof told['type'] === 'string' && typeof told['text'] === 'string';
    default:
      return false;
  }
}

/** 1-based line of the candidate, where one was told. */
export function lineOf(told: Record<string, unknown>): { line?: number } {
  return Number.isInteger(told['line']) && (told['line'] as number) > 0 ? { line: told['line'] as number } : {};
}
