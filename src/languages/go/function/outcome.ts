import type { Outcome } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';

/** Deepest nesting that is read; the report's own limit is 30. */
const DEEPEST = 64;

/** An outcome as a process of a candidate told it; undefined where it is none. */
export function readOutcome(told: unknown): Outcome | undefined {
  if (!isRecord(told)) return undefined;
  const printed = typeof told['printed'] === 'string' ? { printed: told['printed'] } : {};
  switch (told['kind']) {
    case 'value':
      return isValue(told['value'], 0) && typeof told['text'] === 'string' ? { kind: 'value', value: told['value'], text: told['text'], ...printed } : undefined;
    case 'raised':
      if (typeof told['error'] !== 'string' || typeof told['message'] !== 'string') return undefined;
      return { kind: 'raised', error: told['error'], message: told['message'], ...(typeof told['line'] === 'number' ? { line: told['line'] } : {}), ...printed };
    case 'crashed':
      return typeof told['how'] === 'string' ? { kind: 'crashed', how: told['how'] } : undefined;
    case 'timeout':
    case 'skipped':
      return { kind: told['kind'] };
    default:
      return undefined;
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function isValue(told: unknown, depth: number): told is Value {
  if (!isRecord(told) || depth > DEEPEST) return false;
  const { kind, value } = told;
  switch (kind) {
    case 'null':
      return true;
    case 'bool':
      return typeof value === 'boolean';
    case 'int':
      return typeof value === 'string' && /^-?\d+$/.test(value);
    case 'float':
      return typeof value === 'number' || value === 'nan' || value === 'inf' || value === '-inf';
    case 'string':
    case 'bytes':
      return typeof value === 'string';
    case 'list':
    case 'tuple':
      return Array.isArray(told['items']) && told['items'].every((item) => isValue(item, depth + 1));
    case 'map':
      return Array.isArray(told['entries']) && told['entries'].every((entry) => Array.isArray(entry) && entry.length === 2 && entry.every((part) => isValue(part, depth + 1)));
    case 'object':
      return typeof told['type'] === 'string' && typeof told['text'] === 'string';
    default:
      return false;
  }
}
