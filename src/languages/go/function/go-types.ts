import type { TypeShape } from '../../function/value.ts';

/** A type as Go writes it, read. */
export type GoType =
  | { kind: 'basic'; name: string }
  | { kind: 'slice'; item: GoType }
  | { kind: 'array'; size: number; item: GoType }
  | { kind: 'map'; key: GoType; value: GoType }
  | { kind: 'pointer'; to: GoType }
  | { kind: 'any' }
  | { kind: 'struct'; fields: { name: string; type: GoType }[]; text: string }
  /** Declared somewhere: its name as it is written. */
  | { kind: 'named'; name: string }
  /** Several results of one function. */
  | { kind: 'results'; items: GoType[] }
  | { kind: 'other'; text: string };

/** Whole numbers with the powers of two that bound them: least `-(2^low)`, most `2^high - 1`; `int` as on 64 bits. */
const INTEGERS: Record<string, [low: number | undefined, high: number]> = {
  int: [63, 63], int8: [7, 7], int16: [15, 15], int32: [31, 31], int64: [63, 63], rune: [31, 31],
  uint: [undefined, 64], uint8: [undefined, 8], uint16: [undefined, 16], uint32: [undefined, 32], uint64: [undefined, 64], uintptr: [undefined, 64], byte: [undefined, 8],
};

export const isInteger = (name: string): boolean => name in INTEGERS;
export const isFloat = (name: string): boolean => name === 'float64' || name === 'float32';

/** Does a whole number fit into a type of this name? */
export function fits(name: string, digits: string): boolean {
  const bounds = INTEGERS[name];
  if (!bounds) return false;
  const value = BigInt(digits);
  const [low, high] = bounds;
  return value >= (low === undefined ? 0n : -(1n << BigInt(low))) && value < 1n << BigInt(high);
}

const BASIC = new Set([...Object.keys(INTEGERS), 'float64', 'float32', 'string', 'bool']);

