import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { OpenedSandbox } from '../../sandbox/types.ts';
import { runCases } from '../run/run.ts';
import type { Capability } from '../types.ts';
import { link, usesIn, usesOf } from './link.ts';
import { linkedLines, piecesIn, unlinked } from './section.ts';

let sandbox: OpenedSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

/** A tool as far as linking looks at it. */
const toolOf = (language: FunctionLanguageName, name: string, code: string, uses: readonly Capability[] = [], version = '1.0.0'): Capability =>
  ({ language, name, code, version, hash: `sha256:${Buffer.from(`${name} ${version}`).toString('hex')}`, uses: usesOf(uses) }) as unknown as Capability;
const python = (name: string, code: string, uses: readonly Capability[] = [], version = '1.0.0'): Capability => toolOf('python', name, code, uses, version);

interface Sample {
  language: FunctionLanguageName;
  half: string;
  quarter: string;
  code: string;
  signature: string;
  /** The linked code, the hashes apart. */
  linked: string;
}

const SAMPLES: Sample[] = [
  {
    language: 'python',
    half: '"""Halves."""\nfrom __future__ import annotations\nimport math\nfrom decimal import Decimal\n\n__all__ = ["half_of"]\nTWO: Decimal = Decimal(2)\n\n\ndef half_of(x: float) -> float:\n    # no floor\n    return math.fsum([x]) / float(TWO)\n\n\nif __name__ == "__main__":\n    print(half_of(2))\n',
    quarter: 'def quarter_of(x: float) -> float:\n    return half_of(half_of(x))\n',
    code: '"""Mine."""\nimport math\n\n\ndef f(x: float) -> float:\n    return math.floor(quarter_of(x)) + half_of(x)\n',
    signature: 'def f(x: float) -> float:',
    linked: '"""Mine."""\n# --- uses (generated; edit those tools instead) ---\nfrom __future__ import annotations\nfrom decimal import Decimal\nimport math\n\n\n# --- uses half_of 1.0.0 sha256:HASH ---\nTWO: Decimal = Decimal(2)\n\n\ndef half_of(x: float) -> float:\n    # no floor\n    return math.fsum([x]) / float(TWO)\n\n\n# --- uses quarter_of 1.0.0 sha256:HASH ---\ndef quarter_of(x: float) -> float:\n    return half_of(half_of(x))\n\n# --- end of uses ---\n\nimport math\n\n\ndef f(x: float) -> float:\n    return math.floor(quarter_of(x)) + half_of(x)\n',
  },
  {
    language: 'javascript',
    half: "import { strict as check } from 'node:assert';\nimport { inspect } from 'node:util';\n\nconst TWO = 2;\n\n/** Halves. */\nexport function half_of(x) {\n  check(inspect(TWO));\n  return x / TWO;\n}\n",
    quarter: 'export const quarter_of = (x) => half_of(half_of(x));\nexport default quarter_of;\n',
    code: "import { strict as check } from 'node:assert';\n\n/** Mine. */\nexport function f(x) {\n  check(true);\n  return Math.floor([x].map(quarter_of)[0]) + half_of(x);\n}\n",
    signature: 'function f(x)',
    linked: "import { strict as check } from 'node:assert';\n// --- uses (generated; edit those tools instead) ---\nimport { inspect } from 'node:util';\n\n// --- uses half_of 1.0.0 sha256:HASH ---\nconst TWO = 2;\n\n/** Halves. */\nfunction half_of(x) {\n  check(inspect(TWO));\n  return x / TWO;\n}\n\n// --- uses quarter_of 1.0.0 sha256:HASH ---\nconst quarter_of = (x) => half_of(half_of(x));\n\n// --- end of uses ---\n\n\n/** Mine. */\nexport function f(x) {\n  check(true);\n  return Math.floor([x].map(quarter_of)[0]) + half_of(x);\n}\n",
  },
  {
    language: 'typescript',
    half: 'interface P { x: number }\n\nexport function half_of(x: number): number {\n  const p: P = { x };\n  return p.x / 2;\n}\n',
    quarter: 'export function quarter_of(x: number): number {\n  return half_of(half_of(x));\n}\n',
    code: 'export function f(x: number): number {\n  return Math.floor(quarter_of(x)) + half_of(x);\n}\n',
    signature: 'function f(x: number): number',
    linked: '// --- uses (generated; edit those tools instead) ---\n\n// --- uses half_of 1.0.0 sha256:HASH ---\ninterface P { x: number }\n\nfunction half_of(x: number): number {\n  const p: P = { x };\n  return p.x / 2;\n}\n\n// --- uses quarter_of 1.0.0 sha256:HASH ---\nfunction quarter_of(x: number): number {\n  return half_of(half_of(x));\n}\n\n// --- end of uses ---\n\nexport function f(x: number): number {\n  return Math.floor(quarter_of(x)) + half_of(x);\n}\n',
  },
  {
    language: 'go',
    half: 'package solution\n\nimport (\n\t"errors"\n\t"math"\n)\n\nvar errBig = errors.New("größer")\n\n// half_of halves.\nfunc half_of(x float64) (float64, error) {\n\tif math.IsInf(x, 0) {\n\t\treturn 0, errBig\n\t}\n\treturn x / 2, nil\n}\n',
    quarter: 'package solution\n\nfunc quarter_of(x float64) float64 {\n\th, _ := half_of(x)\n\th, _ = half_of(h)\n\treturn h\n}\n',
    code: 'package solution\n\nimport "math"\n\n// f is mine.\nfunc f(x float64) float64 {\n\th, _ := half_of(x)\n\treturn math.Floor(quarter_of(x)) + h\n}\n',
    signature: 'func f(x float64) float64',
    linked: 'package solution\n\nimport "math"\n// --- uses (generated; edit those tools instead) ---\nimport "errors"\n\n// --- uses half_of 1.0.0 sha256:HASH ---\nvar errBig = errors.New("größer")\n\n// half_of halves.\nfunc half_of(x float64) (float64, error) {\n\tif math.IsInf(x, 0) {\n\t\treturn 0, errBig\n\t}\n\treturn x / 2, nil\n}\n\n// --- uses quarter_of 1.0.0 sha256:HASH ---\nfunc quarter_of(x float64) float64 {\n\th, _ := half_of(x)\n\th, _ = half_of(h)\n\treturn h\n}\n\n// --- end of uses ---\n\n\n// f is mine.\nfunc f(x float64) float64 {\n\th, _ := half_of(x)\n\treturn math.Floor(quarter_of(x)) + h\n}\n',
  },
];

