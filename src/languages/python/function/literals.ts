import type { Parameter, Signature } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';

/** A value as Python source; undefined for objects, which have no literal. */
export function printValue(value: Value): string | undefined {
  switch (value.kind) {
    case 'null':
    case 'undefined':
      return 'None';
    case 'bool':
      return value.value ? 'True' : 'False';
    case 'int':
      return value.value;
    case 'float':
      return typeof value.value === 'number' ? floatText(value.value) : `float('${value.value}')`;
    case 'string':
      return quoted(value.value);
    case 'bytes':
      return `bytes.fromhex('${value.value}')`;
    case 'list':
      return joined(value.items, (text) => `[${text}]`);
    case 'tuple':
      return joined(value.items, (text) => `(${text}${value.items.length === 1 ? ',' : ''})`);
    case 'set':
      return value.items.length === 0 ? 'set()' : joined(value.items, (text) => `{${text}}`);
    case 'map': {
      const entries = value.entries.map(([key, item]) => [printValue(key), printValue(item)]);
      return entries.some((entry) => entry.includes(undefined)) ? undefined : `{${entries.map(([key, item]) => `${key}: ${item}`).join(', ')}}`;
    }
    case 'object':
      return undefined;
  }
}

/** A call with these arguments in the order of the parameters; keyword-only ones by name, a list for `*args` spread. */
export function callOf(signature: Signature, args: readonly Value[]): string {
  const words = args.flatMap((value, index) => argument(signature.parameters[index], value));
  return `${signature.name}(${words.join(', ')})`;
}

function argument(parameter: Parameter | undefined, value: Value): string[] {
  const text = printValue(value) ?? 'None';
  if (parameter?.rest === 'list') return value.kind === 'list' || value.kind === 'tuple' ? value.items.map((item) => printValue(item) ?? 'None') : [text];
  if (parameter?.rest === 'map') return value.kind === 'map' ? (value.entries.length === 0 ? [] : [`**${text}`]) : [text];
  return [parameter?.keywordOnly ? `${parameter.name}=${text}` : text];
}

function joined(items: readonly Value[], whole: (text: string) => string): string | undefined {
  const texts = items.map((item) => printValue(item));
  return texts.includes(undefined) ? undefined : whole(texts.join(', '));
}

/** As `repr` has it: `1.0`, `1e+16`. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return `float('${Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf'}')`;
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** As `repr` has it: single quotes, unless there are only those inside. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\u2028\u2029]|\p{Cc}|\p{Surrogate}/gu, (sign) => {
    const short = ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' } as Record<string, string>)[sign];
    const code = sign.charCodeAt(0);
    return short ?? (code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`);
  });
  return `${quote}${quote === "'" ? escaped.replaceAll("'", "\\'") : escaped}${quote}`;
}

/** A Python literal as a value; undefined when the text is none. */
export function parseValue(text: string): Value | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value();
    return reader.atEnd() ? value : undefined;
  } catch (thrown) {
    if (thrown instanceof NoLiteral) return undefined;
    throw thrown;
  }
}

class NoLiteral extends Error {}

/** Levels of brackets that are read. */
const DEEPEST = 100;
const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"', a: '\x07', b: '\b', f: '\f', v: '\v', '\n': '' };

