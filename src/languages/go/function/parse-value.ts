import type { Value } from '../../function/value.ts';
import { isByte, isError, isFloat, isInteger, typeAt } from './go-types.ts';
import type { GoType } from './go-types.ts';
import { unescape, zeroOf } from './literals.ts';

const WORDS: Record<string, Value> = {
  true: { kind: 'bool', value: true }, false: { kind: 'bool', value: false }, True: { kind: 'bool', value: true }, False: { kind: 'bool', value: false },
  nil: { kind: 'null' }, None: { kind: 'null' }, null: { kind: 'null' },
};
const CONSTANTS: Record<string, Value> = {
  'math.NaN()': { kind: 'float', value: 'nan' }, 'math.Inf(1)': { kind: 'float', value: 'inf' }, 'math.Inf(-1)': { kind: 'float', value: '-inf' }, 'math.Inf(0)': { kind: 'float', value: 'inf' },
  'math.Pi': { kind: 'float', value: Math.PI }, 'math.E': { kind: 'float', value: Math.E },
  'math.MaxInt64': { kind: 'int', value: '9223372036854775807' }, 'math.MinInt64': { kind: 'int', value: '-9223372036854775808' },
  'math.MaxInt': { kind: 'int', value: '9223372036854775807' }, 'math.MinInt': { kind: 'int', value: '-9223372036854775808' },
  'math.MaxInt32': { kind: 'int', value: '2147483647' }, 'math.MinInt32': { kind: 'int', value: '-2147483648' },
};
/** Deepest nesting that is read. */
const DEEPEST = 50;

/** What `'a'` is where nothing else says it: a rune, or a string as in Python. */
export type Quotes = 'go' | 'python';

/** A text with `'abc'`, `''` or `['a'` in it means strings by `'a'` too. */
export function quotesOf(text: string): Quotes {
  const bare = text.replace(/"(?:[^"\\\n]|\\.)*"|`[^`]*`/g, '""').replace(/[\p{L}\d]'(?=[\p{L}])/gu, '');
  return /'(?:[^'\\\n]{2,}|)'/u.test(bare.replace(/'[\uD800-\uDBFF][\uDC00-\uDFFF]'/g, '')) || /\[\s*'/.test(bare) ? 'python' : 'go';
}

/** Thrown inside the reader alone, where a text is no literal. */
class NoLiteral extends Error {}

/**
 * Reads a literal, as Go writes it or as people write values beside Go: `[1, 2]`, `'abc'`, `(0, 1)`, `None`.
 *
 * @param type what the place asks for; without it a literal says its own
 * @param quotes default: as the text itself shows
 * @returns undefined where the text is none, or not of that type
 * @example parseLiteral('[]int{1, 2}') // { kind: 'list', items: [{ kind: 'int', value: '1' }, …] }
 */
export function parseLiteral(text: string, type?: GoType, quotes: Quotes = quotesOf(text)): Value | undefined {
  return reading(text, quotes, (reader) => (type?.kind === 'results' ? reader.results(type.items) : type ? reader.value(type) : reader.anything()));
}

/** The arguments of a call of this name, when all of them are literals and nothing stands behind it. */
export function parseArguments(text: string, name: string, types?: readonly GoType[], variadic = false, quotes: Quotes = quotesOf(text)): Value[] | undefined {
  return reading(text, quotes, (reader) => reader.call(name, types, variadic));
}

function reading<T>(text: string, quotes: Quotes, read: (reader: Reader) => T): T | undefined {
  const reader = new Reader(text.trim(), quotes);
  try {
    const found = read(reader);
    reader.end();
    return found;
  } catch (thrown) {
    if (thrown instanceof NoLiteral) return undefined;
    throw thrown;
  }
}

class Reader {
  readonly #text: string;
  readonly #quotes: Quotes;
  #at = 0;
  #depth = 0;

