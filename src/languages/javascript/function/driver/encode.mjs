// Values as the host reads them (`Value` in languages/function/value.ts). Everything is taken from its place before a candidate is loaded,
// and no method of a candidate's is called: no getter, no toJSON, no iterator, no trap of a proxy.
import { inspect, types } from 'node:util';

const DEEPEST = 20;
let MOST_NODES = 2_000;
let LONGEST_STRING = 20_000;
/** Characters of all strings of one value together. */
let LONGEST_VALUE = 100_000;
const LONGEST_TEXT = 2_000;

const { isProxy, isMap, isSet, isDate, isRegExp, isNativeError, isBoxedPrimitive, isUint8Array, isTypedArray, isPromise } = types;
const { getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { ownKeys, apply } = Reflect;
const { isArray } = Array;
const isSafeInteger = Number.isSafeInteger;
const isFinite = Number.isFinite;
const text = String;
const objectPrototype = Object.prototype;
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;
const slice = String.prototype.slice;
const toHex = Buffer.prototype.toString;
const bufferFrom = Buffer.from;
const dateText = Date.prototype.toISOString;
const regExpText = RegExp.prototype.toString;

/** How Node prints it, without asking the value itself. */
export function textOf(value) {
  try {
    const shown = inspect(value, { customInspect: false, showProxy: true, getters: false, depth: 4, breakLength: Infinity, maxArrayLength: 100, maxStringLength: 1_000 });
    return apply(slice, shown, [0, LONGEST_TEXT]);
  } catch {
    return '(cannot be printed)';
  }
}

/** Ten times as much of a value is told whole. */
export function enlarge() {
  MOST_NODES = 20_000;
  LONGEST_STRING = 200_000;
  LONGEST_VALUE = 1_000_000;
}

export function encode(value) {
  const budget = { nodes: 0, characters: 0, path: [] };
  return node(value, budget, 0);
}

function node(value, budget, depth) {
  budget.nodes += 1;
  if (budget.nodes > MOST_NODES || depth > DEEPEST) return { kind: 'object', type: 'more', text: 'cut: too large or too deep' };
  switch (typeof value) {
    case 'undefined':
      return { kind: 'undefined' };
    case 'boolean':
      return { kind: 'bool', value };
    case 'bigint':
      return { kind: 'int', value: text(value) };
    case 'number':
      return number(value);
    case 'string':
      return string(value, budget);
    case 'function':
      return { kind: 'object', type: 'Function', text: 'function' };
    case 'symbol':
      return { kind: 'object', type: 'Symbol', text: text(value) };
    default:
      return value === null ? { kind: 'null' } : object(value, budget, depth);
  }
}

function number(value) {
  if (value !== value) return { kind: 'float', value: 'nan' };
  if (!isFinite(value)) return { kind: 'float', value: value > 0 ? 'inf' : '-inf' };
  return isSafeInteger(value) ? { kind: 'int', value: text(value === 0 ? 0 : value) } : { kind: 'float', value };
}

function string(value, budget) {
  budget.characters += value.length;
  if (value.length > LONGEST_STRING || budget.characters > LONGEST_VALUE) return { kind: 'object', type: 'string', text: `cut: ${value.length} characters` };
  return { kind: 'string', value };
}

function object(value, budget, depth) {
  if (isProxy(value)) return { kind: 'object', type: 'Proxy', text: 'Proxy' };
  for (let i = 0; i < budget.path.length; i += 1) if (budget.path[i] === value) return { kind: 'object', type: 'cycle', text: 'refers to itself' };
  budget.path[depth] = value;
  budget.path.length = depth + 1;
  try {
    return inner(value, budget, depth);
  } finally {
    budget.path.length = depth;
  }
}

function inner(value, budget, depth) {
  if (isArray(value)) return { kind: 'list', items: elements(value, budget, depth) };
  if (isMap(value)) {
    const entries = [];
    apply(mapForEach, value, [(item, key) => {
      if (budget.nodes <= MOST_NODES) entries[entries.length] = [node(key, budget, depth + 1), node(item, budget, depth + 1)];
    }]);
    return { kind: 'map', entries };
  }
  if (isSet(value)) {
    const items = [];
    apply(setForEach, value, [(item) => {
      if (budget.nodes <= MOST_NODES) items[items.length] = node(item, budget, depth + 1);
    }]);
    return { kind: 'set', items };
  }
  if (isUint8Array(value)) return value.length > LONGEST_STRING ? opaque(value) : { kind: 'bytes', value: apply(toHex, bufferFrom(value), ['hex']) };
  if (isTypedArray(value)) return { kind: 'list', items: elements(value, budget, depth) };
  const prototype = getPrototypeOf(value);
  if ((prototype === objectPrototype || prototype === null) && !isPromise(value)) return plain(value, budget, depth);
  return opaque(value);
}

function elements(value, budget, depth) {
  const items = [];
  for (let i = 0; i < value.length && budget.nodes <= MOST_NODES; i += 1) items[i] = own(value, text(i), budget, depth);
  return items;
}

function plain(value, budget, depth) {
  const entries = [];
  const keys = ownKeys(value);
  for (let i = 0; i < keys.length && budget.nodes <= MOST_NODES; i += 1) {
    if (typeof keys[i] === 'symbol' || !getOwnPropertyDescriptor(value, keys[i])?.enumerable) continue;
    entries[entries.length] = [string(keys[i], budget), own(value, keys[i], budget, depth)];
  }
  return { kind: 'map', entries };
}

/** A property that is there, without running a getter. */
function own(value, key, budget, depth) {
  const found = getOwnPropertyDescriptor(value, key);
  if (found && !('value' in found)) return { kind: 'object', type: 'Getter', text: 'a getter' };
  return node(found?.value, budget, depth + 1);
}

function opaque(value) {
  if (isDate(value)) {
    try {
      return { kind: 'object', type: 'Date', text: apply(dateText, value, []) };
    } catch {
      return { kind: 'object', type: 'Date', text: 'Invalid Date' };
    }
  }
  if (isRegExp(value)) {
    try {
      return { kind: 'object', type: 'RegExp', text: apply(regExpText, value, []) };
    } catch {
      return { kind: 'object', type: 'RegExp', text: 'RegExp' };
    }
  }
  const type = isNativeError(value) ? 'Error' : isBoxedPrimitive(value) ? 'Boxed' : className(value);
  return { kind: 'object', type, text: textOf(value) };
}

function className(value) {
  const prototype = getPrototypeOf(value);
  const maker = prototype && !isProxy(prototype) ? getOwnPropertyDescriptor(prototype, 'constructor')?.value : undefined;
  const name = typeof maker === 'function' && !isProxy(maker) ? getOwnPropertyDescriptor(maker, 'name')?.value : undefined;
  return typeof name === 'string' ? apply(slice, name, [0, 100]) : 'Object';
}