/** Reads one literal from its left to its right. */
class Reader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  atEnd(): boolean {
    this.space();
    return this.at === this.text.length;
  }

  value(): Value {
    this.space();
    if ((this.depth += 1) > DEEPEST) throw new NoLiteral();
    const value = this.one();
    this.depth -= 1;
    this.space();
    return value;
  }

  private one(): Value {
    const sign = this.text[this.at];
    if (sign === '[') return { kind: 'list', items: this.items('[', ']').items };
    if (sign === '(') return this.tuple();
    if (sign === '{') return this.braces();
    const name = this.match(/(True|False|None)\b/y)?.[1];
    if (name) return name === 'None' ? { kind: 'null' } : { kind: 'bool', value: name === 'True' };
    const called = this.match(/(set|frozenset)\(\s*\)/y);
    if (called) return { kind: 'set', items: [] };
    const special = this.match(/float\(\s*(['"])([+-]?)(inf|infinity|nan)\1\s*\)/iy);
    if (special) return { kind: 'float', value: /nan/i.test(special[3]!) ? 'nan' : special[2] === '-' ? '-inf' : 'inf' };
    const hex = this.match(/bytes\.fromhex\(\s*'([0-9a-f]*)'\s*\)/y);
    if (hex) return { kind: 'bytes', value: hex[1]! };
    return this.number() ?? this.strings();
  }

  private number(): Value | undefined {
    const float = this.match(/[+-]?(?:\d[\d_]*\.[\d_]*|\.\d[\d_]*|\d[\d_]*(?=[eE]))(?:[eE][+-]?\d+)?(?![\w.])/y);
    if (float) {
      const value = Number(float[0].replaceAll('_', ''));
      return { kind: 'float', value: Number.isFinite(value) ? value : value > 0 ? 'inf' : '-inf' };
    }
    const other = this.match(/([+-]?)(0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)(?!\w)/y);
    if (other) return { kind: 'int', value: `${other[1] === '-' && BigInt(other[2]!) !== 0n ? '-' : ''}${BigInt(other[2]!)}` };
    const int = this.match(/([+-]?)(0+|[1-9][\d_]*)(?![\w.])/y);
    if (!int) return undefined;
    const digits = /^0+$/.test(int[2]!) ? '0' : int[2]!.replaceAll('_', '');
    return { kind: 'int', value: int[1] === '-' && digits !== '0' ? `-${digits}` : digits };
  }

  /** One string, or several in a row, which Python joins. */
  private strings(): Value {
    let found: { kind: 'string' | 'bytes'; value: string } | undefined;
    for (;;) {
      const start = this.match(/([rRbBuU]{0,2})('''|"""|'|")/y);
      if (!start) break;
      const prefix = start[1]!.toLowerCase();
      const value = this.quoted(start[2]!, prefix.includes('r'), prefix.includes('b'));
      const kind = prefix.includes('b') ? 'bytes' : 'string';
      if (found && found.kind !== kind) throw new NoLiteral();
      found = { kind, value: (found?.value ?? '') + value };
      this.space();
    }
    if (!found) throw new NoLiteral();
    return found.kind === 'string' ? { kind: 'string', value: found.value } : { kind: 'bytes', value: Buffer.from(found.value, 'latin1').toString('hex') };
  }

  private quoted(quote: string, raw: boolean, bytes: boolean): string {
    let value = '';
    while (!this.text.startsWith(quote, this.at)) {
      const sign = this.text[this.at];
      if (sign === undefined || (sign === '\n' && quote.length === 1) || (bytes && sign > '\x7f')) throw new NoLiteral();
      this.at += 1;
      value += sign === '\\' ? this.escape(raw, bytes) : sign;
    }
    this.at += quote.length;
    return value;
  }

  private escape(raw: boolean, bytes: boolean): string {
    const code = this.match(bytes ? /x([\da-fA-F]{2})/y : /x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})/y);
    if (code && !raw) {
      const point = Number.parseInt(code[1] ?? code[2] ?? code[3]!, 16);
      if (point > 0x10ffff) throw new NoLiteral();
      return String.fromCodePoint(point);
    }
    if (code) return `\\${code[0]}`;
    const octal = raw ? undefined : this.match(/[0-7]{1,3}/y);
    if (octal) return String.fromCodePoint(Number.parseInt(octal[0], 8));
    if (!raw && this.text[this.at] === 'N') throw new NoLiteral(); // a name of Unicode's tables
    const sign = this.text[this.at];
    if (sign === undefined) throw new NoLiteral();
    this.at += 1;
    return raw ? `\\${sign}` : (ESCAPES[sign] ?? `\\${sign}`);
  }

  private tuple(): Value {
    const { items, comma } = this.items('(', ')');
    return items.length === 1 && !comma ? items[0]! : { kind: 'tuple', items };
  }

  private braces(): Value {
    this.at += 1;
    const entries: [Value, Value][] = [];
    const items: Value[] = [];
    for (this.space(); this.text[this.at] !== '}'; ) {
      const key = this.value();
      if (this.text[this.at] === ':') {
        this.at += 1;
        entries.push([key, this.value()]);
      } else items.push(key);
      this.comma('}');
    }
    this.at += 1;
    if (entries.length > 0 && items.length > 0) throw new NoLiteral();
    return items.length > 0 ? { kind: 'set', items } : { kind: 'map', entries };
  }

  private items(open: string, close: string): { items: Value[]; comma: boolean } {
    this.at += open.length;
    const items: Value[] = [];
    let comma = false;
    for (this.space(); this.text[this.at] !== close; ) {
      items.push(this.value());
      comma = this.comma(close);
    }
    this.at += 1;
    return { items, comma };
  }

  /** A comma, or the closing bracket ahead. */
  private comma(close: string): boolean {
    if (this.text[this.at] === ',') {
      this.at += 1;
      this.space();
      return true;
    }
    if (this.text[this.at] !== close) throw new NoLiteral();
    return false;
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at += found[0].length;
    return found;
  }

  private space(): void {
    this.match(/\s*/y);
  }
}
