import { describe, expect, it } from 'vitest';
import { unpackCalls, unpackCounts } from './packed.ts';
import { readFacts } from './read.ts';
import type { ImportFact } from './types.ts';

const imports = async (path: string, source: string) => (await readFacts(path, source)).imports.map(({ module, names, kind }: ImportFact) => `${kind} ${module}: ${names.map(({ imported, local }) => (imported === local ? local : `${imported} as ${local}`)).join(', ')}`);
const symbols = async (path: string, source: string) => (await readFacts(path, source)).symbols.map(({ kind, parents, name, fromLine, toLine }) => `${kind} ${[...parents, name].join('.')} ${fromLine}-${toLine}`);
const signatures = async (path: string, source: string) => (await readFacts(path, source)).symbols.map((s) => s.signature);
const calls = async (path: string, source: string) => unpackCalls((await readFacts(path, source)).calls).map(({ on, name, from, count }) => `${from}: ${on ? `${on}.` : ''}${name}${count > 1 ? ` ×${count}` : ''}`);

describe('imports', () => {
  it.each([
    ['a.py', 'import os', ['import os: * as os']],
    ['a.py', 'import a.b, c as d', ['import a.b: * as a.b', 'import c: * as d']],
    ['a.py', 'from a import b as c, d', ['import a: b as c, d']],
    ['a.py', 'from . import x', ['import .: x']],
    ['a.py', 'from ..a.b import (  # why\n    x,\n    y as z,\n)', ['import ..a.b: x, y as z']],
    ['a.py', 'from a import *', ['star a: * as ']],
    ['a.py', 'from __future__ import annotations', ['import __future__: annotations']],
    ['a.py', 'from a import \\\n  b', ['import a: b']],
    ['a.py', 'def f():\n    import a.b\n', ['import a.b: * as a.b']],
    ['a.py', 'try:\n    import a\nexcept ImportError:\n    a = None\n', ['import a: * as a']],
    ['a.go', 'package a\nimport "fmt"\n', ['import fmt: * as fmt']],
    ['a.go', 'package a\nimport (\n\tx "e.com/m/y"\n\t. "e.com/m/dot"\n\t_ "e.com/m/side"\n\t"e.com/m/pkg/v2"\n\t"gopkg.in/yaml.v3"\n)\n', ['import e.com/m/y: * as x', 'star e.com/m/dot: * as ', 'import e.com/m/side: * as ', 'import e.com/m/pkg/v2: * as pkg', 'import gopkg.in/yaml.v3: * as yaml']],
    ['a.ts', "import a, { type b, c as d } from './x.js';", ['import ./x.js: default as a, b, c as d']],
    ['a.ts', "import * as n from 'n'; import 'side';", ['import n: * as n', 'import side: ']],
    ['a.ts', "import type { T } from './t';", ['type ./t: T']],
    ['a.ts', "export * from './a'; export * as n from './b'; export { x as y, z } from './c';", ['reexport ./a: * as ', 'reexport ./b: * as n', 'reexport ./c: x as y, z']],
    ['a.ts', "import fs = require('fs'); let t: import('./types').T;", ['import fs: * as fs', 'type ./types: T as ']],
    ['a.mjs', "const m = await import('./m.js'); const { q: r } = await import('./n.js');", ['dynamic ./m.js: * as m', 'dynamic ./n.js: q as r']],
    ['a.cjs', "const a = require('a'), { b } = require('./b'), c = require('./c').d; require('./e');", ['import a: * as a', 'import ./b: b', 'import ./c: d as c', 'import ./e: ']],
  ])('of %s: %j', async (path, source, expected) => {
    expect(await imports(path, source)).toEqual(expected);
  });
});

