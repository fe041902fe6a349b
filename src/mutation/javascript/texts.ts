import { parseValue, printValue, quoted } from '../../languages/javascript/function/literals.ts';
import type { Argument, Writer } from '../types.ts';

const FUNCTIONS = ['(given) => given', '() => true', '() => false', '(one, other) => one - other', '(given) => String(given)', '(given) => given.length', '() => undefined'];
const DATES = ['new Date("2024-02-29T13:05:09.000Z")', 'new Date("1999-12-31T23:59:59.999Z")', 'new Date(0)', 'new Date("2024-03-10T00:00:00.000Z")', 'new Date(NaN)'];
/** Expressions for types that have no literals. */
const NAMED: Record<string, string[]> = {
  Date: DATES,
  RegExp: ['/[a-z]+/', '/\\d+/g', '/,\\s*/', '/^$/'],
  Function: FUNCTIONS,
  Error: ['new Error("broken")', 'new TypeError("no number")'],
  URL: ['new URL("https://example.org/a/b?c=1#d")', 'new URL("http://localhost:8080/")'],
  URLSearchParams: ['new URLSearchParams("a=1&b=2")', 'new URLSearchParams()'],
  Symbol: [],
};

/** How JavaScript writes values, and objects of well-known classes. */
export const javascriptWriter: Writer = {
  parse: parseValue,
  // Large whole numbers would be bigints, which no number meets.
  print: (value) => (value.kind === 'int' && !Number.isSafeInteger(Number(value.value)) ? undefined : printValue(value)),
  named(typeText) {
    const text = typeText.trim();
    const literal = parseValue(text);
    if (literal) return [literal.kind === 'string' ? quoted(literal.value) : text];
    if (/=>|^\(|^function\b/.test(text)) return FUNCTIONS;
    const word = text.replace(/<.*$/s, '').replace(/^typeof\s+/, '').trim();
    return Object.hasOwn(NAMED, word) ? NAMED[word]! : [];
  },
  construct: (name, args) => `new ${name}(${positional(args).join(', ')})`,
};

/** Arguments by place: what was left out between others is `undefined`. */
export function positional(args: readonly Argument[]): string[] {
  const found: string[] = [];
  for (const { at, text } of args) found[at ?? found.length] = text;
  return Array.from(found, (text) => text ?? 'undefined');
}
