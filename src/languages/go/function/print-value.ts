import type { Value } from '../../function/value.ts';
import { fits, isByte, isFloat, isInteger, typeText } from './go-types.ts';
import type { GoType } from './go-types.ts';

const basic = (name: string): GoType => ({ kind: 'basic', name });

/**
 * A value as source of a type; undefined where it has no literal of that type (a number too large for it, a missing field).
 *
 * @param elided inside a literal that names the type already: `{1, 2}` in `[][]int{{1, 2}}`
 */
export function printAs(value: Value, type: GoType, elided = false): string | undefined {
  const head = elided ? '' : typeText(type);
  switch (type.kind) {
    case 'basic':
      return printBasic(value, type.name);
    case 'slice':
      if (value.kind === 'null') return 'nil';
      if (isByte(type.item) && value.kind === 'bytes') return printItems(head, bytesOf(value.value).map((byte) => `0x${byte}`));
      if (value.kind !== 'list' && value.kind !== 'tuple' && value.kind !== 'set') return undefined;
      return printItems(head, value.items.map((item) => printAs(item, type.item, isComposite(type.item))));
    case 'array':
      if ((value.kind !== 'list' && value.kind !== 'tuple') || (type.size >= 0 && value.items.length !== type.size)) return undefined;
      return printItems(head, value.items.map((item) => printAs(item, type.item, isComposite(type.item))));
    case 'map':
      return printMap(value, type, head);
    case 'pointer':
      return printPointer(value, type.to);
    case 'any':
      return printAny(value);
    case 'struct':
      return printStruct(value, type, head);
    case 'results':
      if (value.kind !== 'tuple' || value.items.length !== type.items.length) return undefined;
      return printResults(value.items.map((item, index) => printAs(item, type.items[index]!)));
    case 'named':
      return value.kind === 'null' ? 'nil' : undefined;
    case 'other':
      return value.kind === 'null' ? 'nil' : undefined;
  }
}

const isComposite = (type: GoType): boolean => type.kind === 'slice' || type.kind === 'array' || type.kind === 'map' || type.kind === 'struct';
const bytesOf = (hex: string): string[] => hex.match(/../g) ?? [];
const allKnown = (items: readonly (string | undefined)[]): items is readonly string[] => items.every((item) => item !== undefined);
const printItems = (head: string, items: readonly (string | undefined)[]): string | undefined => (allKnown(items) ? `${head}{${items.join(', ')}}` : undefined);
const printResults = (items: readonly (string | undefined)[]): string | undefined => (allKnown(items) ? items.join(', ') : undefined);

function printBasic(value: Value, name: string): string | undefined {
  if (name === 'bool') return value.kind === 'bool' ? String(value.value) : undefined;
  if (name === 'string') return value.kind === 'string' ? quote(value.value) : undefined;
  if (isInteger(name)) {
    const digits = value.kind === 'int' ? value.value : value.kind === 'float' && Number.isSafeInteger(value.value) ? String(value.value) : undefined;
    return digits !== undefined && fits(name, digits) ? digits : undefined;
  }
  if (!isFloat(name)) return undefined;
  const text = value.kind === 'int' ? value.value : value.kind === 'float' ? printFloat(value.value) : undefined;
  return text !== undefined && name === 'float32' && text.startsWith('math.') ? `float32(${text})` : text;
}

