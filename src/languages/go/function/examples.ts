import { UntilgreenError } from '../../../core/errors.ts';
import { sameValue } from '../../function/expect.ts';
import type { Example, Expected, Signature } from '../../function/types.ts';
import type { Value } from '../../function/value.ts';
import type { GoType } from './go-types.ts';
import { ask } from '../reader/reader.ts';
import { parseArguments, parseLiteral, quotesOf } from './parse-value.ts';
import type { Quotes } from './parse-value.ts';
import { printAny, printAs } from './print-value.ts';
import { typesOf } from './signature.ts';
import type { FunctionTypes } from './signature.ts';

/** What stands between a call and its value. */
const SEPARATORS = ['==>', '=>', '==', '->', '➞', '→', '⇒', 'returns', '//', '='];

/** A line of a text that looks like an example, taken apart. */
interface Raw {
  setup: string[];
  expression: string;
  expected: string | undefined;
  line: number;
  /** Lines of the text that it takes. */
  lines: number[];
  text: string;
  /** Written after `>>>`: it is meant as an example, whatever it looks like. */
  prompted: boolean;
}

/**
 * Reads examples in a doc or a list: `>>> F(1)` with the value on the next line, `F(1) => 2`, `F(1) == 2`, `F(1) // 2`, and `// Output: 2`
 * behind `fmt.Println(F(1))`. Values may be written as Go has them or loosely (`[1, 2]`, `'abc'`); `error` and `panic` stand for failures.
 *
 * @param signature what the values are read by: with it `[1, 2]` is `[]float64{1, 2}` where floats are asked for
 * @throws `bad_arguments` naming line and text
 */
export async function parseExamples(text: string, name: string, signature?: Signature): Promise<Example[]> {
  const examples: Example[] = [];
  const quotes = quotesOf(text);
  for (const raw of rawExamples(text, name)) {
    const example = await understand(raw, name, signature, quotes);
    if (typeof example !== 'string') examples.push(example);
    else if (raw.prompted || isPlainCall(raw.expression, name)) throw refused(raw, example);
  }
  refuseContradictions(examples);
  return examples;
}

/**
 * The same in the doc of a stub, where prose stands between: what is not understood is prose.
 *
 * @returns the examples, and the doc without their lines
 */
export async function examplesInDoc(doc: string, name: string, signature: Signature): Promise<{ examples: Example[]; prose: string }> {
  const examples: Example[] = [];
  const taken = new Set<number>();
  const quotes = quotesOf(doc);
  for (const raw of rawExamples(doc, name)) {
    const example = await understand(raw, name, signature, quotes);
    if (typeof example === 'string' || example.args === undefined) continue;
    examples.push(example);
    for (const line of raw.lines) taken.add(line);
  }
  refuseContradictions(examples);
  const lines = doc.split('\n');
  // A heading whose examples are all taken stands over nothing.
  for (const [index, line] of lines.entries()) {
    if (/^\s*(?:for example|examples?)\s*:?\s*$/i.test(line) && lines.slice(index + 1).every((below, at) => taken.has(index + 2 + at) || below.trim() === '')) taken.add(index + 1);
  }
  const prose = lines.filter((_, index) => !taken.has(index + 1)).join('\n');
  return { examples, prose: prose.replace(/\n{3,}/g, '\n\n').trim() };
}

/** @throws `bad_arguments` when two examples say different things of one call */
export function refuseContradictions(examples: readonly Example[]): void {
  const seen = new Map<string, Example>();
  for (const example of examples) {
    // As it is printed: where anything may be given, 1 and 1.0 are two inputs.
    const key = JSON.stringify([example.setup, example.expression]);
    const before = seen.get(key);
    if (before && !agree(before.expected, example.expected)) {
      const [one, other] = [shownExpected(before.expected), shownExpected(example.expected)];
      throw new UntilgreenError(
        'bad_arguments',
        `Two examples contradict each other: line ${before.line} says ${example.expression} gives ${one}, line ${example.line} says ${other}.`,
        { lines: [before.line, example.line], call: example.expression },
        'Take out the one that is wrong.',
      );
    }
    seen.set(key, before ?? example);
  }
}

function agree(one: Expected, other: Expected): boolean {
  if (one.kind !== other.kind) return false;
  if (one.kind === 'value' && other.kind === 'value' && one.value && other.value) return sameValue(one.value, other.value);
  return JSON.stringify(one) === JSON.stringify(other);
}

const shownExpected = (expected: Expected): string => (expected.kind === 'raises' ? (expected.error ?? 'a panic or an error') : expected.text);

