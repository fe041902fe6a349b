import type { TypeShape, Value } from '../../languages/function/value.ts';
import type { Json } from '../types.ts';
import { integerText, numberOfInteger } from './integers.ts';
import { ANY_OBJECT, literalOf } from './literal.ts';
import { INTEGER_NAME, NUMBER_NAME } from './problems.ts';

/**
 * A JSON value as an argument of a type; undefined where it is none of it. What JSON does not tell apart the type does: a list for a tuple, 3 for
 * `3.0`, an object with digits as names for a dictionary of integers.
 *
 * @example toValue([1, 2], { kind: 'tuple', items: [{ kind: 'int' }, { kind: 'float' }] }) // (1, 2.0)
 */
export function toValue(json: Json, type: TypeShape): Value | undefined {
  switch (type.kind) {
    case 'any':
      return anyValue(json);
    case 'null':
      return json === null ? { kind: 'null' } : undefined;
    case 'bool':
      return typeof json === 'boolean' ? { kind: 'bool', value: json } : undefined;
    case 'int':
      return integer(json);
    case 'float':
      return typeof json === 'number' && Number.isFinite(json) ? { kind: 'float', value: json } : undefined;
    case 'string':
      return typeof json === 'string' ? { kind: 'string', value: json } : undefined;
    case 'list': {
      const items = Array.isArray(json) ? all(json.map((item) => toValue(item, type.item))) : undefined;
      return items && { kind: 'list', items };
    }
    case 'tuple': {
      if (!Array.isArray(json) || (!type.rest && json.length !== type.items.length)) return undefined;
      const items = all(json.map((item, index) => toValue(item, (type.rest ? type.items[0] : type.items[index]) ?? { kind: 'any' })));
      return items && { kind: 'tuple', items };
    }
    case 'map': {
      if (!isObject(json)) return undefined;
      const entries = all(Object.entries(json).map(([name, item]) => pair(keyOf(name, type.key), toValue(item, type.value))));
      return entries && { kind: 'map', entries };
    }
    case 'record':
      return record(json, type.fields);
    case 'union':
      return union(json, type.options);
    case 'other': {
      if (type.text === ANY_OBJECT) return isObject(json) ? anyValue(json) : undefined;
      const literal = literalOf(type.text);
      return literal !== undefined && literal === json ? anyValue(json) : undefined;
    }
    case 'set':
    case 'bytes':
      return undefined;
  }
}

/** A value as JSON; undefined for what JSON has no words for: sets, bytes, objects, infinities, integers that its numbers would change. */
export function toJson(value: Value): Json | undefined {
  const read = readJson(value);
  return 'json' in read ? read.json : undefined;
}

/** The same with the reason, for people. */
export function readJson(value: Value): { json: Json } | { problem: string } {
  switch (value.kind) {
    case 'null':
    case 'undefined':
      return { json: null };
    case 'bool':
    case 'string':
      return { json: value.value };
    case 'int': {
      const number = numberOfInteger(value.value);
      return number === undefined ? { problem: `the integer ${shortened(value.value)} is too large for a number in JSON, which would change its digits; such results have to be texts` } : { json: number };
    }
    case 'float':
      // JSON has no -0, and `JSON.stringify` makes 0 of it.
      return typeof value.value === 'number' && Number.isFinite(value.value) ? { json: value.value === 0 ? 0 : value.value } : { problem: `${String(value.value)} is no number in JSON` };
    case 'list':
    case 'tuple':
      return readItems(value.items);
    case 'map':
      return readEntries(value.entries);
    case 'set':
      return { problem: 'a set is nothing that JSON has; a sorted list serves' };
    case 'bytes':
      return { problem: 'bytes are nothing that JSON has; a text or a list of numbers serves' };
    case 'object':
      return { problem: TOO_LARGE.test(value.text) ? `it is larger than results may be (20,000 parts, texts of 200,000 characters): ${shortened(value.text)}` : `a value of type ${value.type} is nothing that JSON has: ${shortened(value.text)}` };
  }
}

/** How the languages tell what they did not tell whole. */
const TOO_LARGE = /^cut: |^too large to tell$|… \(\d+ characters, [\da-f]{8}\)$/;

