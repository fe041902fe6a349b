import { describe, expect, it } from 'vitest';
import { outline, parse } from './symbols.ts';

const SOURCE = `import fs, { readFile as rf } from 'node:fs';
import type { T } from './t.ts';
const { join } = require('path');
export const LIMIT = 10;
export async function load(path: string, options: { deep?: boolean } = {}): Promise<string> {
  return rf(path);
}
export class Shape<T> extends Base implements I {
  #size = 1;
  constructor(readonly r: number) { super(); }
  get area(): number { return 1; }
  scale = (by: number) => { this.r; };
}
interface Point { x: number }
type Id = string | number;
const helper = (a: number) => a + 1;
export { helper };
export default function () { return 1; }
`;

describe('parse', () => {
  it('lists symbols with kinds, lines, parents and what is exported', async () => {
    const { ok, symbols, imports } = await parse('a.ts', SOURCE);
    expect(ok).toBe(true);
    expect(symbols.map((s) => [s.name, s.kind, s.fromLine, s.toLine, s.exported, s.parents.join('.')])).toEqual([
      ['LIMIT', 'constant', 4, 4, true, ''], ['load', 'function', 5, 7, true, ''], ['Shape', 'class', 8, 13, true, ''], ['constructor', 'method', 10, 10, false, 'Shape'],
      ['area', 'method', 11, 11, false, 'Shape'], ['scale', 'method', 12, 12, false, 'Shape'], ['Point', 'type', 14, 14, false, ''], ['Id', 'type', 15, 15, false, ''],
      ['helper', 'function', 16, 16, true, ''], ['default', 'function', 18, 18, true, ''],
    ]);
    expect(imports).toEqual([{ module: 'node:fs', names: ['fs', 'rf'], line: 1 }, { module: './t.ts', names: ['T'], line: 2 }, { module: 'path', names: ['join'], line: 3 }]);
  });

  it('knows what CommonJS exports', async () => {
    const { symbols } = await parse('a.js', 'function a() {}\nfunction b() {}\nmodule.exports = { a, c: 1 };\nexports.d = function (x) {};\nmodule.exports.E = class {};\n');
    expect(symbols.map((s) => [s.name, s.kind, s.exported])).toEqual([['a', 'function', true], ['b', 'function', false], ['d', 'function', true], ['E', 'class', true]]);
  });

  it.each<[string, string, number]>([
    ['a.js', 'f();\nconst = 1;\n', 2], ['a.js', 'const a: number = 1;\n', 1], ['a.js', 'interface A {}\n', 1], ['a.ts', 'let x = <;\n', 1], ['a.mjs', 'function f( {\n', 1],
    ['a.js', 'const a = 1; const a = 2;\n', 0], ['a.jsx', 'const a = <b/>;\n', 0], ['a.js', 'const a = <b/>;\n', 0], ['a.ts', 'const a = <string>b;\n', 0], ['a.js', '#!/usr/bin/env node\nawait f();\n', 0],
    ['a.js', '', 0], ['a.cts', 'import x = require("x");\nexport = x;\n', 0], ['a.js', 'return 1;\n', 0],
  ])('syntax of %s %j: first error in line %i', async (path, source, line) => {
    const parsed = await parse(path, source);
    expect(parsed.error?.line ?? 0).toBe(line);
    expect(parsed.ok).toBe(line === 0);
  });
});

describe('outline', () => {
  it('shows signatures with line numbers and no bodies', async () => {
    expect(await outline('a.ts', SOURCE)).toBe(`1: import { fs, rf } from 'node:fs'
2: import { T } from './t.ts'
3: import { join } from 'path'
4: export const LIMIT = 10
5: export async function load(path: string, options: { deep?: boolean } = {}): Promise<string>
8: export class Shape<T> extends Base implements I
10:   constructor(readonly r: number)
11:   get area(): number
12:   scale = (by: number) =>
14: interface Point
15: type Id
16: const helper = (a: number) =>
18: export default function ()`);
  });
});