const refused = (raw: Raw, why: string): UntilgreenError =>
  new UntilgreenError('bad_arguments', `Line ${raw.line} is no example: ${why}: ${raw.text}`, { line: raw.line, text: raw.text }, 'Write `>>> F(1)` with the value on the next line, or `F(1) => 2`.');

/** The lines that could be examples. */
function rawExamples(text: string, name: string): Raw[] {
  const lines = text.split('\n').map((line) => line.replace(/^\s*(?:\/\/|\/\*+|\*(?!\/))\s?/, '').replace(/\*\/\s*$/, '').trimEnd());
  const found: Raw[] = [];
  let setup: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at]!.trim();
    const number = at + 1;
    if (line.startsWith('>>>')) {
      let expression = line.slice(3).trim();
      const own = [number];
      while (lines[at + 1]?.trim().startsWith('... ')) {
        at += 1;
        expression += `\n${lines[at]!.trim().slice(4)}`;
        own.push(at + 1);
      }
      const inline = splitCall(expression, name);
      if (inline) {
        found.push({ setup, ...inline, line: number, lines: own, text: line, prompted: true });
        continue;
      }
      const next = lines[at + 1]?.trim();
      const answered = next !== undefined && next !== '' && !next.startsWith('>>>');
      if (!answered && !mentions(expression, name)) {
        setup = [...setup, expression];
        continue;
      }
      if (answered) {
        at += 1;
        own.push(at + 1);
      }
      found.push({ setup, expression, expected: answered ? next : undefined, line: number, lines: own, text: line, prompted: true });
      continue;
    }
    const plain = line.replace(/^(?:[-*•]\s+|for\s+(?=[\p{L}_]\w*\())/u, '');
    if (!mentions(plain, name) || /^func\b/.test(plain)) continue;
    const inline = splitCall(plain, name);
    if (inline) {
      const output = /^output:\s*(.*)$/i.exec(inline.expected ?? '');
      const below = output && output[1] === '' ? lines[at + 1]?.trim() : output?.[1];
      const own = output && output[1] === '' ? [number, number + 1] : [number];
      at += own.length - 1;
      found.push({ setup: [], expression: inline.expression, expected: output ? below : inline.expected, line: number, lines: own, text: line, prompted: false });
      continue;
    }
    // `F(1)` or `fmt.Println(F(1))` alone, with `Output:` below.
    const output = /^output:\s*(.*)$/i.exec(lines[at + 1]?.trim() ?? '');
    if (output && isCall(plain)) {
      const below = output[1] === '' ? lines[at + 2]?.trim() : output[1];
      const own = output[1] === '' ? [number, number + 1, number + 2] : [number, number + 1];
      found.push({ setup: [], expression: plain, expected: below, line: number, lines: own, text: line, prompted: false });
      at += own.length - 1;
    }
  }
  return found;
}

const escaped = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const mentions = (text: string, name: string): boolean => new RegExp(`(?<![\\w.])${escaped(name)}\\s*\\(`, 'u').test(text);
const isCall = (text: string): boolean => /^[\p{L}_][\w.]*\s*\(.*\)$/u.test(text);

/** Does it begin with a call of the function whose arguments name nothing. */
function isPlainCall(expression: string, name: string): boolean {
  return parseArguments(expression, name) !== undefined;
}

/** `F(1) => 2` taken apart where a separator stands behind the expression that holds the call. */
function splitCall(line: string, name: string): { expression: string; expected: string } | undefined {
  if (!/^[!\p{L}_([]/u.test(line)) return undefined;
  let depth = 0;
  for (let at = 0; at < line.length; at += 1) {
    const one = line[at]!;
    if (one === '"' || one === '`' || one === "'") {
      const close = closing(line, at);
      if (close === undefined) return undefined;
      at = close;
      continue;
    }
    if ('([{'.includes(one)) depth += 1;
    if (')]}'.includes(one)) depth -= 1;
    if (depth !== 0 || at === 0) continue;
    const separator = SEPARATORS.find((sign) => line.startsWith(sign, at) && (sign !== 'returns' || /\s/.test(line[at - 1]!)));
    if (separator === undefined || '!<>:='.includes(one === '=' && separator === '=' ? line[at - 1]! : ' ')) continue;
    const expression = line.slice(0, at).trim();
    const expected = line.slice(at + separator.length).trim();
    return mentions(expression, name) && expression.endsWith(')') && expected !== '' ? { expression, expected } : undefined;
  }
  return undefined;
}

function closing(line: string, from: number): number | undefined {
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === '\\' && line[from] !== '`') at += 1;
    else if (line[at] === line[from]) return at;
  }
  return undefined;
}