describe('symbols', () => {
  it.each([
    ['nested functions, methods and classes of Python', 'a.py', 'class A:\n    def f(self):\n        def g():\n            pass\n    class B:\n        async def h(self): ...\nX = 1\n', ['class A 1-6', 'method A.f 2-4', 'function A.f.g 3-4', 'class A.B 5-6', 'method A.B.h 6-6', 'constant X 7-7']],
    ['decorated ones from their first decorator on', 'a.py', '@a\n@b.c(1)\ndef f():\n    pass\n', ['function f 1-4']],
    ['overloads of Python', 'a.py', '@overload\ndef f(a: int) -> int: ...\n@overload\ndef f(a: str) -> str: ...\ndef f(a):\n    return a\n', ['function f 1-2', 'function f 3-4', 'function f 5-6']],
    ['syntax newer than the installed Python', 'a.py', 'type P[T] = list[T]\ndef f[T: int](x: T) -> T:\n    match x:\n        case 1: return f"{x!r:>{10}}"\nclass A[T](B): ...\n', ['type P 1-1', 'function f 2-4', 'class A 5-5']],
    ['receivers, generics and interfaces of Go', 'a.go', 'package a\n\ntype S[T any] struct {\n\ta T\n}\n\nfunc (s *S[T]) M(x int) error {\n\treturn nil\n}\n\nfunc (S[T]) N() {}\n\ntype I interface {\n\tM(int) error\n}\n\nfunc F[K comparable](k K) K { return k }\n', ['type S 3-5', 'method S.M 7-9', 'method S.N 11-11', 'type I 13-15', 'method I.M 14-14', 'function F 17-17']],
    ['constants and variables of Go', 'a.go', 'package a\n\nconst A, B = 1, 2\n\nvar (\n\tC = 3\n\td int\n)\n\nfunc f() { const inner = 1; _ = inner }\n', ['constant A 3-3', 'constant B 3-3', 'constant C 6-6', 'constant d 7-7', 'function f 10-10']],
    ['JSX, arrows and classes of TypeScript', 'a.tsx', 'export const F = <T,>(p: T) => <div>{p}</div>;\nexport default class K<T> extends L {\n  get x() { return 1; }\n  y = () => 2;\n}\ninterface I { a: 1 }\nenum E { A }\n', ['function F 1-1', 'class K 2-5', 'method K.x 3-3', 'method K.y 4-4', 'type I 6-6', 'type E 7-7']],
    ['overloads of TypeScript', 'a.ts', 'function f(a: string): void;\nfunction f(a: number): void;\nfunction f(a: unknown) {}\n', ['function f 1-1', 'function f 2-2', 'function f 3-3']],
    ['what CommonJS exports', 'a.js', 'exports.f = function () {};\nmodule.exports.g = () => 1;\n', ['function f 1-1', 'function g 2-2']],
  ])('are %s', async (_what, path, source, expected) => {
    expect(await symbols(path, source)).toEqual(expected);
  });

  it.each([
    ['a.py', 'class A(B, metaclass=M):\n    async def f(\n        self,  # it\n        a: int = g(1),\n    ) -> dict[str, int]:\n        return {}\n', ['class A(B, metaclass=M)', 'async def f( self, a: int = g(1), ) -> dict[str, int]']],
    ['a.go', 'package a\n\nfunc (s *S) F(a, b int) (int, error) {\n\treturn 0, nil\n}\n', ['func (s *S) F(a, b int) (int, error)']],
    ['a.ts', 'export async function f<T extends X>(a: T): Promise<T> {\n  return a;\n}\n', ['export async function f<T extends X>(a: T): Promise<T>']],
  ])('of %s have signatures without bodies', async (path, source, expected) => {
    expect(await signatures(path, source)).toEqual(expected);
  });

  it('know their docs, decorators and bases', async () => {
    const [python] = (await readFacts('a.py', '@d.e\nclass A(b.C, Generic[T], D):\n    # not this\n    r"""First line.\n\n    More.\n    """\n')).symbols;
    expect(python).toMatchObject({ doc: 'First line.', decorators: ['d.e'], bases: ['b.C', 'Generic', 'D'] });
    const [script] = (await readFacts('a.ts', '/**\n * First line.\n * More.\n */\n@D() export class A extends B implements C {}\n')).symbols;
    expect(script).toMatchObject({ doc: 'First line.', decorators: ['D'], bases: ['B', 'C'] });
    const [go] = (await readFacts('a.go', 'package a\n\n// F does it.\n// More.\nfunc (r *R) F() {}\n')).symbols;
    expect(go).toMatchObject({ doc: 'F does it.', bases: ['R'], receiver: 'r' });
  });
});