function printFloat(value: number | 'nan' | 'inf' | '-inf'): string {
  if (typeof value !== 'number') return { nan: 'math.NaN()', inf: 'math.Inf(1)', '-inf': 'math.Inf(-1)' }[value];
  // The source's `-0.0` is the constant 0.
  if (Object.is(value, -0)) return 'math.Copysign(0, -1)';
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

/** A string as source; undefined for half a surrogate pair, which Go has no way to write. */
function quote(text: string): string | undefined {
  if (/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/.test(text)) return undefined;
  return JSON.stringify(text).replace(/[\uFEFF\u007F-\u009F]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function printMap(value: Value, type: GoType & { kind: 'map' }, head: string): string | undefined {
  if (value.kind === 'null') return 'nil';
  const present: Value = { kind: 'bool', value: true };
  const entries = value.kind === 'map' ? value.entries : value.kind === 'set' ? value.items.map((item): [Value, Value] => [item, present]) : undefined;
  if (!entries) return undefined;
  const keys = entries.map(([key]) => printAs(key, type.key));
  // The compiler refuses a key that stands twice.
  if (new Set(keys).size !== keys.length) return undefined;
  const isSet = type.value.kind === 'struct' && type.value.fields.length === 0;
  const items = entries.map(([, item], index) => {
    const printed = isSet ? '{}' : printAs(item, type.value, isComposite(type.value));
    return keys[index] === undefined || printed === undefined ? undefined : `${keys[index]}: ${printed}`;
  });
  return printItems(head, items);
}

function printPointer(value: Value, to: GoType): string | undefined {
  if (value.kind === 'null') return 'nil';
  const inner = printAs(value, to);
  if (inner === undefined) return undefined;
  if (to.kind === 'struct') return `&${inner}`;
  const type = typeText(to);
  return `func() *${type} { var v ${type} = ${inner}; return &v }()`;
}

function printStruct(value: Value, type: GoType & { kind: 'struct' }, head: string): string | undefined {
  if (value.kind !== 'map') return undefined;
  const named = new Map(value.entries.map(([key, item]) => [key.kind === 'string' ? key.value : '', item]));
  if ([...named.keys()].some((name) => !type.fields.some((field) => field.name === name))) return undefined;
  const items = type.fields.filter(({ name }) => named.has(name)).map(({ name, type: of }) => {
    const printed = printAs(named.get(name)!, of);
    return printed === undefined ? undefined : `${name}: ${printed}`;
  });
  return printItems(head, items);
}

/** A value by itself: of the type that its parts have in common. */
export function printAny(value: Value): string | undefined {
  if (value.kind === 'null' || value.kind === 'undefined') return 'nil';
  if (value.kind === 'float') return printFloat(value.value);
  if (value.kind === 'tuple') return allKnown(value.items.map(printAny)) ? `(${printResults(value.items.map(printAny))})` : undefined;
  const type = commonType([value]);
  return type.kind === 'any' ? undefined : printAs(value, type);
}

/** The type that all these values can have; `any` where they differ. */
export function commonType(values: readonly Value[]): GoType {
  const types = values.filter(({ kind }) => kind !== 'null').map(ownType);
  const [first] = types;
  if (!first || types.length < values.length) return { kind: 'any' };
  if (types.every((type) => typeText(type) === typeText(first))) return first;
  const numbers = types.every((type) => type.kind === 'basic' && (type.name === 'int' || type.name === 'float64'));
  if (numbers) return basic('float64');
  // `[][]int{{1}, {}}`: a list without items takes the type of the others.
  if (values.every(({ kind }) => kind === 'list')) {
    const items = values.flatMap((value) => (value.kind === 'list' ? value.items : []));
    return { kind: 'slice', item: commonType(items) };
  }
  return { kind: 'any' };
}

function ownType(value: Value): GoType {
  switch (value.kind) {
    case 'bool':
    case 'string':
      return basic(value.kind);
    case 'int':
      return basic(fits('int', value.value) ? 'int' : 'uint64');
    case 'float':
      return basic('float64');
    case 'bytes':
      return { kind: 'slice', item: basic('byte') };
    case 'list':
    case 'tuple':
      return { kind: 'slice', item: commonType(value.items) };
    case 'set':
      return { kind: 'map', key: commonType(value.items), value: basic('bool') };
    case 'map':
      return { kind: 'map', key: commonType(value.entries.map(([key]) => key)), value: commonType(value.entries.map(([, item]) => item)) };
    case 'null':
    case 'undefined':
    case 'object':
      return { kind: 'any' };
  }
}
