import type { Signature, Parameter } from '../../function/types.ts';
import type { TypeShape, Value } from '../../function/value.ts';

/** Nesting up to which literals are read. */
const DEEPEST = 60;

/**
 * A JavaScript literal as a value: numbers, strings, templates without holes, arrays, objects, `new Map([…])`, `new Set([…])`, typed bytes.
 * Undefined when the text is none, or has something behind it.
 *
 * @example parseValue("{a: [1, -2.5]}")
 */
export function parseValue(text: string): Value | undefined {
  const found = parsePrefix(text);
  return found && text.slice(found.end).trim() === '' ? found.value : undefined;
}

/** The literal that a text begins with, and where it ends. */
export function parsePrefix(text: string): { value: Value; end: number } | undefined {
  const reader = new Reader(text);
  try {
    return { value: reader.value(0), end: reader.at };
  } catch (thrown) {
    if (thrown instanceof NoLiteral) return undefined;
    throw thrown;
  }
}

class NoLiteral extends Error {}

const WORDS: Record<string, Value> = {
  null: { kind: 'null' },
  undefined: { kind: 'undefined' },
  true: { kind: 'bool', value: true },
  false: { kind: 'bool', value: false },
  NaN: { kind: 'float', value: 'nan' },
  Infinity: { kind: 'float', value: 'inf' },
};
const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', v: '\v', 0: '\0' };

/** One pass over the text; anything that is no literal ends it. */
class Reader {
  at = 0;
  constructor(private readonly text: string) {}

  value(depth: number): Value {
    if (depth > DEEPEST) throw new NoLiteral();
    this.space();
    const next = this.text[this.at] ?? '';
    if (next === '[') return { kind: 'list', items: this.items('[', ']', depth) };
    if (next === '{') return this.object(depth);
    if (next === '"' || next === "'" || next === '`') return { kind: 'string', value: this.string(next) };
    if (next === '(') {
      this.at += 1;
      const inner = this.value(depth + 1);
      this.expect(')');
      return inner;
    }
    if (next === '-' || next === '+') {
      this.at += 1;
      const inner = this.value(depth + 1);
      return next === '-' ? negated(inner) : numeric(inner);
    }
    if (/[\d.]/.test(next)) return this.number();
    return this.word(depth);
  }

  private space(): void {
    this.at += /^(?:\s|\/\*[\s\S]*?\*\/)*/.exec(this.text.slice(this.at))![0].length;
  }

  private expect(mark: string): void {
    this.space();
    if (!this.text.startsWith(mark, this.at)) throw new NoLiteral();
    this.at += mark.length;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private items(open: string, close: string, depth: number): Value[] {
    this.expect(open);
    const items: Value[] = [];
    for (;;) {
      this.space();
      if (this.text[this.at] === close) break;
      items.push(this.value(depth + 1));
      this.space();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== close) throw new NoLiteral();
    }
    this.at += 1;
    return items;
  }

  private object(depth: number): Value {
    this.expect('{');
    const entries = new Map<string, Value>();
    for (;;) {
      this.space();
      if (this.text[this.at] === '}') break;
      const key = this.key();
      this.expect(':');
      entries.set(key, this.value(depth + 1));
      this.space();
      if (this.text[this.at] === ',') this.at += 1;
      else if (this.text[this.at] !== '}') throw new NoLiteral();
    }
    this.at += 1;
    return { kind: 'map', entries: [...entries].map(([key, item]) => [{ kind: 'string', value: key }, item]) };
  }

  private key(): string {
    const next = this.text[this.at] ?? '';
    if (next === '"' || next === "'") return this.string(next);
    if (next === '[') {
      this.at += 1;
      this.space();
      const quote = this.text[this.at] ?? '';
      if (!/["'`]/.test(quote)) throw new NoLiteral();
      const key = this.string(quote);
      this.expect(']');
      return key;
    }
    const word = this.take(/[\p{ID_Start}$_][\p{ID_Continue}$]*|\d+/uy);
    if (word === undefined) throw new NoLiteral();
    return word;
  }

  private string(quote: string): string {
    this.at += 1;
    let made = '';
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined || (c === '\n' && quote !== '`') || (quote === '`' && this.text.startsWith('${', this.at))) throw new NoLiteral();
      this.at += 1;
      if (c === quote) return made;
      made += c === '\\' ? this.escape() : c;
    }
  }

  private escape(): string {
    const c = this.text[this.at] ?? '';
    this.at += 1;
    if (c === 'x' || c === 'u') {
      const digits = this.take(c === 'x' ? /[\da-fA-F]{2}/y : /[\da-fA-F]{4}|\{[\da-fA-F]{1,6}\}/y);
      const code = digits === undefined ? Number.NaN : Number.parseInt(digits.replace(/[{}]/g, ''), 16);
      if (!(code <= 0x10ffff)) throw new NoLiteral();
      return String.fromCodePoint(code);
    }
    if (c === '\n') return '';
    return ESCAPES[c] ?? c;
  }

  private number(): Value {
    const digits = this.take(/0[xX][\da-fA-F_]+n?|0[bB][01_]+n?|0[oO][0-7_]+n?|\d[\d_]*n|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?/y)?.replaceAll('_', '');
    if (digits === undefined || /^[\p{ID_Start}$]/u.test(this.text.slice(this.at))) throw new NoLiteral();
    if (digits.endsWith('n')) return { kind: 'int', value: String(BigInt(digits.slice(0, -1))) };
    const number = Number(digits);
    if (Number.isNaN(number)) throw new NoLiteral();
    return numberValue(number);
  }

