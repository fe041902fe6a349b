import { parseType, shapeOf, typeAt, typeText, type GoType } from '../../languages/go/function/go-types.ts';
import { parseLiteral } from '../../languages/go/function/parse-value.ts';
import { printAny, printAs } from '../../languages/go/function/print-value.ts';
import type { TypeShape, Value } from '../../languages/function/value.ts';
import type { Writer } from '../types.ts';
import type { Callable, GoPackage } from './package.ts';

/** Levels of types in types that values are made for. */
const DEEPEST = 4;
/** Begins the text of an object that is still to be written for its package. */
const OBJECT = 'new ';

/** Expressions for types of the standard library that have no literals. */
const NAMED: Record<string, string[]> = {
  error: ['nil', 'errors.New("it failed")'],
  'time.Duration': ['time.Duration(0)', 'time.Nanosecond', '1500 * time.Microsecond', '30 * time.Second', '90 * time.Minute', '-2 * time.Hour', '1000 * time.Hour'],
  'time.Time': ['time.Date(2024, 2, 29, 13, 5, 9, 0, time.UTC)', 'time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC)', 'time.Time{}'],
  'time.Month': ['time.January', 'time.February', 'time.December'],
  'time.Weekday': ['time.Sunday', 'time.Monday', 'time.Saturday'],
  'io.Reader': ['strings.NewReader("")', 'strings.NewReader("one line")', 'strings.NewReader("a,b\\n1,2\\n")'],
  'io.Writer': ['&strings.Builder{}'],
  'context.Context': ['context.Background()'],
  '*regexp.Regexp': ['regexp.MustCompile("[a-z]+")', 'regexp.MustCompile("")'],
  'fmt.Stringer': ['time.Duration(1500)'],
  '*big.Int': ['big.NewInt(0)', 'big.NewInt(7)', 'big.NewInt(-12345)'],
  '*url.URL': ['&url.URL{Scheme: "https", Host: "example.com", Path: "/a"}'],
  '*strings.Builder': ['&strings.Builder{}'],
  '*bytes.Buffer': ['&bytes.Buffer{}', 'bytes.NewBufferString("text")'],
};
const FUNCTIONS: [RegExp, string[]][] = [
  [/^func\(\w*\s*rune\) bool$/, ['unicode.IsUpper', 'unicode.IsSpace', 'unicode.IsDigit']],
  [/^func\(\w*\s*string\) bool$/, ['func(text string) bool { return text == "" }', 'func(text string) bool { return len(text) > 2 }']],
  [/^func\(\w*\s*string\) string$/, ['strings.ToUpper', 'strings.TrimSpace']],
  [/^func\(\w*\s*int\) bool$/, ['func(n int) bool { return n%2 == 0 }', 'func(n int) bool { return n > 2 }']],
  [/^func\(\w*\s*int\) int$/, ['func(n int) int { return n*2 + 1 }', 'func(n int) int { return -n }']],
  [/^func\((\w+, \w+ int|int, int)\) bool$/, ['func(a, b int) bool { return a < b }']],
  [/^func\((\w+, \w+ int|int, int|\w+ int, \w+ int)\) int$/, ['func(a, b int) int { return a - b }', 'func(a, b int) int { return a + b }']],
];

/** Where the packages of the expressions above are, and those that results tend to be of. */
const STANDARD: Record<string, string> = Object.fromEntries(['bytes', 'context', 'encoding/json', 'errors', 'fmt', 'io', 'math', 'math/big', 'net/url', 'reflect', 'regexp', 'sort', 'strconv', 'strings', 'testing', 'time', 'unicode'].map((path) => [path.split('/').pop()!, path]));

/**
 * Arguments travel as literals that say no more than they must: `[]int{1}` also stands for `[]float64{1}`. What type they are written as is known
 * by the parameter, when a call is put down.
 */
export const goWriter: Writer = {
  parse: (text) => (text.startsWith(OBJECT) ? undefined : parseLiteral(text, undefined, 'go')),
  print: (value) => (value.kind === 'tuple' ? printAny({ kind: 'list', items: value.items }) : printAny(value)),
  named: (text) => NAMED[text] ?? FUNCTIONS.find(([pattern]) => pattern.test(text))?.[1] ?? [],
  construct: (name, args) => `${OBJECT}${JSON.stringify([name, args.map((one) => [one.name ?? null, one.text])])}`,
};

/** What inputs of a type are made from: fields for which nothing can be made keep their zero. */
export function shapeFor(text: string, types: GoPackage['types']): TypeShape {
  return shape(parseType(text), types, 0);
}

function shape(type: GoType, types: GoPackage['types'], depth: number): TypeShape {
  const other: TypeShape = { kind: 'other', text: typeText(type) };
  if (depth > DEEPEST) return other;
  const inner = (of: GoType): TypeShape => shape(of, types, depth + 1);
  switch (type.kind) {
    case 'named': {
      const under = underlying(type, types);
      return under ? inner(under) : other;
    }
    case 'slice': {
      const plain = shapeOf(type);
      return plain.kind === 'bytes' ? plain : { kind: 'list', item: inner(type.item) };
    }
    case 'map':
      return { kind: 'map', key: inner(type.key), value: inner(type.value) };
    case 'struct':
      return { kind: 'record', fields: type.fields.map(({ name, type: of }) => ({ name, type: inner(of) })).filter((field) => !unmade(field.type)) };
    case 'pointer': {
      if (Object.hasOwn(NAMED, typeText(type))) return other;
      const to = inner(type.to);
      return to.kind === 'other' ? other : { kind: 'union', options: [to, { kind: 'null' }] };
    }
    default:
      return shapeOf(type);
  }
}

