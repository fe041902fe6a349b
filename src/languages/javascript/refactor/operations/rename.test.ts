import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import type { Rename } from '../../../refactor/types.ts';
import { after, BUNDLER, changes, computed, type Files, NODENEXT, problems, refusal } from '../sample.prop.ts';

const ESM: Files = { 'package.json': '{"type":"module"}', 'tsconfig.json': NODENEXT };
const TS: Files = { 'package.json': '{}', 'tsconfig.json': BUNDLER };
const JS: Files = { 'package.json': '{}' };
type Row = [string, Files, Omit<Rename, 'kind'>, Files];

describe('a rename', () => {
  it.each<Row>([
    ['follows imports, barrels, namespaces and shorthands', { ...ESM, 'src/a.ts': 'export function area(r: number) { return r; }\n', 'src/index.ts': "export { area } from './a.js';\nexport { area as old } from './a.js';\n", 'src/c.ts': "import { area } from './index.js';\nimport * as m from './a.js';\nimport { area as b } from './a.js';\nexport const o = { area, x: m.area(1), b };\n" },
      { symbol: 'area', to: 'surface' }, { 'src/a.ts': 'export function surface(r: number) { return r; }\n', 'src/index.ts': "export { surface } from './a.js';\nexport { surface as old } from './a.js';\n", 'src/c.ts': "import { surface } from './index.js';\nimport * as m from './a.js';\nimport { surface as b } from './a.js';\nexport const o = { area: surface, x: m.surface(1), b };\n" }],
    ['keeps local names that patterns bind', { ...TS, 'src/a.ts': "interface S { radius: number }\nexport const f = ({ radius }: S) => radius * 2;\nexport const g = (s: S) => { const { radius: r } = s; return { radius: r } satisfies S; };\nexport const h = (s: S) => s['radius'];\n" },
      { symbol: 'S.radius', to: 'r0' }, { 'src/a.ts': "interface S { r0: number }\nexport const f = ({ r0: radius }: S) => radius * 2;\nexport const g = (s: S) => { const { r0: r } = s; return { r0: r } satisfies S; };\nexport const h = (s: S) => s['r0'];\n" }],
    ['takes a parameter', { ...TS, 'src/a.ts': 'export function f(size: number) { return { size }; }\nexport const size = 1;\n' }, { symbol: 'f', parameter: 'size', to: 'n' }, { 'src/a.ts': 'export function f(n: number) { return { size: n }; }\nexport const size = 1;\n' }],
    ['takes methods with what overrides them', { ...TS, 'src/a.ts': 'export class A { go() { return 1; } }\nexport class B extends A { override go() { return super.go(); } }\nnew B().go();\n' }, { symbol: 'A.go', to: 'run' }, { 'src/a.ts': 'export class A { run() { return 1; } }\nexport class B extends A { override run() { return super.run(); } }\nnew B().run();\n' }],
    ['takes members of enums and private names', { ...TS, 'src/a.ts': 'export enum E { One, Two }\nexport class K { #x = E.One; get() { return this.#x; } }\n' }, { symbol: 'K.x', to: 'y' }, { 'src/a.ts': 'export enum E { One, Two }\nexport class K { #y = E.One; get() { return this.#y; } }\n' }],
    ['follows require and module.exports', { ...JS, 'a.js': 'function area() {}\nmodule.exports = { area };\n', 'b.js': "const { area } = require('./a');\nconst a = require('./a');\narea(a.area);\n" }, { symbol: 'area', path: 'a.js', to: 'size' }, { 'a.js': 'function size() {}\nmodule.exports = { size };\n', 'b.js': "const { size } = require('./a');\nconst a = require('./a');\nsize(a.size);\n" }],
    ['leaves a default import its own name', { ...ESM, 'src/a.ts': 'export default function area() {}\n', 'src/b.ts': "import size from './a.js';\nsize();\n" }, { symbol: 'area', to: 'surface' }, { 'src/a.ts': 'export default function surface() {}\n' }],
    ['takes names in JSX', { ...TS, 'src/a.tsx': 'declare namespace JSX { interface IntrinsicElements { b: object } }\nexport const Box = () => <b />;\nexport const x = <Box></Box>;\n' }, { symbol: 'Box', to: 'Frame' }, { 'src/a.tsx': 'declare namespace JSX { interface IntrinsicElements { b: object } }\nexport const Frame = () => <b />;\nexport const x = <Frame></Frame>;\n' }],
    ['leaves the old name on request', { ...TS, 'src/a.ts': 'export const one = 1;\n' }, { symbol: 'one', to: 'uno', keepOld: true }, { 'src/a.ts': 'export const uno = 1;\n\n/** @deprecated Use {@link uno}. */\nexport { uno as one };\n' }],
    ['keeps CRLF and a byte order mark', { ...TS, 'src/a.ts': '\uFEFFexport const one = 1;\r\nexport const two = one;\r\n' }, { symbol: 'one', to: 'uno' }, { 'src/a.ts': '\uFEFFexport const uno = 1;\r\nexport const two = uno;\r\n' }],
  ])('%s', (_, files, operation, expected) => {
    expect(changes(files, { kind: 'rename', ...operation })).toEqual(expected);
  });

  it.each<[string, Files, Omit<Rename, 'kind'>, string]>([
    ['the name is declared beside it', { ...TS, 'src/a.ts': 'export const a = 1;\nexport const b = a;\n' }, { symbol: 'a', to: 'b' }, 'name_clash'],
    ['an inner scope has the name', { ...TS, 'src/a.ts': 'export const a = 1;\nexport const f = (b: number) => a + b;\n' }, { symbol: 'a', to: 'b' }, 'name_clash'],
    ['an importing file has the name', { ...TS, 'src/a.ts': 'export const a = 1;\n', 'src/b.ts': "import { a } from './a';\nexport const f = (b: number) => a + b;\n" }, { symbol: 'a', to: 'b' }, 'name_clash'],
    ['two files declare it', { ...TS, 'src/a.ts': 'export const a = 1;\n', 'src/b.ts': 'export const a = 1;\n' }, { symbol: 'a', to: 'b' }, 'ambiguous'],
    ['nothing declares it', { ...TS, 'src/a.ts': 'export const a = 1;\n' }, { symbol: 'nix', to: 'b' }, 'not_found'],
    ['the new name is a word of the language', { ...TS, 'src/a.ts': 'export const a = 1;\n' }, { symbol: 'a', to: 'class' }, 'unsupported'],
    ['the file does not parse', { ...TS, 'src/a.ts': 'export const a = 1;\nexport const = ;\n' }, { symbol: 'a', to: 'b' }, 'broken_file'],
    ['another type has to look alike', { ...TS, 'src/a.ts': 'interface S { r: number }\nclass C { r = 1 }\nexport const s: S = new C();\n' }, { symbol: 'C.r', to: 'q' }, 'behaviour'],
  ])('is refused where %s', (_, files, operation, reason) => {
    expect(refusal(files, { kind: 'rename', ...operation })).toBe(reason);
  });

  it('lists prose, comments, strings and computed names', () => {
    const { notes } = computed({ ...TS, 'README.md': 'Call area().\n', 'src/a.ts': "/** See area. */\nexport const area = 1;\nexport const s = 'area';\n" }, { kind: 'rename', symbol: 'area', to: 'size' });
    expect(notes.map((n) => `${n.path}:${n.line} ${n.kind}`)).toEqual(['README.md:1 mention', 'src/a.ts:1 mention', 'src/a.ts:3 string']);
  });

  it('there and back gives the same bytes, and types hold between', () => {
    const files = { ...ESM, 'src/a.ts': 'export interface Shape { alpha: number }\nexport const beta = (s: Shape) => s.alpha;\nexport class Gamma { alpha = 1; delta(x: number) { return { x, d: this.alpha }; } }\n', 'src/b.ts': "import { beta, Gamma as G, type Shape } from './a.js';\nconst { alpha } = new G();\nconst shape: Shape = { alpha };\nexport const all = { beta, v: beta(shape), w: new G().delta(alpha) };\n" };
    fc.assert(fc.property(fc.constantFrom('beta', 'Shape', 'Gamma', 'Gamma.delta'), fc.stringMatching(/^[a-z]{4,8}Zz$/), (symbol, to) => {
      const there = after(files, { kind: 'rename', path: 'src/a.ts', symbol, to });
      expect(problems(there)).toEqual([]);
      const renamed = symbol.includes('.') ? `Gamma.${to}` : to;
      const back = after(there, { kind: 'rename', path: 'src/a.ts', symbol: renamed, to: symbol.split('.').at(-1)! });
      // A shorthand that was written out stays written out.
      expect({ ...back, 'src/b.ts': back['src/b.ts']!.replace('beta: beta', 'beta') }).toEqual(files);
    }), { numRuns: 8 });
  });
});