/** The example, or why it is none. */
async function understand(raw: Raw, name: string, signature: Signature | undefined, quotes: Quotes): Promise<Example | string> {
  if (raw.expected === undefined) return 'it says no value';
  const types = signature && typesOf(signature);
  const given = /^fmt\.Println\((.*)\)$/s.exec(raw.expression)?.[1];
  // Printed by Println: a value, where the text is one that reads the same.
  const printed = given !== undefined;
  const args = parseArguments(raw.expression, name, types?.parameters, types?.variadic, quotes);
  const expression = args ? printedCall(name, args, types) : raw.expression;
  if (expression === undefined) return 'an argument has no literal in Go';
  const expected = printed ? { kind: 'printed' as const, text: raw.expected } : readExpected(raw.expected, types, isCallOf(raw.expression, name, args), quotes);
  if (expected === undefined) return `'${raw.expected}' is no value${types?.result ? ` of its type` : ''}`;
  const [read] = (await ask<{ cases: { problem?: string }[] }>('cases', { cases: [{ setup: raw.setup.join('\n'), expression }], same: '' }))?.cases ?? [];
  if (!read || read.problem !== undefined) return read?.problem ?? 'it could not be read';
  const squeezed = (text: string): string => text.replace(/\s+/g, '');
  const said = args && squeezed(raw.expression) !== squeezed(expression) ? `'${raw.expression}' is read as '${expression}'` : undefined;
  const flat = args && types?.variadic ? gathered(args, types) : args;
  return {
    setup: raw.setup.join('\n'),
    expression,
    ...(flat ? { args: flat } : {}),
    expected,
    trust: 'user',
    text: raw.text,
    line: raw.line,
    ...(said === undefined ? {} : { note: said }),
  };
}

const isCallOf = (expression: string, name: string, args: readonly Value[] | undefined): boolean =>
  args !== undefined || (expression.startsWith(`${name}(`) && closesAtEnd(expression));

function closesAtEnd(expression: string): boolean {
  let depth = 0;
  for (let at = 0; at < expression.length; at += 1) {
    if (expression[at] === '(') depth += 1;
    if (expression[at] === ')' && (depth -= 1) === 0) return at === expression.length - 1;
  }
  return false;
}

/** The arguments of `...` as the one list that they are. */
const gathered = (args: readonly Value[], { parameters }: FunctionTypes): Value[] => [...args.slice(0, parameters.length - 1), { kind: 'list', items: args.slice(parameters.length - 1) }];

function printedCall(name: string, args: readonly Value[], types: FunctionTypes | undefined): string | undefined {
  const printed = args.map((value, index) => {
    const type: GoType | undefined = types?.parameters[index] ?? (types?.variadic ? types.parameters.at(-1) : undefined);
    return type ? printAs(value, type) : printAny(value);
  });
  return printed.includes(undefined) ? undefined : `${name}(${printed.join(', ')})`;
}

/** What a written result means: a value of the function's type, a failure, or source to be evaluated. */
export function readExpected(text: string, types: FunctionTypes | undefined, ofCall: boolean, quotes: Quotes = 'go'): Expected | undefined {
  const bare = withoutRemark(text);
  const failure = /^(?:an?\s+)?(error|err|panics?)(?:\s*[:(]\s*(.*?)\)?)?$/i.exec(bare);
  if (failure) {
    const message = failure[2]?.trim().replace(/^"(.*)"$/, '$1');
    const isError = failure[1]!.toLowerCase().startsWith('err');
    // A panic has the class of its text as its name, so any will do.
    return { kind: 'raises', ...(isError ? { error: 'error' } : {}), ...(message ? { message } : {}) };
  }
  // The type of the function's result is that of the whole expression only where it is the call alone.
  const type = ofCall ? types?.result : undefined;
  const value = parseLiteral(bare, type, quotes);
  if (value !== undefined) return { kind: 'value', text: (type ? printAs(value, type) : printAny(value)) ?? bare, value };
  if (type && type.kind !== 'named' && type.kind !== 'other') return undefined;
  return /^[\p{L}_][\w.]*[({[].*[)}\]]$/su.test(bare) ? { kind: 'value', text: bare } : undefined;
}

/** A value without the remark behind it: `true // it is balanced`, `1.0 # f(x) = x`. */
function withoutRemark(text: string): string {
  for (let at = 0; at < text.length; at += 1) {
    const one = text[at]!;
    if (one === '"' || one === '`' || one === "'") {
      const close = closing(text, at);
      if (close === undefined) break;
      at = close;
    } else if (at > 0 && (text.startsWith('//', at) || one === '#')) return text.slice(0, at).trim();
  }
  return text.trim().replace(/[;]$/, '');
}