  constructor(text: string, quotes: Quotes) {
    this.#text = text;
    this.#quotes = quotes;
  }

  end(): void {
    if (this.#skip() !== undefined) throw new NoLiteral();
  }

  call(name: string, types: readonly GoType[] | undefined, variadic: boolean): Value[] {
    if (!this.#text.startsWith(name)) throw new NoLiteral();
    this.#at = name.length;
    this.#expect('(');
    const args: Value[] = [];
    const last = types?.at(-1);
    while (!this.#take(')')) {
      const type = types?.[args.length] ?? (variadic ? last : undefined);
      if (types && !type) throw new NoLiteral();
      args.push(this.value(type));
      if (!this.#take(',')) {
        this.#expect(')');
        break;
      }
    }
    return args;
  }

  /** One value, or several with commas between. */
  anything(): Value {
    const items = [this.value()];
    while (this.#take(',')) items.push(this.value());
    return items.length === 1 ? items[0]! : { kind: 'tuple', items };
  }

  /** `2, nil`, `(2, nil)`, and `2` where an error that is nil would come last. */
  results(types: readonly GoType[]): Value {
    const start = this.#at;
    const bare = !this.#take('(');
    try {
      const items: Value[] = [];
      for (;;) {
        items.push(this.value(types[items.length]));
        if (!this.#take(',')) break;
      }
      if (!bare) this.#expect(')');
      if (items.length === types.length - 1 && isError(types.at(-1))) items.push({ kind: 'null' });
      if (items.length === types.length) return { kind: 'tuple', items };
    } catch (thrown) {
      if (!(thrown instanceof NoLiteral)) throw thrown;
    }
    if (bare) throw new NoLiteral();
    this.#at = start;
    const [first] = types;
    if (types.length !== 2 || !isError(types[1])) throw new NoLiteral();
    return { kind: 'tuple', items: [this.value(first), { kind: 'null' }] };
  }

  value(type?: GoType): Value {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new NoLiteral();
    const value = this.#value(type?.kind === 'any' ? undefined : type);
    this.#depth -= 1;
    return value;
  }

  #value(type: GoType | undefined): Value {
    const next = this.#skip();
    if (next === undefined) throw new NoLiteral();
    if (this.#take('&')) return this.value(type?.kind === 'pointer' ? type.to : type);
    if (next === '"' || next === '`' || next === "'") return this.#quoted(next, type);
    if (/[-+\d.]/.test(next)) return this.#number(type);
    const typed = this.#typed(type);
    if (typed) return typed;
    if (next === '[' || next === '(' || next === '{') return this.#bracketed(next, type);
    return this.#word(type);
  }

  /** `[]int{1}`, `float64(2)`. */
  #typed(wanted: GoType | undefined): Value | undefined {
    const read = typeAt(this.#text, this.#at);
    if (!read) return undefined;
    const open = /^\s*([{(])/.exec(this.#text.slice(read.end))?.[1];
    if (open === undefined || (read.type.kind === 'any' && open === '{')) return undefined;
    if (read.type.kind === 'named' && wanted?.kind !== 'struct' && (open === '(' || read.type.name.startsWith('math.'))) return undefined;
    const start = this.#at;
    this.#at = read.end;
    this.#skip();
    // The name of a struct says nothing of its fields; the place may.
    const own = read.type.kind === 'named' && wanted?.kind === 'struct' ? wanted : read.type;
    if (open === '{') return this.#bracketed('{', own);
    this.#expect('(');
    if (own.kind === 'slice' && isByte(own.item) && this.#skip() === '"') {
      const text = this.#quoted('"', undefined);
      this.#expect(')');
      return { kind: 'bytes', value: Buffer.from(text.kind === 'string' ? text.value : '').toString('hex') };
    }
    if (own.kind !== 'basic') {
      this.#at = start;
      throw new NoLiteral();
    }
    const inner = this.value(own);
    this.#expect(')');
    return inner;
  }

  #bracketed(open: string, type: GoType | undefined): Value {
    this.#at += 1;
    const close = open === '[' ? ']' : open === '(' ? ')' : '}';
    if (type?.kind === 'pointer') {
      this.#at -= 1;
      return this.#bracketed(open, type.to);
    }
    if (open === '{' && (type?.kind === 'struct' || type?.kind === 'named')) return this.#fields(type);
    if (open === '{' && (type === undefined || type.kind === 'map')) return this.#entries(type);
    if (open === '(' && type === undefined) return this.#parenthesised();
    if (open === '(' && type?.kind !== 'slice' && type?.kind !== 'array') {
      const inner = this.value(type);
      this.#expect(')');
      return inner;
    }
    if (type !== undefined && type.kind !== 'slice' && type.kind !== 'array') throw new NoLiteral();
    const items: Value[] = [];
    while (!this.#take(close)) {
      const inner = type?.item;
      items.push(inner ? this.value(inner) : this.#loose());
      if (!this.#take(',')) {
        this.#expect(close);
        break;
      }
    }
    if (type?.kind === 'array') {
      if (type.size >= 0 && items.length > type.size) throw new NoLiteral();
      return { kind: 'tuple', items };
    }
    if (type && isByte(type.item)) return { kind: 'bytes', value: Buffer.from(items.map((item) => (item.kind === 'int' ? Number(item.value) : 0))).toString('hex') };
    return { kind: 'list', items };
  }

  /** An item of a list that says no type, as Python writes it: `'a'` is a string there. */
  #loose(): Value {
    const quoted = this.#skip() === "'";
    return this.value(quoted ? { kind: 'basic', name: 'string' } : undefined);
  }

  /** `(0, 1)`, or a value in brackets. */
  #parenthesised(): Value {
    const items: Value[] = [];
    let comma = false;
    while (!this.#take(')')) {
      items.push(this.value());
      comma = this.#take(',');
      if (!comma) {
        this.#expect(')');
        break;
      }
    }
    return items.length === 1 && !comma ? items[0]! : { kind: 'tuple', items };
  }

  #entries(type: (GoType & { kind: 'map' }) | undefined): Value {
    const entries: [Value, Value][] = [];
    while (!this.#take('}')) {
      const key = type ? this.value(type.key) : this.#loose();
      this.#expect(':');
      entries.push([key, type ? this.value(type.value) : this.#loose()]);
      if (!this.#take(',')) {
        this.#expect('}');
        break;
      }
    }
    return { kind: 'map', entries };
  }

  #fields(type: GoType & { kind: 'struct' | 'named' }): Value {
    const entries: [Value, Value][] = [];
    while (!this.#take('}')) {
      this.#skip();
      const name = /^([\p{L}_]\w*)\s*:/u.exec(this.#text.slice(this.#at));
      const field = type.kind === 'struct' ? (name ? type.fields.find((one) => one.name === name[1]) : type.fields[entries.length]) : undefined;
      if (name) this.#at += name[0].length;
      const known = name?.[1] ?? field?.name;
      if (known === undefined || (type.kind === 'struct' && !field)) throw new NoLiteral();
      entries.push([{ kind: 'string', value: known }, this.value(field?.type)]);
      if (!this.#take(',')) {
        this.#expect('}');
        break;
      }
    }
    if (type.kind !== 'struct') return { kind: 'map', entries };
    // Fields that are not said have their zero, as the function's own results show it.
    const said = new Map(entries.map(([key, value]) => [key.kind === 'string' ? key.value : '', value]));
    return { kind: 'map', entries: type.fields.map((field) => [{ kind: 'string', value: field.name }, said.get(field.name) ?? zeroOf(field.type)]) };
  }

  #number(type: GoType | undefined): Value {
    const match = /^([-+]?)\s*(0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+(?![\d.eE])|(?:\d[\d_]*)?\.?\d*(?:[eE][-+]?\d+)?)/.exec(this.#text.slice(this.#at));
    const digits = match?.[2]?.replaceAll('_', '') ?? '';
    if (!match || !/\d/.test(digits) || /^[\p{L}_]/u.test(this.#text.slice(this.#at + match[0].length))) throw new NoLiteral();
    if (type && !(type.kind === 'basic' && (isInteger(type.name) || isFloat(type.name)))) {
      if (type.kind === 'pointer') return this.#number(type.to);
      throw new NoLiteral();
    }
    this.#at += match[0].length;
    const whole = /^0[xXbB]/.test(digits) || !/[.eE]/.test(digits);
    const wantsFloat = type?.kind === 'basic' && isFloat(type.name);
    if (whole) {
      const value = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits) * (match[1] === '-' ? -1n : 1n);
      return wantsFloat ? { kind: 'float', value: Number(value) } : { kind: 'int', value: String(value) };
    }
    const value = Number(digits) * (match[1] === '-' ? -1 : 1);
    if (type && !wantsFloat) {
      if (!Number.isSafeInteger(value)) throw new NoLiteral();
      return { kind: 'int', value: String(value) };
    }
    return { kind: 'float', value };
  }

  #quoted(quote: string, type: GoType | undefined): Value {
    const pattern = quote === '`' ? /^`[^`]*`/ : quote === '"' ? /^"(?:[^"\\\n]|\\.)*"/ : /^'(?:[^'\\\n]|\\.)*'/;
    const match = pattern.exec(this.#text.slice(this.#at));
    if (!match) throw new NoLiteral();
    this.#at += match[0].length;
    const body = match[0].slice(1, -1);
    const text = quote === '`' ? body : unescape(body);
    const isRune = quote === "'" && [...text].length === 1;
    if (type?.kind === 'basic' && isInteger(type.name) && isRune) return { kind: 'int', value: String(text.codePointAt(0)) };
    if (type && !(type.kind === 'basic' && type.name === 'string')) {
      if (type.kind === 'pointer' && type.to.kind === 'basic' && type.to.name === 'string') return { kind: 'string', value: text };
      throw new NoLiteral();
    }
    if (type === undefined && isRune && this.#quotes === 'go') return { kind: 'int', value: String(text.codePointAt(0)) };
    return { kind: 'string', value: text };
  }

  #word(type: GoType | undefined): Value {
    const rest = this.#text.slice(this.#at);
    const word = /^(?:math\.\w+(?:\(\s*-?\d*\s*\))?|[\p{L}_]\w*)/u.exec(rest)?.[0] ?? '';
    const value = WORDS[word] ?? CONSTANTS[word.replace(/\s/g, '')];
    if (!value) throw new NoLiteral();
    this.#at += word.length;
    if (value.kind !== 'null') {
      const fitting = type === undefined || (type.kind === 'basic' && (value.kind === 'bool' ? type.name === 'bool' : isInteger(type.name) || isFloat(type.name)));
      if (!fitting) throw new NoLiteral();
      return value;
    }
    // A slice that is nil has no items, a map no keys: they are told from empty ones by nobody who reads the result.
    if (type?.kind === 'slice') return isByte(type.item) ? { kind: 'bytes', value: '' } : { kind: 'list', items: [] };
    if (type?.kind === 'map') return { kind: 'map', entries: [] };
    if (type?.kind === 'basic' || type?.kind === 'array' || type?.kind === 'struct') throw new NoLiteral();
    return value;
  }

  #skip(): string | undefined {
    this.#at += /^\s*/.exec(this.#text.slice(this.#at))![0].length;
    return this.#text[this.#at];
  }

  #take(word: string): boolean {
    if (this.#skip() !== word) return false;
    this.#at += 1;
    return true;
  }

  #expect(word: string): void {
    if (!this.#take(word)) throw new NoLiteral();
  }
}
