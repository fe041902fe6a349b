import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../refactor/types.ts';
import { after, BUNDLER, changes, computed, type Files, NODENEXT, problems, refusal } from '../sample.prop.ts';

const ESM: Files = { 'package.json': '{"type":"module"}', 'tsconfig.json': NODENEXT };
const TS: Files = { 'package.json': '{}', 'tsconfig.json': BUNDLER };
const SHAPES: Files = {
  ...ESM,
  'src/shapes.ts': "// Licence\n\nimport { read, type Reader } from './io.js';\n\nconst PI = 3;\n\n/** Of a circle. */\nexport function area(r: number): number {\n  return PI * r * r;\n}\n\nexport function perimeter(r: number): number {\n  return area(r) / r;\n}\n\nexport interface Shape { r: number }\nexport type Load = Reader;\nexport const load = (): string => read('x');\n",
  'src/io.ts': 'export interface Reader { x: string }\nexport function read(x: string): string {\n  return x;\n}\n',
  'src/index.ts': "export * from './shapes.js';\n",
  'src/app.ts': "import * as s from './shapes.js';\nimport { area, perimeter, type Shape } from './shapes.js';\n\nexport const total = (x: Shape): number => area(x.r) + perimeter(x.r) + s.area(1) + s.perimeter(2);\nexport const later = async () => (await import('./shapes.js')).area(1);\nexport const both = async () => {\n  const { area: a, load } = await import('./shapes.js');\n  return [a, load];\n};\n",
};
const move = (from: string, symbols: string[], to: string, keepOld?: boolean): Operation => ({ kind: 'move_symbols', from, symbols, to, ...(keepOld && { keepOld }) });

