import { stripVTControlCharacters } from 'node:util';
import type { ErrorClass, Problem } from '../../function/types.ts';

const CLASSES: Record<string, ErrorClass> = { SyntaxError: 'syntax', ReferenceError: 'name', TypeError: 'type', AssertionError: 'wrong_answer' };

/** The class of an error by its name and message. */
export function classOf(error: string, message: string): ErrorClass {
  if (/Cannot find (?:module|package)|ERR_MODULE_NOT_FOUND|does not provide an export named|is not defined by "exports"/.test(message)) return 'import';
  if (error === 'RangeError' && /call stack/.test(message)) return 'recursion';
  if (/heap out of memory|Invalid array length|Array buffer allocation failed|Invalid string length/.test(message)) return 'memory';
  return Object.hasOwn(CLASSES, error) ? CLASSES[error]! : 'exception';
}

const HEAD = /^(?:Uncaught\s+)?(?:\[)?([A-Z][\w$]*(?:Error|Exception)|Error)(?: \[[A-Z_\d]+\])?(?::\s?(.*?))?\]?$/;
const FRAME = /^\s+at .*?(?:\(|\s)(?:file:\/\/)?([^\s()]+):(\d+):\d+\)?$/;

/**
 * The problems in what Node printed: an uncaught error with its stack, a syntax error, asserts that failed, what ran out of memory, the failed points
 * of TAP and those of the spec reporter. Each with the line in `solution`, where a frame says one.
 *
 * @param file part of the path whose lines count; default `solution`
 */
export function parseNodeOutput(text: string, file = 'solution'): Problem[] {
  const lines = stripVTControlCharacters(text).replace(/\r/g, '').split('\n');
  if (lines.some((line) => /heap out of memory|FATAL ERROR: .*(?:invalid size|Allocation failed)/.test(line))) return [{ class: 'memory', message: 'It ran out of memory.' }];
  const tap = tapProblems(lines, file);
  return tap.length > 0 ? tap : thrownProblems(lines, file);
}

/** `not ok 1 - name` with the block below it. */
function tapProblems(lines: readonly string[], file: string): Problem[] {
  const found: Problem[] = [];
  lines.forEach((line, index) => {
    const point = /^\s*not ok \d+(?: - (.*))?$/.exec(line);
    if (!point) return;
    const indent = line.search(/\S/);
    const end = lines.findIndex((other, at) => at > index && other.trim() === '...' && other.search(/\S/) <= indent + 2);
    const block = lines.slice(index + 1, end < 0 ? index + 1 : end);
    const field = (name: string): string | undefined => yamlField(block, name);
    if (field('failureType') === 'subtestsFailed') return;
    const error = field('name') ?? (field('code') === 'ERR_ASSERTION' ? 'AssertionError' : 'Error');
    const message = (field('error') ?? '').split('\n')[0] ?? '';
    found.push(problem(error, message, block, file, { call: point[1]?.trim(), expected: field('expected'), got: field('actual') }));
  });
  return found;
}

/** A field of a YAML block: on its line, quoted, or as a block of its own (`|-`). */
function yamlField(block: readonly string[], name: string): string | undefined {
  const at = block.findIndex((line) => new RegExp(`^\\s*${name}:`).test(line));
  if (at < 0) return undefined;
  const value = block[at]!.replace(new RegExp(`^\\s*${name}:\\s*`), '').trim();
  if (!/^[|>]-?$/.test(value)) return value.replace(/^(['"])([\s\S]*)\1$/, '$2').replaceAll("''", "'");
  const indent = block[at]!.search(/\S/);
  const inner: string[] = [];
  for (const line of block.slice(at + 1)) {
    if (line.trim() !== '' && line.search(/\S/) <= indent) break;
    inner.push(line.slice(indent + 2));
  }
  return inner.join('\n').trim();
}

/** Errors with their stacks, as Node prints an uncaught one. */
function thrownProblems(lines: readonly string[], file: string): Problem[] {
  const found: Problem[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const head = HEAD.exec(lines[index]!.trim());
    if (!head) continue;
    const next = lines.findIndex((line, at) => at > index && HEAD.test(line.trim()));
    const own = lines.slice(index, next < 0 ? undefined : next);
    // A syntax error has its place above: `/x/solution.js:3`.
    const above = lines.slice(Math.max(0, index - 6), index);
    const [error = 'Error', message = ''] = head.slice(1);
    const compared = comparison(own);
    found.push(problem(error, message, [...own, ...above], file, compared));
  }
  return found;
}

/** What was compared: the properties that Node prints, or `1 !== 2`. */
function comparison(own: readonly string[]): { expected?: string; got?: string } {
  const text = own.join('\n');
  const [got, expected] = [/^\s+actual: (.*?),?$/m.exec(text)?.[1], /^\s+expected: (.*?),?$/m.exec(text)?.[1]];
  if (got !== undefined && expected !== undefined) return { expected, got };
  const [, left, right] = /^\s*(\S.*?) (?:!==|!=) (\S.*?)$/m.exec(text) ?? [];
  return left !== undefined && right !== undefined ? { expected: right, got: left } : {};
}

function problem(error: string, message: string, lines: readonly string[], file: string, more: { call?: string; expected?: string; got?: string }): Problem {
  const line = placeIn(lines, file);
  const { call, expected, got } = more;
  return {
    class: classOf(error, message),
    message: (message === '' ? error : `${error}: ${message}`).slice(0, 200),
    ...(call !== undefined && { call }),
    ...(expected !== undefined && got !== undefined && { expected: expected.slice(0, 200), got: got.slice(0, 200) }),
    ...(line !== undefined && { line }),
  };
}

function placeIn(lines: readonly string[], file: string): number | undefined {
  for (const line of lines) {
    const [, path, number] = FRAME.exec(line) ?? /^(?:file:\/\/)?(\/?[^\s:]+\.[cm]?[jt]s):(\d+)$/.exec(line.trim()) ?? [];
    if (path?.includes(file)) return Number(number);
  }
  return undefined;
}
