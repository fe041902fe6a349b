import type { Problem } from '../../function/types.ts';
import { problemOf } from './wire.ts';

const TRACEBACK = /^Traceback \(most recent call last\):/;
const FRAME = /^\s*File "([^"]+)", line (\d+)(?:, in (.+))?$/;
const RAISED = /^([A-Za-z_][\w.]*(?:Error|Exception|Exit|Interrupt|Iteration|Warning|Failed)?)(?:: ?(.*))?$/;

/**
 * What foreign output of pytest, unittest, doctest or plain Python says went wrong, one problem a failure, in the order of the output. Several
 * kinds in one text are read by the first that says something.
 *
 * @example
 * parsePythonOutput('Failed example:\n    f(2)\nExpected:\n    5\nGot:\n    3\n');
 * // [{ class: 'wrong_answer', message: 'f(2) gave 3', call: 'f(2)', expected: '5', got: '3' }]
 */
export function parsePythonOutput(text: string): Problem[] {
  const lines = text.replace(/\r\n/g, '\n').split('\n');
  for (const read of [doctestFailures, pytestFailures, unittestFailures, pytestSummary, tracebacks]) {
    const found = read(lines);
    if (found.length > 0) return found;
  }
  return [];
}

/** `Failed example:` with what stands behind it. */
function doctestFailures(lines: readonly string[]): Problem[] {
  return starts(lines, (line) => line.trim() === 'Failed example:').map(({ at, until }) => {
    const call = indented(lines, at + 1, until).text;
    const part = (title: string): string | undefined => {
      const from = lines.findIndex((line, index) => index > at && index < until && line.trim() === title);
      return from < 0 ? undefined : indented(lines, from + 1, until).text;
    };
    const raised = part('Exception raised:');
    const line = FRAME.exec(lines[at - 1] ?? '')?.[2];
    if (raised !== undefined) return { ...fromTraceback(raised.split('\n')), call };
    const nothing = (title: string): string | undefined => (lines.slice(at, until).some((each) => each.trim() === title) ? '' : undefined);
    const expected = part('Expected:') ?? nothing('Expected nothing') ?? '';
    const got = part('Got:') ?? nothing('Got nothing') ?? '';
    return { ...wrong(call, expected === '' ? 'nothing' : expected, got === '' ? 'nothing' : got), ...(line === undefined ? {} : { line: Number(line) }) };
  });
}

/** The sections of pytest's long report. */
function pytestFailures(lines: readonly string[]): Problem[] {
  const heads = starts(lines, (line) => /^_{3,} .+ _{3,}$/.test(line) || /^=+ (short test summary|\d+ (failed|passed|error)|warnings summary)/.test(line));
  return heads.flatMap(({ at, until }) => {
    const title = /^_{3,} (.+?) _{3,}$/.exec(lines[at]!)?.[1];
    if (title === undefined) return [];
    const section = lines.slice(at + 1, until);
    const errors = section.filter((line) => /^E(\s|$)/.test(line)).map((line) => line.slice(1).trim());
    const first = errors[0];
    if (first === undefined) return [];
    const places = section.flatMap((line) => {
      const place = /^(\S+\.py):(\d+): ?([\w.]*)/.exec(line);
      return place ? [{ file: place[1]!, line: Number(place[2]), raised: place[3]! }] : [];
    });
    const own = places.findLast(({ file }) => !isTest(file));
    const shown = section.find((line) => line.startsWith('>'))?.slice(1).trim(); // the test's own line; deeper ones follow
    return [{ ...described(first, places.at(-1)?.raised, shown, errors), ...(own ? { line: own.line } : {}), ...(title.startsWith('ERROR collecting') || shown === undefined ? {} : { call: callIn(shown) }) }];
  });
}

/** An `E` line of pytest, with the name of the exception where its place says it. */
function described(first: string, raised: string | undefined, shown: string | undefined, errors: readonly string[]): Problem {
  const text = first.replace(/^AssertionError: (?=assert )/, '');
  const compared = /^assert (?:not )?(.+?) == (.+)$/.exec(text);
  if (compared) return wrong(callIn(shown ?? ''), compared[2]!, compared[1]!);
  if (text.startsWith('assert ')) return { class: 'wrong_answer', message: cut(text) };
  if (text.startsWith('Failed: Timeout')) return { class: 'timeout', message: 'It takes too long.' };
  const differ = /^AssertionError: (.+) != (.+)$/.exec(text);
  if (differ) return wrong(callIn(shown ?? ''), differ[2]!, differ[1]!);
  // A syntax error is shown as a traceback of its own: its name stands in the last line.
  const named = [...errors].reverse().map((line) => /^(\w*(?:Error|Exception|Exit|Interrupt)): ?(.*)$/.exec(line)).find((match) => match !== null);
  if (named) return problemOf(named[1]!, named[2]!);
  if (text.startsWith('Failed:') || raised === 'Failed') return { class: 'wrong_answer', message: cut(text) };
  return problemOf(raised ?? '', text);
}