describe('symbols that move', () => {
  it('take private helpers along; barrels, namespaces and dynamic imports follow', () => {
    expect(changes(SHAPES, move('src/shapes.ts', ['area'], 'src/area.ts'))).toEqual({
      'src/area.ts': 'const PI = 3;\n\n/** Of a circle. */\nexport function area(r: number): number {\n  return PI * r * r;\n}\n',
      'src/shapes.ts': "// Licence\n\nimport { read, type Reader } from './io.js';\nimport { area } from './area.js';\n\nexport function perimeter(r: number): number {\n  return area(r) / r;\n}\n\nexport interface Shape { r: number }\nexport type Load = Reader;\nexport const load = (): string => read('x');\n",
      'src/index.ts': "export * from './shapes.js';\nexport { area } from './area.js';\n",
      'src/app.ts': "import * as s from './shapes.js';\nimport { perimeter, type Shape } from './shapes.js';\nimport { area } from './area.js';\n\nexport const total = (x: Shape): number => area(x.r) + perimeter(x.r) + area(1) + s.perimeter(2);\nexport const later = async () => (await import('./area.js')).area(1);\nexport const both = async () => {\n  const { load } = await import('./shapes.js'), { area: a } = await import('./area.js');\n  return [a, load];\n};\n",
    });
    expect(computed(SHAPES, move('src/shapes.ts', ['area'], 'src/area.ts')).notes.map((n) => n.text)).toEqual(['PI: nothing else uses it']);
  });

  it('become the own names of a module that imports them', () => {
    const files = { ...TS, 'src/a.ts': 'export const one = 1;\nexport const two = 2;\n', 'src/b.ts': "import { one as uno, two } from './a';\n\nexport const three = uno + two;\nexport const o = { uno };\n" };
    expect(changes(files, move('src/a.ts', ['one'], 'src/b.ts'))).toEqual({ 'src/a.ts': 'export const two = 2;\n', 'src/b.ts': "import { two } from './a';\n\nexport const one = 1;\n\nexport const three = one + two;\nexport const o = { uno: one };\n" });
  });

  it.each<[string, Files, Operation]>([
    ['types to a file that has what they need', SHAPES, move('src/shapes.ts', ['load', 'Load'], 'src/io.ts')],
    ['all of a module', SHAPES, move('src/shapes.ts', ['area', 'perimeter', 'Shape', 'Load', 'load'], 'src/all.ts')],
    ['with a re-export left behind', SHAPES, move('src/shapes.ts', ['Shape', 'area'], 'src/deep/shape.ts', true)],
    ['a split in three', SHAPES, { kind: 'split_module', path: 'src/shapes.ts', parts: [{ to: 'src/a.ts', symbols: ['area'] }, { to: 'src/p.ts', symbols: ['perimeter'] }, { to: 'src/l.ts', symbols: ['load', 'Load'] }] }],
    ['a merge of all', SHAPES, { kind: 'merge_modules', from: ['src/io.ts', 'src/shapes.ts'], into: 'src/one.ts' }],
    ['a merge into one of them, the other kept', SHAPES, { kind: 'merge_modules', from: ['src/io.ts', 'src/shapes.ts'], into: 'src/shapes.ts', keepOld: true }],
    ['overloads, merged declarations and an enum', { ...TS, 'src/a.ts': 'export function f(x: string): string;\nexport function f(x: number): number;\nexport function f(x: any) {\n  return x;\n}\nexport class C {}\nexport interface C { a: number }\nexport namespace C { export const z = 1; }\nexport enum E { A }\nexport const left = 1;\n', 'src/b.ts': "import { C, E, f, left } from './a';\nexport const x = [f('a'), C.z, E.A, left] as const;\nexport type X = C;\n" }, move('src/a.ts', ['f', 'C', 'E'], 'src/c.ts')],
    ['a default export', { ...TS, 'src/a.ts': 'export default function area() {\n  return 1;\n}\nexport const b = 2;\n', 'src/c.ts': "import size, { b } from './a';\nexport const x = size() + b;\n", 'src/d.ts': 'export const d = 1;\n' }, move('src/a.ts', ['area'], 'src/d.ts')],
    ['export lists', { ...TS, 'src/a.ts': 'const x = 1, y = 2;\nfunction z() {\n  return y;\n}\nexport { x, y as why, z };\n', 'src/c.ts': "import { why, x, z } from './a';\nexport const all = [why, x, z];\n" }, move('src/a.ts', ['x', 'z'], 'src/b.ts')],
  ])('hold by their types: %s', (_, files, operation) => {
    expect(problems(files)).toEqual([]);
    expect(changes(files, operation)).not.toEqual({});
    expect(problems(after(files, operation))).toEqual([]);
  });

  it('follow in CommonJS', () => {
    const files = { 'package.json': '{}', 'a.js': "'use strict';\nconst fs = require('fs');\n\nfunction one() {\n  return fs;\n}\nfunction two() {\n  return 2;\n}\n\nmodule.exports = { one, two };\n", 'b.js': "const { one, two } = require('./a');\nconst a = require('./a');\none(two, a.one(), a.two());\n" };
    expect(changes(files, move('a.js', ['one'], 'lib/c.js'))).toEqual({
      'a.js': "'use strict';\n\nfunction two() {\n  return 2;\n}\n\nmodule.exports = { two };\n",
      'b.js': "const { two } = require('./a'), { one } = require('./lib/c');\nconst a = require('./a');\nconst { one: aOne } = require('./lib/c');\none(two, aOne(), a.two());\n",
      'lib/c.js': "'use strict';\nconst fs = require('fs');\n\nfunction one() {\n  return fs;\n}\n\nexports.one = one;\n",
    });
  });

  it.each<[string, Files, Operation, string]>([
    ['the modules would import each other', { ...TS, 'src/a.ts': 'export const base = () => 1;\nexport const f = () => base();\nexport const g = () => f();\n' }, move('src/a.ts', ['f'], 'src/b.ts'), 'import_cycle'],
    ['the name is taken there', { ...TS, 'src/a.ts': 'export const f = 1;\n', 'src/b.ts': 'const f = 2;\nexport const g = f;\n' }, move('src/a.ts', ['f'], 'src/b.ts'), 'name_clash'],
    ['the module is used as a whole', { ...TS, 'src/a.ts': 'export const f = 1;\nexport const g = 1;\n', 'src/b.ts': "import * as a from './a';\nexport const all = { ...a };\n" }, move('src/a.ts', ['f'], 'src/c.ts'), 'dynamic_use'],
    ['a test mocks it', { ...TS, 'src/a.ts': 'export const f = 1;\nexport const g = 1;\n', 'src/a.test.ts': "vi.mock('./a', () => ({ f: 2 }));\n" }, move('src/a.ts', ['f'], 'src/c.ts'), 'dynamic_use'],
    ['it is written to from the old place', { ...TS, 'src/a.ts': 'export let n = 1;\nexport const add = () => { n += 1; };\n' }, move('src/a.ts', ['n'], 'src/c.ts'), 'behaviour'],
    ['there is no such symbol', { ...TS, 'src/a.ts': 'export const f = 1;\n' }, move('src/a.ts', ['nix'], 'src/c.ts'), 'not_found'],
    ['merged modules mean different things by a name', { ...TS, 'src/a.ts': 'const x = 1;\nexport const a = x;\n', 'src/b.ts': 'const x = 2;\nexport const b = x;\n' }, { kind: 'merge_modules', from: ['src/a.ts', 'src/b.ts'], into: 'src/c.ts' }, 'name_clash'],
    ['two merged modules have a default export', { ...TS, 'src/a.ts': 'export default 1;\n', 'src/b.ts': 'export default 2;\n' }, { kind: 'merge_modules', from: ['src/a.ts', 'src/b.ts'], into: 'src/c.ts' }, 'name_clash'],
  ])('are refused where %s', (_, files, operation, reason) => {
    expect(refusal(files, operation)).toBe(reason);
  });

  const statements = (text: string): string[] => text.split(/\n(?=export )/).map((s) => s.trim()).toSorted();

  it.each(['one', 'two', 'three'])('there and back: %s, the same statements up to their order', (symbol) => {
    const files = { ...TS, 'src/a.ts': 'export const one = () => 1;\nexport const two = (): number => 2;\nexport function three() {\n  return 3;\n}\n', 'src/b.ts': "import { one, two, three } from './a';\n\nexport const all = [one, two, three];\n" };
    const back = after(after(files, move('src/a.ts', [symbol], 'src/c.ts')), move('src/c.ts', [symbol], 'src/a.ts'));
    expect(statements(back['src/a.ts']!)).toEqual(statements(files['src/a.ts']));
    expect(problems(back)).toEqual([]);
  });

  it('split and merged again, the statements are the same up to their order', () => {
    const files = { ...TS, 'src/a.ts': 'export const one = 1;\nexport const two = 2;\nexport const three = 3;\n', 'src/b.ts': "import { one, two, three } from './a';\n\nexport const all = [one, two, three];\n" };
    const split = after(files, { kind: 'split_module', path: 'src/a.ts', parts: [{ to: 'src/x.ts', symbols: ['two'] }, { to: 'src/y.ts', symbols: ['three'] }] });
    const merged = after(split, { kind: 'merge_modules', from: ['src/x.ts', 'src/y.ts'], into: 'src/a.ts' });
    expect(statements(merged['src/a.ts']!)).toEqual(statements(files['src/a.ts']));
    expect(merged['src/b.ts']).toBe("import { one, two, three } from './a';\n\nexport const all = [one, two, three];\n");
  });
});
