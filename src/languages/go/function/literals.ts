import type { Value } from '../../function/value.ts';
import { isByte, isFloat, typeText } from './go-types.ts';
import type { GoType } from './go-types.ts';

/** The value of a variable of this type that nothing was assigned to. */
export function zeroOf(type: GoType): Value {
  switch (type.kind) {
    case 'basic':
      return type.name === 'bool' ? { kind: 'bool', value: false } : type.name === 'string' ? { kind: 'string', value: '' } : isFloat(type.name) ? { kind: 'float', value: 0 } : { kind: 'int', value: '0' };
    case 'slice':
      return isByte(type.item) ? { kind: 'bytes', value: '' } : { kind: 'list', items: [] };
    case 'array':
      return { kind: 'tuple', items: Array.from({ length: Math.max(type.size, 0) }, () => zeroOf(type.item)) };
    case 'map':
      return { kind: 'map', entries: [] };
    case 'struct':
      return { kind: 'map', entries: type.fields.map((field) => [{ kind: 'string', value: field.name }, zeroOf(field.type)]) };
    case 'pointer':
    case 'any':
      return { kind: 'null' };
    case 'named':
    case 'results':
    case 'other':
      return { kind: 'object', type: typeText(type), text: 'its zero value' };
  }
}

const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** The text between quotes, with what its escapes stand for. */
export function unescape(body: string): string {
  return body.replace(/\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/g, (_, hex?: string, short?: string, long?: string, octal?: string, one = '') => {
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    const code = short ?? long;
    if (code !== undefined) return Number.parseInt(code, 16) <= 0x10ffff ? String.fromCodePoint(Number.parseInt(code, 16)) : '\uFFFD';
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return ESCAPES[one] ?? one;
  });
}