function anyValue(json: Json): Value | undefined {
  if (json === null) return { kind: 'null' };
  if (typeof json === 'boolean') return { kind: 'bool', value: json };
  if (typeof json === 'string') return { kind: 'string', value: json };
  if (typeof json === 'number') return integer(json) ?? (Number.isFinite(json) ? { kind: 'float', value: json } : undefined);
  return Array.isArray(json) ? toValue(json, { kind: 'list', item: { kind: 'any' } }) : toValue(json, { kind: 'map', key: { kind: 'string' }, value: { kind: 'any' } });
}

function integer(json: Json): Value | undefined {
  const text = typeof json === 'number' ? integerText(json) : undefined;
  return text === undefined ? undefined : { kind: 'int', value: text };
}

/** Names of a JSON object are texts; the type of the key says what they stand for. */
function keyOf(name: string, type: TypeShape): Value | undefined {
  if (type.kind === 'string' || type.kind === 'any') return { kind: 'string', value: name };
  if (type.kind === 'int') return INTEGER_NAME.test(name) ? { kind: 'int', value: name } : undefined;
  if (type.kind === 'float') return NUMBER_NAME.test(name) && Number.isFinite(Number(name)) ? { kind: 'float', value: Number(name) } : undefined;
  if (type.kind === 'union') return type.options.map((option) => keyOf(name, option)).find((value) => value !== undefined);
  return undefined;
}

function record(json: Json, fields: (TypeShape & { kind: 'record' })['fields']): Value | undefined {
  if (!isObject(json) || Object.keys(json).some((name) => !fields.some((field) => field.name === name))) return undefined;
  const given = fields.filter(({ name, optional }) => !optional || Object.hasOwn(json, name));
  const entries = all(given.map(({ name, type }) => (Object.hasOwn(json, name) ? pair({ kind: 'string', value: name }, toValue(json[name]!, type)) : undefined)));
  return entries && { kind: 'map', entries };
}

/** The first option that takes it; whole numbers are integers where both are offered, in whatever order. */
function union(json: Json, options: readonly TypeShape[]): Value | undefined {
  const whole = typeof json === 'number' && Number.isInteger(json);
  const ordered = whole ? options.toSorted((a, b) => Number(b.kind === 'int') - Number(a.kind === 'int')) : options;
  for (const option of ordered) {
    const value = toValue(json, option);
    if (value) return value;
  }
  return undefined;
}

function readItems(items: readonly Value[]): { json: Json } | { problem: string } {
  const list: Json[] = [];
  for (const item of items) {
    const read = readJson(item);
    if ('problem' in read) return read;
    list.push(read.json);
  }
  return { json: list };
}

function readEntries(entries: readonly [Value, Value][]): { json: Json } | { problem: string } {
  const found = new Map<string, Json>();
  for (const [key, item] of entries) {
    const name = nameOf(key);
    if (name === undefined) return { problem: `a key of kind ${key.kind} cannot be a name in a JSON object` };
    if (found.has(name)) return { problem: `two keys are both ${JSON.stringify(name)} as names in a JSON object` };
    // As `JSON.stringify` has it: a field that is undefined is not there.
    if (item.kind === 'undefined') continue;
    const read = readJson(item);
    if ('problem' in read) return read;
    found.set(name, read.json);
  }
  return { json: Object.fromEntries(found) };
}

function nameOf(key: Value): string | undefined {
  if (key.kind === 'string' || key.kind === 'int') return key.value;
  return key.kind === 'float' && typeof key.value === 'number' && Number.isFinite(key.value) ? String(key.value) : undefined;
}

const isObject = (json: Json): json is { [key: string]: Json } => typeof json === 'object' && json !== null && !Array.isArray(json);
const all = <T>(items: readonly (T | undefined)[]): T[] | undefined => (items.includes(undefined) ? undefined : (items as T[]));
const pair = (key: Value | undefined, value: Value | undefined): [Value, Value] | undefined => (key && value ? [key, value] : undefined);
const shortened = (text: string): string => (text.length > 60 ? `${text.slice(0, 40)}… (${text.length} characters)` : text);