describe('a broken file', () => {
  it.each([
    ['a.py', 'import os\nclass A:\n    def f(self:\n        return 1\n\n    def g(self):\n        return 2\n\ndef h(:\n    pass\nfrom a import (\n  b,\n)\n', ['class A 1', 'method A.f 2', 'method A.g 2', 'function h 1'], ['os', 'a']],
    ['a.go', 'package a\nimport (\n\t"fmt"\n)\nfunc F( {\n}\ntype T struct {\n\nfunc (t *T) M() {\n}\n', ['function F', 'type T', 'method T.M'], ['fmt']],
    ['a.ts', "import { a } from './a';\nfunction f( {\nclass B { g() {} }\n", ['function f'], ['./a']],
  ])('%s still gives what its lines show', async (path, source, names, modules) => {
    const facts = await readFacts(path, source);
    expect(facts.ok).toBe(false);
    const got = facts.symbols.map(({ kind, parents, name }) => `${kind} ${[...parents, name].join('.')}`);
    for (const name of names) expect(got).toContain(name.replace(/ \d$/, ''));
    expect(facts.imports.map((i) => i.module)).toEqual(modules);
  });

  it.each([['binary.py', '\0\u0001\uFFFD'], ['empty.go', ''], ['deep.py', `${'('.repeat(5_000)}${')'.repeat(5_000)}`], ['deep.ts', `x = ${'['.repeat(20_000)}`]])('%s does not stop the reading', async (path, source) => {
    expect((await readFacts(path, source)).symbols).toEqual([]);
  });
});

describe('calls', () => {
  it.each([
    ['a.py', 'def f():\n    self.g(); a.b.c(); h(h(1)); x[0].y(); "s".join([])\nf()\n', ['0: self.g', '0: a.b.c', '0: h ×2', '0: ?.y', '0: ?.join', '-1: f']],
    ['a.go', 'package a\nfunc F(s S) {\n\ts.M()\n\tfmt.Println(G[int](1))\n\tdefer H()\n}\n', ['0: s.M', '0: fmt.Println', '0: G', '0: H']],
    ['a.tsx', 'function f() { this.g(); new K(); a?.b(); tag`x`; return <Comp x={h()} />; }\n', ['0: this.g', '0: K', '0: a.b', '0: tag', '0: Comp', '0: h']],
  ])('of %s are counted by what they are called on and from where', async (path, source, expected) => {
    expect(await calls(path, source)).toEqual(expected);
  });
});

describe('mentions', () => {
  it.each([
    ['a.py', 'x_name = "not_this"  # nor_this\nprint(other, obj.attr, f"""no {nope}""")\n', [['x_name', 1], ['print', 1], ['other', 1], ['obj', 1], ['.attr', 1]]],
    ['a.go', 'package aa\n// no\nvar vv = `no` + "no" + pkg.Name\n', [['aa', 1], ['vv', 1], ['pkg', 1], ['.Name', 1]]],
    ['a.js', 'const own = other.attr; other(); // no\n', [['other', 2], ['.attr', 1]]],
  ])('of %s leave comments and strings out', async (path, source, expected) => {
    expect(unpackCounts((await readFacts(path, source)).mentions)).toEqual(expected);
  });

  it('hold names that objects have of themselves', async () => {
    expect(unpackCounts((await readFacts('a.py', 'constructor(__proto__, toString)\n')).mentions)).toEqual([['constructor', 1], ['__proto__', 1], ['toString', 1]]);
  });
});