/** Reads a type at a position of a text; undefined where none stands. */
export function typeAt(text: string, from: number): { type: GoType; end: number } | undefined {
  const rest = text.slice(from);
  const blank = /^\s*/.exec(rest)![0].length;
  if (blank > 0) return typeAt(text, from + blank);
  const open = /^\[\s*(\d*|\.\.\.)\s*\]/.exec(rest);
  if (open) {
    const item = typeAt(text, from + open[0].length);
    if (!item) return undefined;
    // `[...]T` has the size of its literal: -1 until that is read.
    const size = open[1] === '...' ? -1 : Number(open[1]);
    return { type: open[1] === '' ? { kind: 'slice', item: item.type } : { kind: 'array', size, item: item.type }, end: item.end };
  }
  const map = /^map\s*\[/.exec(rest);
  if (map) {
    const key = typeAt(text, from + map[0].length);
    const close = key && /^\s*\]/.exec(text.slice(key.end));
    const value = key && close ? typeAt(text, key.end + close[0].length) : undefined;
    return key && value && { type: { kind: 'map', key: key.type, value: value.type }, end: value.end };
  }
  if (rest.startsWith('*')) {
    const to = typeAt(text, from + 1);
    return to && { type: { kind: 'pointer', to: to.type }, end: to.end };
  }
  const empty = /^(?:any\b|interface\s*\{\s*\})/.exec(rest);
  if (empty) return { type: { kind: 'any' }, end: from + empty[0].length };
  if (/^struct\s*\{/.test(rest)) return structAt(text, from);
  if (/^(?:func\b|chan\b|<-|interface\b)/.test(rest)) return undefined;
  const name = /^[\p{L}_][\p{L}\p{Nd}_]*(?:\.[\p{L}_][\p{L}\p{Nd}_]*)?/u.exec(rest)?.[0];
  if (name === undefined) return undefined;
  return { type: BASIC.has(name) ? { kind: 'basic', name } : { kind: 'named', name }, end: from + name.length };
}

function structAt(text: string, from: number): { type: GoType; end: number } | undefined {
  const fields: { name: string; type: GoType }[] = [];
  let at = text.indexOf('{', from) + 1;
  for (;;) {
    at += /^[\s;]*/.exec(text.slice(at))![0].length;
    if (text[at] === '}') return { type: { kind: 'struct', fields, text: text.slice(from, at + 1) }, end: at + 1 };
    const names = /^[\p{L}_]\w*(?:\s*,\s*[\p{L}_]\w*)*[ \t]+/u.exec(text.slice(at))?.[0];
    const type = names === undefined ? undefined : typeAt(text, at + names.length);
    if (names === undefined || !type) return undefined;
    for (const name of names.split(',')) fields.push({ name: name.trim(), type: type.type });
    at = type.end + (/^[ \t]*`[^`]*`/.exec(text.slice(type.end))?.[0].length ?? 0);
  }
}

/**
 * A type of its text.
 *
 * @param declared types of the user, by name: what their declaration says
 * @example parseType('[]int') // { kind: 'slice', item: { kind: 'basic', name: 'int' } }
 */
export function parseType(text: string, declared: Readonly<Record<string, string>> = {}): GoType {
  const read = typeAt(text.trim(), 0);
  if (!read || read.end !== text.trim().length) return { kind: 'other', text: text.trim() };
  if (read.type.kind === 'named') {
    const own = declared[read.type.name];
    const under = own === undefined ? undefined : typeAt(own, 0)?.type;
    // Only structs print by their name; another declared type takes the literals of what it is made of.
    if (under?.kind === 'struct') return { ...under, text: read.type.name };
    if (under?.kind === 'basic') return under;
  }
  return read.type;
}

/** A type as source. */
export function typeText(type: GoType): string {
  switch (type.kind) {
    case 'basic':
    case 'named':
      return type.name;
    case 'slice':
      return `[]${typeText(type.item)}`;
    case 'array':
      return `[${type.size < 0 ? '...' : type.size}]${typeText(type.item)}`;
    case 'map':
      return `map[${typeText(type.key)}]${typeText(type.value)}`;
    case 'pointer':
      return `*${typeText(type.to)}`;
    case 'any':
      return 'any';
    case 'results':
      return `(${type.items.map(typeText).join(', ')})`;
    case 'struct':
    case 'other':
      return type.text;
  }
}

/** Longest array whose items are told one by one. */
const LONGEST_TUPLE = 16;

/** What inputs are made from: a fixed number of items is a tuple, a pointer is its value or nil. */
export function shapeOf(type: GoType): TypeShape {
  switch (type.kind) {
    case 'basic':
      return { kind: isInteger(type.name) ? 'int' : isFloat(type.name) ? 'float' : type.name === 'bool' ? 'bool' : 'string' };
    case 'slice':
      return isByte(type.item) ? { kind: 'bytes' } : { kind: 'list', item: shapeOf(type.item) };
    case 'array':
      if (type.size < 0 || type.size > LONGEST_TUPLE) return { kind: 'other', text: typeText(type) };
      return { kind: 'tuple', items: Array.from({ length: type.size }, () => shapeOf(type.item)) };
    case 'map':
      return { kind: 'map', key: shapeOf(type.key), value: shapeOf(type.value) };
    case 'pointer':
      return { kind: 'union', options: [shapeOf(type.to), { kind: 'null' }] };
    case 'any':
      return { kind: 'any' };
    case 'struct':
      return { kind: 'record', fields: type.fields.map(({ name, type: of }) => ({ name, type: shapeOf(of) })) };
    case 'results':
      return { kind: 'tuple', items: type.items.map(shapeOf) };
    case 'named':
    case 'other':
      return { kind: 'other', text: typeText(type) };
  }
}

/** The type that values of a shape have where nothing else is said. */
export function typeOfShape(shape: TypeShape): GoType {
  switch (shape.kind) {
    case 'bool':
    case 'string':
    case 'int':
      return { kind: 'basic', name: shape.kind };
    case 'float':
      return { kind: 'basic', name: 'float64' };
    case 'bytes':
      return { kind: 'slice', item: { kind: 'basic', name: 'byte' } };
    case 'list':
      return { kind: 'slice', item: typeOfShape(shape.item) };
    case 'set':
      return { kind: 'map', key: typeOfShape(shape.item), value: { kind: 'basic', name: 'bool' } };
    case 'tuple':
      return { kind: 'results', items: shape.items.map(typeOfShape) };
    case 'map':
      return { kind: 'map', key: typeOfShape(shape.key), value: typeOfShape(shape.value) };
    case 'any':
    case 'null':
    case 'record':
    case 'union':
    case 'other':
      return { kind: 'any' };
  }
}

export const isByte = (type: GoType): boolean => type.kind === 'basic' && (type.name === 'byte' || type.name === 'uint8');
export const isError = (type: GoType | undefined): boolean => type?.kind === 'named' && type.name === 'error';
