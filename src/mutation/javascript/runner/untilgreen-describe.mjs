// What a call came to, as text that a test can hold. `key` is what outcomes are compared by: equal keys are what no test of ours tells apart.
import { PlainDate } from './untilgreen-watch.mjs';

const LONGEST = 1500;
class NoText extends Error {}

const quoted = (text) => JSON.stringify(text).replace(/[\u2028\u2029]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16)}`);
const isName = (key) => /^[A-Za-z_$][\w$]*$/.test(key);

/** An expression that gives the value. */
function source(value, depth = 0) {
  if (depth > 12) throw new NoText();
  if (value === null) return 'null';
  switch (typeof value) {
    case 'undefined':
    case 'boolean':
      return String(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'string':
      return quoted(value);
    case 'object':
      break;
    default:
      throw new NoText();
  }
  const proto = Object.getPrototypeOf(value);
  const inner = (item) => source(item, depth + 1);
  if (Object.getOwnPropertySymbols(value).length > 0) throw new NoText();
  if (Array.isArray(value)) {
    if (proto !== Array.prototype || Object.keys(value).length !== value.length) throw new NoText();
    return `[${value.map(inner).join(', ')}]`;
  }
  if (proto === Object.prototype || proto === null) {
    const own = Object.getOwnPropertyDescriptors(value);
    if (Object.values(own).some((one) => !('value' in one) || !one.enumerable)) throw new NoText();
    const parts = Object.entries(value).map(([key, item]) => `${key === '__proto__' ? '["__proto__"]' : isName(key) ? key : quoted(key)}: ${inner(item)}`);
    const text = parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
    return proto === null ? `Object.assign(Object.create(null), ${text})` : text;
  }
  if (proto === PlainDate.prototype) return Number.isNaN(value.getTime()) ? 'new Date(NaN)' : `new Date(${quoted(value.toISOString())})`;
  if (Object.keys(value).length > 0 && !ArrayBuffer.isView(value)) throw new NoText();
  if (proto === RegExp.prototype) return value.lastIndex === 0 ? String(value) : refuse();
  if (proto === Map.prototype) return value.size === 0 ? 'new Map()' : `new Map([${[...value].map(([key, item]) => `[${inner(key)}, ${inner(item)}]`).join(', ')}])`;
  if (proto === Set.prototype) return value.size === 0 ? 'new Set()' : `new Set([${[...value].map(inner).join(', ')}])`;
  if (proto === Uint8Array.prototype) return `new Uint8Array([${[...value].join(', ')}])`;
  if (proto === Buffer.prototype) return `Buffer.from(${quoted(value.toString('hex'))}, "hex")`;
  if (proto === URL.prototype) return `new URL(${quoted(value.href)})`;
  return refuse();
}

function refuse() {
  throw new NoText();
}

/** Undefined where there is no such expression. */
export function textOf(value) {
  try {
    return source(value);
  } catch (error) {
    if (error instanceof NoText || error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
}

const KINDS = { string: 'text', number: 'number', bigint: 'number', boolean: 'truth', undefined: 'nothing', function: 'function', symbol: 'symbol' };
function kindOf(value) {
  if (value === null) return 'null';
  if (typeof value !== 'object') return KINDS[typeof value];
  if (Array.isArray(value)) return 'list';
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return name === undefined || name === 'Object' ? 'object' : name.toLowerCase();
}

export function describe(value, depth = 0) {
  const text = textOf(value);
  if (text !== undefined && text.length <= LONGEST) return { kind: 'value', form: value !== null && typeof value === 'object' ? 'deep' : 'equal', type: kindOf(value), text, key: text };
  if (typeof value === 'string') return { kind: 'value', form: 'long', type: 'text', length: value.length, text: quoted(value.slice(0, 200)), key: `long:${value.length}:${value.slice(0, 200)}` };
  if (typeof value === 'function' || typeof value === 'symbol') return { kind: 'value', form: 'typeof', type: typeof value, text: quoted(typeof value), key: typeof value };
  if (depth === 0 && value && typeof value.next === 'function' && typeof value[Symbol.iterator] === 'function') {
    const items = [];
    for (const item of value) if (items.push(item) >= 200) break;
    const inner = items.length < 200 ? describe(items, 1) : undefined;
    if (inner?.form === 'deep') return { ...inner, iterator: true, key: `iterator:${inner.key}` };
  }
  const own = {};
  for (const [key, item] of Object.entries(value ?? {})) {
    const shown = textOf(item);
    if (shown !== undefined && shown.length <= 400 && Object.keys(own).length < 12) own[key] = item;
  }
  const name = value?.constructor?.name ?? '';
  const checks = [...(name === '' ? [] : [['.constructor.name', quoted(name)]]), ...Object.entries(own).map(([key, item]) => [isName(key) ? `.${key}` : `[${quoted(key)}]`, textOf(item)])];
  return { kind: 'value', form: 'object', type: kindOf(value), checks, key: `object:${JSON.stringify(checks)}` };
}

/** Messages of the engine differ from version to version. */
const OF_ENGINE = /Cannot (?:read|set|destructure|convert|access|mix|assign|create|delete|define|add)|is not (?:a function|a constructor|iterable|defined|an object|extensible|async iterable)|Invalid (?:array|count|regular|time|string|code|date|value|Date)|Maximum call stack|JSON|Unexpected|must be|Reduce of empty|out of range|called on|toFixed|toString\(\)|Class constructor|read only|before initialization/;

/**
 * An error: by its class, and by its text where the project wrote it.
 *
 * @param roots parts of paths that are the project's
 */
export function raised(error, roots) {
  if (!(error instanceof Error)) {
    const text = textOf(error);
    return { kind: 'raises', ...(text !== undefined && text.length < 300 && { thrown: text }), key: `throws:${text ?? typeof error}`, inside: true };
  }
  const stack = String(error.stack);
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line));
  const ours = (line) => roots.some((root) => line?.includes(root));
  const shown = { kind: 'raises', error: String(error.name), key: `raises:${error.name}`, inside: frames.some(ours) };
  const message = String(error.message);
  // A constructor of an error class stands above the line that throws.
  if (frames.slice(0, 3).some((line) => ours(line) && !/node_modules/.test(line)) && message !== '' && message.length <= 200 && !message.includes('\n') && !OF_ENGINE.test(message) && !roots.some((root) => message.includes(root))) {
    shown.message = message;
    shown.key += `:${message}`;
  }
  return shown;
}
