import { UntilgreenError } from '../../../core/errors.ts';
import type { Parameter, Signature } from '../../function/types.ts';
import type { TypeShape, Value } from '../../function/value.ts';
import { isError, parseType, shapeOf, typeAt, typeText } from './go-types.ts';
import type { GoType } from './go-types.ts';
import { ask } from '../reader/reader.ts';
import { printAs } from './print-value.ts';

const KEYWORDS = new Set(
  'break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var'.split(' '),
);
/** Names that a file of Go cannot give to a function with arguments, or that mean nothing. */
const TAKEN = new Set(['_', 'init', 'main']);

/** Can a function have this name: a letter or underline, no keyword, not `init` or `main`, which run by themselves. */
export function isIdentifier(name: string): boolean {
  return /^[\p{L}_][\p{L}\p{Nd}_]*$/u.test(name) && !KEYWORDS.has(name) && !TAKEN.has(name);
}

/** What the reader says of a head. */
export interface Head {
  problem?: { line: number; message: string };
  other?: string[];
  params: { name: string; type: string; variadic: boolean }[] | null;
  results: string[];
  generic: boolean;
  head: string;
  /** Everything else of the source but its package clause, as it stands. */
  before: string;
  /** Declared types: what stands behind their name. */
  types: Record<string, string>;
  doc: string;
  docLine: number;
}

export const askHead = (text: string, name: string): Promise<Head | undefined> => ask<Head>('head', { text, name });

/**
 * Reads a head, with or without `func`, brace and body; imports and types may stand before it.
 *
 * @throws `bad_arguments` when it does not parse, names another function or has type parameters
 */
export async function parseSignature(text: string, name: string): Promise<Signature> {
  if (!isIdentifier(name)) {
    throw new UntilgreenError('bad_arguments', `'${name}' cannot be the name of a Go function.`, { argument: 'fn', value: name }, 'Use letters, digits and underlines, not a keyword, `main` or `init`.');
  }
  const head = await askHead(text, name);
  if (!head || head.problem) {
    if (head?.other?.[0] !== undefined) {
      throw new UntilgreenError('bad_arguments', `The signature is of '${head.other[0]}', not of '${name}'.`, { argument: 'signature', value: text }, 'Name the same function in both.');
    }
    const where = head?.problem ? `line ${head.problem.line}: ${head.problem.message}` : 'it could not be read';
    throw new UntilgreenError('bad_arguments', `The signature is no head of a Go function (${where}).`, { argument: 'signature', value: text }, `Write it as \`func ${name}(values []int) int\`.`);
  }
  if (head.generic) {
    throw new UntilgreenError('bad_arguments', `'${name}' has type parameters: no inputs can be made for it.`, { argument: 'signature', value: text }, 'Give a head with the types that are used.');
  }
  return signatureOf(head, name);
}

export function signatureOf(head: Head, name: string): Signature {
  const types = head.types;
  const parameters = (head.params ?? []).map(({ name: own, type, variadic }): Parameter => {
    const shape = shapeOf(parseType(type, types));
    return {
      name: own,
      type: variadic ? { kind: 'list', item: shape } : shape,
      typeText: variadic ? `...${type}` : type,
      optional: variadic,
      ...(variadic ? { rest: 'list' as const } : {}),
    };
  });
  const shapes = head.results.map((type): TypeShape => shapeOf(parseType(type, types)));
  return {
    name,
    parameters,
    returns: shapes.length === 0 ? { kind: 'null' } : shapes.length === 1 ? shapes[0]! : { kind: 'tuple', items: shapes },
    ...(head.results.length === 0 ? {} : { returnsText: head.results.length === 1 ? head.results[0]! : `(${head.results.join(', ')})` }),
    async: false,
    text: head.head,
    preamble: head.before,
  };
}

/** Types of a function as literals of its arguments and results are read and printed. */
export interface FunctionTypes {
  parameters: GoType[];
  variadic: boolean;
  /** The type of the result; several as `results`; undefined where it gives nothing. */
  result: GoType | undefined;
  /** The last result is an `error`. */
  fails: boolean;
}

export function typesOf(signature: Signature): FunctionTypes {
  const declared = declaredTypes(signature.preamble);
  const results = splitResults(signature.returnsText).map((text) => parseType(text, declared));
  return {
    parameters: signature.parameters.map(({ typeText: text = 'any' }) => parseType(text.replace(/^\.\.\./, ''), declared)),
    variadic: signature.parameters.at(-1)?.rest === 'list',
    result: results.length > 1 ? { kind: 'results', items: results } : results[0],
    fails: isError(results.at(-1)),
  };
}

/** `type Point struct { X, Y int }` in a source: the name with what stands behind it. */
export function declaredTypes(source: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const match of source.matchAll(/^\s*(?:type\s+)?([\p{L}_]\w*)\s+(?==?\s*(?:struct\b|\[|map\b|\*|[\p{L}_]))/gmu)) {
    const from = match.index + match[0].length;
    const read = typeAt(source, from);
    if (/^\s*type\s/.test(match[0]) && read) found[match[1]!] = source.slice(from, read.end);
  }
  return found;
}

/** The types in `(int, error)`, names left out. */
export function splitResults(text: string | undefined): string[] {
  const bare = text?.trim() ?? '';
  if (bare === '') return [];
  if (!bare.startsWith('(')) return [bare];
  const parts: string[] = [];
  let depth = 0;
  let from = 1;
  for (let at = 1; at < bare.length; at += 1) {
    const one = bare[at]!;
    if (depth === 0 && (one === ',' || one === ')')) {
      parts.push(bare.slice(from, at).trim());
      from = at + 1;
      if (one === ')') break;
    }
    if ('([{'.includes(one)) depth += 1;
    if (')]}'.includes(one)) depth -= 1;
  }
  return parts.filter((part) => part !== '');
}

/** A call as source; where a value has no literal of its parameter's type (300 for a byte) a remark stands, and the call counts as one that does not compile. */
export function callOf(signature: Signature, args: readonly Value[]): string {
  const { parameters, variadic } = typesOf(signature);
  const printed = args.map((value, index) => {
    const type = parameters[index] ?? parameters.at(-1);
    if (!type) return printAs(value, { kind: 'any' }) ?? 'nil';
    if (variadic && index >= parameters.length - 1 && value.kind === 'list') {
      return value.items.map((item) => printAs(item, type) ?? unprintable(type)).join(', ');
    }
    return printAs(value, type) ?? unprintable(type);
  });
  return `${signature.name}(${printed.filter((text) => text !== '').join(', ')})`;
}

/** Stands where an argument has no literal; such a call is not run. */
const unprintable = (type: GoType): string => `/* no literal of type ${typeText(type)} */`;

/** What a call of `callOf` lacks, in words; undefined where it is whole. */
export const unprintableIn = (call: string): string | undefined => /\/\* (no literal of type .+?) \*\//.exec(call)?.[1];
