import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../refactor/types.ts';
import { BUNDLER, changes, type Files, NODENEXT, problems, refusal } from '../sample.prop.ts';

const TS: Files = { 'package.json': '{}', 'tsconfig.json': BUNDLER };
const ESM: Files = { 'package.json': '{"type":"module"}', 'tsconfig.json': NODENEXT };
type Row = [string, Files, Operation, Record<string, string | undefined>];

describe('functions and imports', () => {
  it.each<Row>([
    ['lines become a function at the top', { ...TS, 'src/a.ts': 'export function f(a: number) {\n  const b = a + 1;\n  const c = b * 2;\n  return c;\n}\n' }, { kind: 'extract_function', path: 'src/a.ts', fromLine: 2, toLine: 3, name: 'doubled' },
      { 'src/a.ts': 'export function f(a: number) {\n  const c = doubled(a);\n  return c;\n}\n\nfunction doubled(a: number) {\n  const b = a + 1;\n  const c = b * 2;\n  return c;\n}\n' }],
    ['an expression becomes a function', { ...TS, 'src/a.ts': 'export const f = (a: number) => a * a + 1;\n' }, { kind: 'extract_function', path: 'src/a.ts', fromLine: 1, toLine: 1, fromColumn: 33, toColumn: 38, name: 'square' }, { 'src/a.ts': 'export const f = (a: number) => square(a) + 1;\n\nfunction square(a: number) {\n  return a * a;\n}\n' }],
    ['a function is put where it is called', { ...TS, 'src/a.ts': "import { k } from './k';\n\nexport const scaled = (x: number, y = 1): number => x * k + y;\nexport const z = 3;\n", 'src/k.ts': 'export const k = 2;\n', 'src/b.ts': "import { scaled, z } from './a';\n\nexport const r = scaled(z + 1) * 2;\n" }, { kind: 'inline_function', path: 'src/a.ts', symbol: 'scaled' },
      { 'src/a.ts': 'export const z = 3;\n', 'src/b.ts': "import { z } from './a';\nimport { k } from './k';\n\nexport const r = ((z + 1) * k + 1) * 2;\n" }],
    ['parameters are dropped, added and put in order', { ...TS, 'src/a.ts': 'export function f(a: number, unused: string, c: number) {\n  return a - c;\n}\n', 'src/b.ts': "import { f } from './a';\nexport const x = [f(1, 'x', 2), f(3, 'y', 4)];\n" }, { kind: 'change_signature', path: 'src/a.ts', symbol: 'f', drop: ['unused'], add: [{ name: 'unit', type: 'string', value: "'m'" }], order: ['c', 'unit', 'a'] },
      { 'src/a.ts': 'export function f(c: number, unit: string, a: number) {\n  return a - c;\n}\n', 'src/b.ts': "import { f } from './a';\nexport const x = [f(2, 'm', 1), f(4, 'm', 3)];\n" }],
    ['a default leaves calls as they are', { ...TS, 'src/a.ts': 'export class A {\n  go(a: number) {\n    return a;\n  }\n}\nnew A().go(1);\n' }, { kind: 'change_signature', path: 'src/a.ts', symbol: 'A.go', add: [{ name: 'fast', type: 'boolean', default: 'false' }] }, { 'src/a.ts': 'export class A {\n  go(a: number, fast: boolean = false) {\n    return a;\n  }\n}\nnew A().go(1);\n' }],
    ['what is unused goes, effects stay', { ...TS, 'src/a.ts': "import { a, b } from './b';\nimport './b';\n\nconst never = 1;\nconst effect = a();\nfunction helper() {\n  return inner();\n}\nfunction inner() {\n  return 1;\n}\nexport const x = 1;\n", 'src/b.ts': 'export const a = () => 1;\nexport const b = 2;\n' }, { kind: 'remove_unused' }, { 'src/a.ts': "import { a } from './b';\nimport './b';\n\nconst effect = a();\nexport const x = 1;\n" }],
    ['imports of what was moved by hand are repaired', { ...ESM, 'src/deep/area.ts': "import { PI } from './consts.js';\nexport const area = PI;\n", 'src/consts.ts': 'export const PI = 3;\n', 'src/b.ts': "import { area } from './area.js';\nimport { PI, area as a2 } from './consts.js';\nexport const x = [area, PI, a2];\n" }, { kind: 'update_imports' },
      { 'src/deep/area.ts': "import { PI } from '../consts.js';\nexport const area = PI;\n", 'src/b.ts': "import { area, area as a2 } from './deep/area.js';\nimport { PI } from './consts.js';\nexport const x = [area, PI, a2];\n" }],
    ['what is said to have moved decides', { ...ESM, 'src/x/a.ts': 'export const a = 1;\n', 'src/y/a.ts': 'export const a = 2;\n', 'src/b.ts': "import { a } from './old/a.js';\nexport { a };\n" }, { kind: 'update_imports', moved: [{ from: 'src/old', to: 'src/y' }] }, { 'src/b.ts': "import { a } from './y/a.js';\nexport { a };\n" }],
  ])('%s', (_, files, operation, expected) => {
    expect(changes(files, operation)).toEqual(expected);
  });

  it.each<[string, Files, Operation, string]>([
    ['half a statement is extracted', { ...TS, 'src/a.ts': 'export const f = (a: number) =>\n  a * a + 1;\n' }, { kind: 'extract_function', path: 'src/a.ts', fromLine: 1, toLine: 1, name: 'g' }, 'unsupported'],
    ['the name of an extracted function is taken', { ...TS, 'src/a.ts': 'export const g = 1;\nexport const f = (a: number) => a * a;\n' }, { kind: 'extract_function', path: 'src/a.ts', fromLine: 2, toLine: 2, fromColumn: 33, toColumn: 38, name: 'g' }, 'name_clash'],
    ['an inlined function is passed on', { ...TS, 'src/a.ts': 'const f = (x: number) => x;\nexport const y = [1].map(f);\n' }, { kind: 'inline_function', path: 'src/a.ts', symbol: 'f' }, 'dynamic_use'],
    ['an inlined argument would be computed twice', { ...TS, 'src/a.ts': 'declare function g(): number;\nconst f = (x: number) => x * x;\nexport const y = f(g());\n' }, { kind: 'inline_function', path: 'src/a.ts', symbol: 'f' }, 'behaviour'],
    ['a name in the body means something else at the call', { ...TS, 'src/a.ts': 'const k = 1;\nconst f = (x: number) => x * k;\nexport const y = (k: number) => f(2) + k;\n' }, { kind: 'inline_function', path: 'src/a.ts', symbol: 'f' }, 'name_clash'],
    ['a dropped parameter is used', { ...TS, 'src/a.ts': 'export const f = (x: number) => x;\n' }, { kind: 'change_signature', path: 'src/a.ts', symbol: 'f', drop: ['x'] }, 'behaviour'],
    ['a call spreads what is reordered', { ...TS, 'src/a.ts': 'export const f = (x: number, y: number) => x - y;\nconst p: [number, number] = [1, 2];\nf(...p);\n' }, { kind: 'change_signature', path: 'src/a.ts', symbol: 'f', order: ['y', 'x'] }, 'dynamic_use'],
    ['a reordered function is passed on', { ...TS, 'src/a.ts': 'export const f = (x: number, y: number) => x - y;\nexport const s = [1].sort(f);\n' }, { kind: 'change_signature', path: 'src/a.ts', symbol: 'f', order: ['y', 'x'] }, 'dynamic_use'],
    ['module.exports hands a reordered function to another file', { 'package.json': '{}', 'a.js': 'function plus(a, b) {\n  return a - b;\n}\nmodule.exports = { plus };\n', 'b.js': "const u = require('./a');\nconsole.log(u.plus(3, 1));\n" }, { kind: 'change_signature', path: 'a.js', symbol: 'plus', order: ['b', 'a'] }, 'dynamic_use'],
    ['module.exports hands an inlined function to another file', { 'package.json': '{}', 'a.js': 'function twice(a) {\n  return a + a;\n}\nmodule.exports = { twice };\n', 'b.js': "const u = require('./a');\nconsole.log(u.twice(3));\n" }, { kind: 'inline_function', path: 'a.js', symbol: 'twice' }, 'dynamic_use'],
    ['a dropped argument does something', { ...TS, 'src/a.ts': 'declare function g(): number;\nexport const f = (x: number, y: number) => x;\nf(1, g());\n' }, { kind: 'change_signature', path: 'src/a.ts', symbol: 'f', drop: ['y'] }, 'behaviour'],
  ])('are refused where %s', (_, files, operation, reason) => {
    expect(refusal(files, operation)).toBe(reason);
  });

  it('are not held back by a new parameter that nothing uses yet', () => {
    expect(problems({ ...TS, 'src/a.ts': 'export function f(a: number, c = 5): number {\n  return a;\n}\n' }, ['src/a.ts'])).toEqual([]);
  });

  it('are linted: unknown names and modules, unused imports; types need a tsconfig.json', () => {
    const files = { ...TS, 'src/a.ts': "import { b } from './b';\nimport { c } from './nix';\nexport const x = c + y;\n", 'src/b.ts': 'export const b = 1;\n' };
    expect(problems(files, ['src/a.ts'])?.map((p) => `${p.line} ${p.code}`)).toEqual(['2 TS2307', '3 TS2304', '1 TS6133']);
    expect(problems(files)?.map((p) => p.code)).toEqual(['TS2307', 'TS2304']);
    expect(problems({ 'a.js': 'nix();\n' })).toBeUndefined();
  });
});