// The first Go program of a machine compiles the packages that it imports: half a minute and more.
describe.each(SAMPLES)('$language', { timeout: 240_000 }, ({ language, half, quarter, code, signature, linked }) => {
  test('what a code calls, and what that calls, stands in its file once, and the file runs', async () => {
    const first = toolOf(language, 'half_of', half);
    const called = await usesIn(quarter, [first], language);
    expect(called).toEqual([first]);
    const second = toolOf(language, 'quarter_of', await link(quarter, called, language), called);
    const uses = await usesIn(code, [first, second], language);
    expect(uses).toEqual([first, second]);
    const whole = await link(code, uses, language);
    expect(whole.replace(/sha256:[\da-f]+/g, 'sha256:HASH')).toBe(linked);
    expect(unlinked(whole)).toBe(code);
    expect(await link(whole, uses, language)).toBe(whole);
    // Whichever is put in first: the one that calls brings the other along.
    expect(piecesIn(await link(code, [second], language)).map(({ name }) => name)).toEqual(['half_of', 'quarter_of']);
    expect(piecesIn(whole).map(({ name, version, hash }) => [name, version, `sha256:${hash}`])).toEqual(uses.map((tool) => [tool.name, tool.version, tool.hash]));
    const lines = linkedLines(whole)!;
    expect([lines.from, lines.to].map((line) => whole.split('\n')[line - 1])).toEqual([expect.stringMatching(/--- uses \(generated/), expect.stringMatching(/--- end of uses ---/)]);
    const [report] = await runCases({ sandbox, language, name: 'f', signature, codes: [whole], cases: [{ x: 10 }] });
    expect(report!.results).toMatchObject([{ ok: true, result: 7 }]);
  }, 60_000);
});

describe('calls are found by syntax', () => {
  const tools = [python('half_of', ''), python('mean', '')];
  test.each<[string, string, string[]]>([
    ['a call', 'def f(x):\n    return half_of(x)\n', ['half_of']],
    ['a function that is handed on', 'def f(xs):\n    return list(map(half_of, xs))\n', ['half_of']],
    ['in a nested function and a default', 'def f(x, g=mean):\n    def h():\n        return half_of(x)\n    return h()\n', ['half_of', 'mean']],
    ['a text and a comment', 'def f(x):\n    # half_of(x)\n    return "half_of(x)"\n', []],
    ['an attribute', 'def f(x):\n    return x.mean()\n', []],
    ['a parameter of that name', 'def f(mean):\n    return mean + 1\n', []],
    ['a local of that name', 'def f(x):\n    mean = sum(x)\n    return mean\n', []],
    ['a function of its own', 'def mean(x):\n    return x\n\ndef f(x):\n    return mean(x)\n', []],
    ['an import of that name', 'from statistics import mean\n\ndef f(x):\n    return mean(x)\n', []],
    ['nothing that parses', 'def f(:\n    half_of', []],
  ])('Python: %s', async (_title, code, names) => {
    expect((await usesIn(code, tools, 'python')).map(({ name }) => name)).toEqual(names);
  });

  test.each<[string, string, string[]]>([
    ['a call', 'export const f = (x) => half_of(x);', ['half_of']],
    ['a short field', 'export const f = () => ({ half_of });', ['half_of']],
    ['a field, a property, a key, a label', 'export function f(x) { half_of: for (;;) break half_of; return { half_of: x.half_of, mean() {} }; }', []],
    ['a parameter here, a call there', 'export const g = (mean) => mean;\nexport const f = (x) => mean(x);', ['mean']],
    ['a part of what is taken apart', 'export const f = ({ half_of: x, mean }) => x + mean;', []],
  ])('JavaScript: %s', async (_title, code, names) => {
    expect((await usesIn(code, tools.map((tool) => ({ ...tool, language: 'javascript' as const })), 'javascript')).map(({ name }) => name)).toEqual(names);
  });
});

describe('refused, naming both', () => {
  const uses = (body: string): string => `def f(x):\n    return ${body}\n`;
  const half = python('half_of', 'def _two():\n    return 2\n\ndef half_of(x):\n    return x / _two()\n');
  const third = python('third_of', 'import math\ndef _two():\n    return 3\n\ndef third_of(x):\n    return x / _two()\n');
  test.each<[string, string, Capability[], RegExp]>([
    ['a helper of the same name in two tools', uses('half_of(x) + third_of(x)'), [half, third], /half_of 1\.0\.0 and third_of 1\.0\.0 both have a '_two'/],
    ['a helper of the same name in the code', `_two = 1\n${uses('half_of(x)')}`, [half], /the code and half_of 1\.0\.0 both have a '_two'/],
    ['an import that means something else', 'from math import sqrt as math\ndef f(x):\n    return third_of(x) + math(x)\n', [third], /the code and third_of 1\.0\.0 both have a 'math'/],
    ['a built-in that a tool has its own of', uses('max(half_more(x), 0)'), [python('half_more', 'def max(a):\n    return a\ndef half_more(x):\n    return max(x)\n')], /the code uses 'max' and has none, and half_more 1\.0\.0 has one/],
    ['a built-in that the code has its own of', 'def round(x):\n    return 0\ndef f(x):\n    return rounded(x)\n', [python('rounded', 'def rounded(x):\n    return round(x)\n')], /rounded 1\.0\.0 uses 'round' and has none, and the code has one/],
    ['the tool itself', 'def half_of(x):\n    return half_of(x)\n', [half], /the code and half_of 1\.0\.0 both have a '(?:_two|half_of)'/],
    ['all names of a module', uses('starry(x)'), [python('starry', 'from math import *\ndef starry(x):\n    return sqrt(x)\n')], /starry 1\.0\.0 imports all names/],
    ['another language', uses('half_of(x)'), [toolOf('javascript', 'half_of', 'export const half_of = (x) => x / 2;')], /half_of 1\.0\.0 is written in javascript/],
    ['what does not parse', 'def f(:', [half], /the code does not parse/i],
  ])('%s', async (_title, code, tools, message) => {
    await expect(link(code, tools, 'python')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(message) });
  });

  test('two versions of one tool', async () => {
    const calling = 'def quarter_of(x):\n    return half_of(half_of(x))\n';
    const quarter = python('quarter_of', await link(calling, [half], 'python'), [half]);
    const newer = python('half_of', half.code, [], '1.0.1');
    await expect(link(uses('quarter_of(x) + half_of(x)'), [quarter, newer], 'python')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(/half_of 1\.0\.1 and half_of 1\.0\.0/) });
  });

  test('another text under the hash of a tool', async () => {
    const quarter = python('quarter_of', await link('def quarter_of(x):\n    return half_of(half_of(x))\n', [half], 'python'), [half]);
    const changed = { ...quarter, code: quarter.code.replace('return 2', 'return 4') };
    expect(await link(uses('quarter_of(x) + half_of(x)'), [quarter, half], 'python')).toContain('return 2');
    await expect(link(uses('quarter_of(x) + half_of(x)'), [changed, half], 'python')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(/Two texts of half_of 1\.0\.0/) });
  });

  test('tools that stand too deep', async () => {
    let below = python('level_0', 'def level_0(x):\n    return x\n');
    const chain = [below];
    for (let at = 1; at <= 5; at += 1) {
      const code = `def level_${at}(x):\n    return level_${at - 1}(x)\n`;
      if (at === 5) await expect(link(code, [below], 'python')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringMatching(/5 deep/) });
      else chain.push((below = python(`level_${at}`, await link(code, [below], 'python'), [below])));
    }
    expect(piecesIn(chain.at(-1)!.code).map(({ name }) => name)).toEqual(['level_0', 'level_1', 'level_2', 'level_3']);
  });
});

