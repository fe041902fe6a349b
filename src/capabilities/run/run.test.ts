import { beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import type { OpenedSandbox } from '../../sandbox/types.ts';
import type { Capability, JsonObject, UseResult } from '../types.ts';
import { runCases, useTool } from './run.ts';

let sandbox: OpenedSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

/** What a result comes to, in a word or two. */
const short = (result: UseResult): unknown => (result.ok ? result.result : `${result.kind}: ${result.message}`);

const PYTHON = `
import math
def f(kind: str, number: float = 2, pair: tuple[int, str] = (1, "a"), factor: float = math.pi) -> list:
    if kind == "negative": raise ValueError("negative")
    if kind == "other": raise KeyError("x")
    if kind == "set": return {1}
    if kind == "text": return "text"
    if kind == "forever":
        while True: pass
    if kind == "exit":
        import os
        os._exit(3)
    return [number, isinstance(pair, tuple), pair, factor == math.pi]
`;
const SIGNATURE = 'def f(kind: str, number: float = 2, pair: tuple[int, str] = (1, "a"), factor: float = math.pi) -> list:';

describe('Python', () => {
  test('every way in which a call can end, in one wave with a code that cannot be run', async () => {
    const cases: JsonObject[] = [
      { kind: 'plain' }, { kind: 'plain', number: 3, pair: [2, 'b'] }, { kind: 'plain', pair: [2, 'b'] }, { kind: 'plain', factor: 1 }, { kind: 'negative' }, { kind: 'other' },
      { kind: 'set' }, { kind: 'text' }, { kind: 1 }, { kind: 'plain', pair: [1] }, { kind: 'exit' }, { kind: 'forever' },
    ];
    const [report, broken] = await runCases({ sandbox, language: 'python', name: 'f', signature: SIGNATURE, codes: [PYTHON, 'def g(): pass'], cases, caseMs: 1_000, contract: { errors: [{ when: 'it is negative', error: 'ValueError' }] } });
    expect(report!.results.map(short)).toEqual([
      [2, true, [1, 'a'], true], [3, true, [2, 'b'], true], [2, true, [2, 'b'], true], [2, true, [1, 'a'], false],
      'declared_error: negative', "undeclared: 'x'", 'bad_result: a set is nothing that JSON has; a sorted list serves', 'bad_result: expected a list, got "text"',
      'arguments: kind: expected a text, got 1', 'arguments: pair: expected 2 items, got 1', 'crashed: its process ended (exit 3)', 'timeout: it gave no answer in time',
    ]);
    expect(report!.outcomes.map(({ kind }) => kind)).toEqual(['value', 'value', 'value', 'value', 'raised', 'raised', 'value', 'value', 'skipped', 'skipped', 'crashed', 'timeout']);
    expect(broken!.problem).toMatchObject({ class: 'no_function' });
    expect(broken!.results.map(short)).toEqual(cases.map((_, index) => (index === 8 || index === 9 ? expect.stringMatching(/^arguments/) : 'crashed: it cannot be run: It defines no function `f`.')));
  });

  test('one call of a tool, by what its own contract says', async () => {
    const tool = {
      name: 'f', language: 'python', signature: 'def f(percent: float) -> float:', code: 'def f(percent: float) -> float:\n    return percent * 2\n', errors: [],
      parameters: { type: 'object', properties: { percent: { type: 'number', maximum: 100 } }, required: ['percent'], additionalProperties: false }, returns: { type: 'number', maximum: 50 },
    } as unknown as Capability;
    expect(await useTool(tool, { percent: 4 }, { sandbox })).toMatchObject({ ok: true, result: 8 });
    expect(await useTool(tool, { percent: 400 }, { sandbox })).toMatchObject({ ok: false, kind: 'arguments', message: 'percent: expected at most 100, got 400' });
    expect(await useTool(tool, { percent: 40 }, { sandbox })).toMatchObject({ ok: false, kind: 'bad_result', message: 'expected at most 50, got 80' });
  });

  test('integers that JSON would change are said so', async () => {
    const [report] = await runCases({ sandbox, language: 'python', name: 'f', signature: 'def f(n: int) -> int:', codes: ['def f(n): return 2 ** n if n < 90 else 10 ** (n - 70)'], cases: [{ n: 10 }, { n: 60 }, { n: 90 }] });
    expect(report!.results.map(short)).toEqual([1024, expect.stringMatching(/^bad_result: the integer 1152921504606846976 is too large/), 1e20]);
  });

  test('a signature that is none of a tool is refused, and so is a call that was cancelled', async () => {
    await expect(runCases({ sandbox, language: 'python', name: 'f', signature: 'def f(a: set):', codes: [''], cases: [] })).rejects.toMatchObject({ code: 'bad_arguments' });
    const long = runCases({ sandbox, language: 'python', name: 'f', signature: 'def f(a: int):', codes: ['def f(a):\n    while True: pass'], cases: [{ a: 1 }], caseMs: 60_000, signal: AbortSignal.timeout(200) });
    await expect(long).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test.each<[string, 'python' | 'javascript', string, string]>([
  ['Python', 'python', 'def f(n: int, text: str) -> list:', 'def f(n, text):\n    return [text * n] + list(range(n))\n'],
  ['JavaScript', 'javascript', '/** @param {number} n @param {string} text */\nfunction f(n, text)', 'export function f(n, text) {\n  return [text.repeat(n), ...Array(n).keys()];\n}\n'],
])('%s: large results are told whole, and larger ones are refused', async (_title, language, signature, code) => {
  const [report] = await runCases({ sandbox, language, name: 'f', signature, codes: [code], cases: [{ n: 15_000, text: 'xé' }, { n: 25_000, text: '' }] });
  const [large, larger] = report!.results;
  expect(large).toMatchObject({ ok: true, result: ['xé'.repeat(15_000), ...Array(15_000).keys()] });
  expect(larger).toMatchObject({ ok: false, kind: 'bad_result', message: expect.stringMatching(/^it is larger than results may be/) });
});

test('JavaScript: what is left out keeps its default, undefined is nothing, maps and numbers are JSON', async () => {
  const code = 'export async function f(kind, options = { by: 2 }, last) {\n  if (kind === "raise") throw new RangeError("no");\n  return { by: options.by, last, kind, rest: [undefined] };\n}';
  const cases: JsonObject[] = [{ kind: 'a' }, { kind: 'a', last: null }, { kind: 'a', options: { by: 1e20 } }, { kind: 'raise' }, { last: 1 }];
  const [report] = await runCases({ sandbox, language: 'javascript', name: 'f', signature: '/** @param {string} kind @param {{by: number}} [options] @param {any} [last] */\nasync function f(kind, options, last)', codes: [code], cases, contract: { errors: [{ when: 'asked to', error: 'Error' }] } });
  expect(report!.results.map(short)).toEqual([
    { by: 2, kind: 'a', rest: [null] }, { by: 2, last: null, kind: 'a', rest: [null] }, { by: 1e20, kind: 'a', rest: [null] }, 'declared_error: no', "arguments: 'kind' is missing",
  ]);
});

test('TypeScript: records, literals and a result of the type that was promised', async () => {
  const code = 'export interface P { x: number; unit?: "km" | "m" }\nexport function f(p: P): number[] {\n  return p.unit === "km" ? [p.x] : (p as any);\n}';
  const [report] = await runCases({ sandbox, language: 'typescript', name: 'f', signature: 'interface P { x: number; unit?: "km" | "m" }\nfunction f(p: P): number[]', codes: [code], cases: [{ p: { x: 1, unit: 'km' } }, { p: { x: 1 } }, { p: { x: 1, unit: 'mi' } }] });
  expect(report!.results.map(short)).toEqual([[1], 'bad_result: expected a list, got {"x":1}', 'arguments: p.unit: expected "km" or "m", got "mi"']);
});

test('Go: an error that is returned is declared, a panic never, and an argument that its type cannot hold says so', async () => {
  const code = 'package solution\n\nimport "errors"\n\ntype P struct{ X int8 }\n\nfunc f(p P, list []float64) (map[string]float64, error) {\n\tif p.X < 0 {\n\t\treturn nil, errors.New("negative")\n\t}\n\treturn map[string]float64{"first": list[0]}, nil\n}\n';
  const [report] = await runCases({
    sandbox, language: 'go', name: 'f', signature: 'type P struct{ X int8 }\n\nfunc f(p P, list []float64) (map[string]float64, error)', codes: [code], contract: { errors: [{ when: 'it is negative' }] },
    cases: [{ p: { X: 1 }, list: [2] }, { p: { X: -1 }, list: [2] }, { p: { X: 1 }, list: [] }, { p: { X: 300 }, list: [1] }],
  });
  expect(report!.results.map(short)).toEqual([{ first: 2 }, 'declared_error: negative', expect.stringMatching(/^undeclared: index out of range/), 'arguments: p: {"X":300} has no literal of type P']);
}, 120_000);