/** `FAIL:` and `ERROR:` of unittest. */
function unittestFailures(lines: readonly string[]): Problem[] {
  return starts(lines, (line) => /^(FAIL|ERROR): /.test(line)).flatMap(({ at, until }) => {
    const from = lines.findIndex((line, index) => index > at && index < until && TRACEBACK.test(line));
    if (from < 0) return [];
    const section = lines.slice(from, until);
    const problem = fromTraceback(section);
    const source = section[section.findLastIndex((line) => FRAME.test(line)) + 1]?.trim() ?? '';
    const differ = /^AssertionError: (?:Lists|Tuples|Sequences|Sets|Dicts|First)?(?: differ: )?(.+?) != (.+?)(?: : .*)?$/.exec(problem.message);
    return [differ ? { ...wrong(callIn(source), differ[2]!, differ[1]!), ...(problem.line === undefined ? {} : { line: problem.line }) } : { ...problem, ...(source === '' ? {} : { call: callIn(source) }) }];
  });
}

/** Lines of pytest's summary, where it prints nothing more (`--tb=no`). */
function pytestSummary(lines: readonly string[]): Problem[] {
  return lines.flatMap((line) => {
    const found = /^(?:FAILED|ERROR) (\S+?)(?:::(\S+))?(?: - (.*))?$/.exec(line);
    if (!found) return [];
    const said = found[3] ?? 'it failed';
    return [{ ...described(said, undefined, undefined, [said]), ...(found[2] === undefined ? {} : { call: found[2] }) }];
  });
}

/** Tracebacks and syntax errors of plain Python. */
function tracebacks(lines: readonly string[]): Problem[] {
  const found = starts(lines, (line) => TRACEBACK.test(line)).map(({ at, until }) => fromTraceback(lines.slice(at, until)));
  if (found.length > 0) return found.slice(-1); // those before were its causes
  const syntax = lines.findLast((line) => /^(SyntaxError|IndentationError|TabError): /.test(line));
  return syntax === undefined ? [] : [fromTraceback(lines)];
}

/** The last line that names an exception, and the innermost frame outside of tests and libraries. */
function fromTraceback(lines: readonly string[]): Problem {
  const last = lines.findLast((line) => /^\S/.test(line) && RAISED.test(line) && !TRACEBACK.test(line)) ?? '';
  const [, error = '', message = ''] = RAISED.exec(last) ?? [];
  const frames = lines.flatMap((line) => {
    const frame = FRAME.exec(line);
    return frame ? [{ file: frame[1]!, line: Number(frame[2]) }] : [];
  });
  const own = frames.findLast(({ file }) => !isTest(file) && !/site-packages|\/lib\/python|^<(?!string|stdin|doctest)/.test(file));
  return problemOf(error.split('.').at(-1)!, message, own?.line);
}

function wrong(call: string, expected: string, got: string): Problem {
  return { class: 'wrong_answer', message: cut(call === '' ? `expected ${expected}, got ${got}` : `${call} gave ${got}`), ...(call === '' ? {} : { call }), expected: cut(expected), got: cut(got) };
}

/** `f(2)` of `assert f(2) == 5`, `self.assertEqual(f(2), 5)` and `x = f(2)`. */
function callIn(source: string): string {
  const method = /^self\.assert\w+\((.*)\)$/.exec(source);
  if (method) return firstArgument(method[1]!);
  return source.replace(/^assert (?:not )?/, '').replace(/^\w+ = /, '').replace(/ (?:==|!=|is|in) .*$/, '').trim();
}

function firstArgument(text: string): string {
  let depth = 0;
  for (const [at, sign] of [...text].entries()) {
    if ('([{'.includes(sign)) depth += 1;
    else if (')]}'.includes(sign)) depth -= 1;
    else if (sign === ',' && depth === 0) return text.slice(0, at);
  }
  return text;
}

/** Where sections begin, and where the next one does. */
function starts(lines: readonly string[], begins: (line: string) => boolean): { at: number; until: number }[] {
  const found = lines.flatMap((line, at) => (begins(line) ? [at] : []));
  return found.map((at, index) => ({ at, until: found[index + 1] ?? lines.length }));
}

/** The lines that are indented by four, without that. */
function indented(lines: readonly string[], from: number, until: number): { text: string } {
  const block: string[] = [];
  for (const line of lines.slice(from, until)) {
    if (!line.startsWith('    ')) break;
    block.push(line.slice(4));
  }
  return { text: block.join('\n').trimEnd() };
}

const isTest = (file: string): boolean => /(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/.test(file);

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 199)}…` : line;
}