const unmade = (of: TypeShape): boolean => of.kind === 'other' || (of.kind === 'list' && unmade(of.item)) || (of.kind === 'map' && (unmade(of.key) || unmade(of.value))) || (of.kind === 'union' && of.options.some(unmade));

function underlying(type: GoType, types: GoPackage['types']): GoType | undefined {
  if (type.kind !== 'named' || !Object.hasOwn(types, type.name)) return undefined;
  const read = typeAt(types[type.name]!, 0);
  return read && read.end >= types[type.name]!.trim().length ? read.type : undefined;
}

/** An argument as source of a type; undefined where it has no such value. */
export function typed(text: string, type: string, known: GoPackage): string | undefined {
  if (text.startsWith(OBJECT)) return object(text, known);
  const value = goWriter.parse(text);
  return value ? source(value, parseType(type), known.types) : text;
}

function source(value: Value, type: GoType, types: GoPackage['types']): string | undefined {
  const all = (items: (string | undefined)[], head: string): string | undefined => (items.some((item) => item === undefined) ? undefined : `${head}{${items.join(', ')}}`);
  switch (type.kind) {
    case 'named': {
      const under = underlying(type, types);
      if (!under) return printAs(value, type);
      const plain = source(value, under, types);
      // A composite literal takes the name; a constant needs none.
      const head = typeText(under);
      return plain?.startsWith(`${head}{`) ? type.name + plain.slice(head.length) : plain;
    }
    case 'slice':
      if (value.kind === 'list' || value.kind === 'tuple' || value.kind === 'set') return all(value.items.map((item) => source(item, type.item, types)), typeText(type));
      return printAs(value, type);
    case 'array':
      if ((value.kind === 'list' || value.kind === 'tuple') && value.items.length === type.size) return all(value.items.map((item) => source(item, type.item, types)), typeText(type));
      return undefined;
    case 'map': {
      if (value.kind !== 'map') return printAs(value, type);
      const keys = value.entries.map(([key]) => source(key, type.key, types));
      if (new Set(keys).size < keys.length) return undefined;
      return all(value.entries.map(([, item], at) => {
        const printed = source(item, type.value, types);
        return keys[at] === undefined || printed === undefined ? undefined : `${keys[at]}: ${printed}`;
      }), typeText(type));
    }
    case 'struct':
      if (value.kind !== 'map') return undefined;
      return all(value.entries.map(([key, item]) => {
        const field = type.fields.find(({ name }) => key.kind === 'string' && name === key.value);
        const printed = field && source(item, field.type, types);
        return printed === undefined ? undefined : `${field!.name}: ${printed}`;
      }), typeText(type));
    case 'pointer': {
      if (value.kind === 'null') return 'nil';
      const inner = source(value, type.to, types);
      if (inner === undefined) return undefined;
      const under = underlying(type.to, types) ?? type.to;
      return under.kind === 'struct' ? `&${inner}` : `func() ${typeText(type)} { var value ${typeText(type.to)} = ${inner}; return &value }()`;
    }
    default:
      return printAs(value, type);
  }
}

/** How an object of a type is made: by a function that makes it, of its fields, or by conversion. */
export function makerOf(name: string, { makers }: GoPackage): Callable | undefined {
  return makers.find(({ results, impure }) => impure === undefined && (results[0] === name || results[0] === `*${name}`) && (results.length === 1 || (results.length === 2 && results[1] === 'error')));
}

function object(text: string, known: GoPackage): string | undefined {
  const [name, args] = JSON.parse(text.slice(OBJECT.length)) as [string, [string | null, string][]];
  const maker = makerOf(name, known);
  if (maker) {
    const given = args.map(([, one], at) => typed(one, (maker.params[at] ?? maker.params.at(-1))!.type, known));
    if (given.some((one) => one === undefined)) return undefined;
    const call = `${maker.name}(${given.join(', ')})`;
    return maker.results.length === 1 ? call : `func() ${maker.results[0]} { made, _ := ${call}; return made }()`;
  }
  const under = underlying({ kind: 'named', name }, known.types);
  if (under?.kind === 'struct') {
    const fields = args.map(([field, one]) => {
      const type = under.fields.find((each) => each.name === field)?.type;
      const printed = type && typed(one, typeText(type), known);
      return printed === undefined ? undefined : `${field}: ${printed}`;
    });
    return fields.some((one) => one === undefined) ? undefined : `${name}{${fields.join(', ')}}`;
  }
  const value = args[0] === undefined ? undefined : typed(args[0][1], name, known);
  return value === undefined ? undefined : `${name}(${value})`;
}

/** Import lines for the packages that texts name, as the file under test names them, else those of the standard library. */
export function importsFor(texts: readonly string[], known: GoPackage, also: readonly string[] = []): string[] {
  const lines = new Set(also.map((path) => JSON.stringify(path)));
  for (const text of texts) {
    for (const [, name] of text.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""').matchAll(/(?<![\w.])([A-Za-z_]\w*)\./g)) {
      const own = known.imports.find((one) => one.name === name);
      const path = own?.path ?? (Object.hasOwn(STANDARD, name!) ? STANDARD[name!] : undefined);
      if (path === undefined) continue;
      lines.add(path === name || path.endsWith(`/${name}`) ? JSON.stringify(path) : `${name} ${JSON.stringify(path)}`);
    }
  }
  return [...lines].sort();
}