  private word(depth: number): Value {
    const word = this.take(/new\s+(?:Map|Set|Uint8Array)(?=\s*\()|[\p{ID_Start}$_][\p{ID_Continue}$.]*/uy);
    const known = word === undefined ? undefined : Object.hasOwn(WORDS, word) ? WORDS[word] : undefined;
    if (known) return known;
    const made = /^new\s+(\w+)$/.exec(word ?? '')?.[1];
    if (made === undefined) throw new NoLiteral();
    this.expect('(');
    this.space();
    const items = this.text[this.at] === ')' ? [] : this.items('[', ']', depth + 1);
    this.expect(')');
    if (made === 'Set') return { kind: 'set', items };
    if (made === 'Uint8Array') {
      const bytes = items.map((item) => (item.kind === 'int' ? Number(item.value) : Number.NaN));
      if (bytes.some((byte) => !(byte >= 0 && byte < 256))) throw new NoLiteral();
      return { kind: 'bytes', value: Buffer.from(bytes).toString('hex') };
    }
    return {
      kind: 'map',
      entries: items.map((item) => {
        if (item.kind !== 'list' || item.items.length !== 2) throw new NoLiteral();
        return [item.items[0]!, item.items[1]!];
      }),
    };
  }
}

function numeric(value: Value): Value {
  if (value.kind !== 'int' && value.kind !== 'float') throw new NoLiteral();
  return value;
}

function negated(value: Value): Value {
  if (value.kind === 'int') return { kind: 'int', value: value.value === '0' ? '0' : value.value.startsWith('-') ? value.value.slice(1) : `-${value.value}` };
  if (value.kind !== 'float') throw new NoLiteral();
  if (value.value === 'inf') return { kind: 'float', value: '-inf' };
  if (typeof value.value === 'number') return numberValue(-value.value);
  return value;
}

/** A number as a value: whole and exactly held ones are integers. */
export function numberValue(number: number): Value {
  if (Number.isNaN(number)) return { kind: 'float', value: 'nan' };
  if (!Number.isFinite(number)) return { kind: 'float', value: number > 0 ? 'inf' : '-inf' };
  return Number.isSafeInteger(number) ? { kind: 'int', value: String(number === 0 ? 0 : number) } : { kind: 'float', value: number };
}

/** A string in quotes, also readable where line separators are none. */
export const quoted = (text: string): string => JSON.stringify(text).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);

/**
 * A value as JavaScript source; undefined where it has no literal. Maps with text keys alone are written as objects, since a value does not
 * say which it was; integers that numbers do not hold exactly as `123n`.
 */
export function printValue(value: Value, type?: TypeShape): string | undefined {
  return print(value, { bigint: (digits) => (Number.isSafeInteger(Number(digits)) ? digits : `${digits}n`), maps: type?.kind === 'map' && type.key.kind !== 'string' && type.key.kind !== 'any' });
}

interface Style {
  bigint: (digits: string) => string;
  /** Write `new Map`. */
  maps: boolean;
}

function print(value: Value, style: Style): string | undefined {
  switch (value.kind) {
    case 'null':
    case 'undefined':
      return value.kind;
    case 'bool':
      return String(value.value);
    case 'int':
      return style.bigint(value.value);
    case 'float':
      return typeof value.value === 'number' ? (Object.is(value.value, -0) ? '-0' : String(value.value)) : { nan: 'NaN', inf: 'Infinity', '-inf': '-Infinity' }[value.value];
    case 'string':
      return quoted(value.value);
    case 'bytes':
      return `new Uint8Array([${[...Buffer.from(value.value, 'hex')].join(', ')}])`;
    case 'list':
    case 'tuple':
      return wrapped('[', value.items, ']', style);
    case 'set':
      return value.items.length === 0 ? 'new Set()' : wrapped('new Set([', value.items, '])', style);
    case 'map':
      return printMap(value.entries, style);
    case 'object':
      return undefined;
  }
}

function wrapped(open: string, items: readonly Value[], close: string, style: Style): string | undefined {
  const parts = items.map((item) => print(item, style));
  return parts.includes(undefined) ? undefined : `${open}${parts.join(', ')}${close}`;
}

function printMap(entries: readonly [Value, Value][], style: Style): string | undefined {
  if (style.maps || entries.some(([key]) => key.kind !== 'string')) {
    return wrapped('new Map([', entries.map(([key, item]) => ({ kind: 'list', items: [key, item] })), '])', { ...style, maps: false })?.replace('new Map([])', 'new Map()');
  }
  const parts = entries.map(([key, item]) => {
    const text = key.kind === 'string' ? key.value : '';
    const printed = print(item, style);
    // As a plain name it would set the prototype.
    const name = text === '__proto__' ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(text) ? text : quoted(text);
    return printed === undefined ? undefined : `${name}: ${printed}`;
  });
  if (parts.includes(undefined)) return undefined;
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

/** A call as source. Values without a literal are written as `undefined`: no input is made of them. */
export function callOf(signature: Signature, args: readonly Value[]): string {
  const last = signature.parameters.at(-1);
  const parts = args.flatMap((arg, index) => {
    const parameter = signature.parameters[index] ?? (last?.rest ? last : undefined);
    const printed = argument(arg, parameter);
    return parameter?.rest === 'list' && index === signature.parameters.length - 1 && arg.kind === 'list' && args.length === signature.parameters.length
      ? arg.items.map((item) => argument(item, undefined))
      : [printed];
  });
  return `${signature.name}(${parts.join(', ')})`;
}

function argument(value: Value, parameter: Parameter | undefined): string {
  const written = parameter?.typeText?.trim() ?? '';
  const bigint = /\bbigint\b/.test(written);
  const style: Style = {
    bigint: (digits) => (bigint ? `${digits}n` : Number.isSafeInteger(Number(digits)) ? digits : String(Number(digits))),
    maps: /^(?:Readonly)?Map</.test(written),
  };
  return print(value, style) ?? 'undefined';
}