describe('whatever the code looks like, linking and unlinking give it back, and linking again changes nothing', () => {
  const ends = ['', '\n', '\r\n'];
  test.each<[FunctionLanguageName, string, string[][]]>([
    ['python', 'from __future__ import annotations\nimport math\n\ndef half_of(x):\n    return math.floor(x) / 2\n', [
      ['', '#!/usr/bin/env python3\n', '# made by hand\n\n'], ['', '"""A tool."""\n', '"""Two\nlines 😀."""\n\n\n'], ['', 'from __future__ import annotations\n'],
      ['', 'import os, re\n', 'from math import (\n    sqrt,\n)\n'], ['', '\n', '\n\n\n'], ['', 'X = half_of(2); Y = """\n# --- end of it ---\n"""\n'], ['def f(x):\n    return half_of(x)\n'], [...ends, '# the end'],
    ]],
    ['typescript', "import { inspect } from 'node:util';\n\nexport function half_of(x: number): number {\n  return inspect(x).length / 2;\n}\n", [
      ['', '#!/usr/bin/env node\n'], ['', '// made by hand\n\n', '/** Two\n * lines 😀 */\n'], ['', "import { inspect } from 'node:util';\n", "import {\n  format,\n} from 'node:util';\n"], ['', '\n\n'],
      ['', 'const text = `\n// --- end of it ---\n`;\n'], ['export const f = (x: number): number => half_of(x);'], [...ends, ' // the end'],
    ]],
    ['go', 'package solution\n\nimport "math"\n\nfunc half_of(x float64) float64 {\n\treturn math.Floor(x) / 2\n}\n', [
      ['', '// Größe is made by hand.\n', '/* 😀 */\n\n'], ['package solution\n', 'package solution // here\n\n'], ['', 'import "math"\n', 'import (\n\t"fmt"\n\t"strings"\n)\n'], ['', '\n\n'],
      ['', '// text is one.\nconst text = `\n// --- end of it ---\n`\n\n'], ['func f(x float64) float64 { return half_of(x) }\n'], [...ends, '// the end'],
    ]],
  ])('%s', async (language, helper, choices) => {
    const tool = toolOf(language, 'half_of', helper);
    const codes = fc.tuple(...choices.map((options) => fc.constantFrom(...options))).map((parts) => parts.join(''));
    await fc.assert(fc.asyncProperty(codes, async (code) => {
      const linked = await link(code, [tool], language);
      expect(linked).not.toBe(code);
      expect(unlinked(linked)).toBe(code);
      expect(await link(linked, [tool], language)).toBe(linked);
      expect(await link(linked, [], language)).toBe(code);
      expect(await usesIn(linked, [tool], language)).toEqual([tool]);
      const elsewhere = linked.replace(/\r?\n/g, '\r\n');
      expect(unlinked(elsewhere)).toBe(code.replace(/\r?\n/g, '\r\n'));
      expect(piecesIn(elsewhere).map(({ name }) => name)).toEqual(['half_of']);
    }), { numRuns: 40 });
  });
});
