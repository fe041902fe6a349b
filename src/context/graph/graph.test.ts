import { describe, expect, it } from 'vitest';
import { readFacts } from '../facts/read.ts';
import { entryPoints } from './entry-points.ts';
import { MANIFEST, ProjectGraph } from './graph.ts';
import { testCover } from './tests.ts';
import type { ProjectFile } from './types.ts';

async function graphOf(files: Record<string, string>): Promise<ProjectGraph> {
  const read: ProjectFile[] = [];
  for (const path of Object.keys(files).toSorted()) read.push({ path, size: files[path]!.length, facts: await readFacts(path, files[path]!) });
  return new ProjectGraph(read, new Map(Object.entries(files).filter(([path]) => MANIFEST.test(path))));
}

describe('imports reach project files', () => {
  it.each([
    ['of a package, by its absolute name', { 'pkg/__init__.py': '', 'pkg/a.py': 'x = 1', 'm.py': 'from pkg.a import x' }, 'm.py', ['pkg/a.py']],
    ['of a package, as its module', { 'pkg/__init__.py': '', 'pkg/a.py': '', 'm.py': 'from pkg import a' }, 'm.py', ['pkg/a.py']],
    ['relatively', { 'pkg/__init__.py': '', 'pkg/sub/__init__.py': '', 'pkg/a.py': '', 'pkg/sub/b.py': 'from ..a import x\nfrom . import c\n', 'pkg/sub/c.py': '' }, 'pkg/sub/b.py', ['pkg/a.py', 'pkg/sub/c.py']],
    ['below src', { 'src/pkg/__init__.py': '', 'src/pkg/a.py': '', 'tests/test_a.py': 'import pkg.a' }, 'tests/test_a.py', ['src/pkg/a.py']],
    ['in namespace packages', { 'ns/a.py': '', 'm.py': 'import ns.a as a' }, 'm.py', ['ns/a.py']],
    ['beside a script', { 'tests/helpers.py': '', 'tests/test_a.py': 'import helpers' }, 'tests/test_a.py', ['tests/helpers.py']],
    ['by stubs where there is nothing else', { 'a.pyi': 'def f() -> int: ...', 'm.py': 'from a import f' }, 'm.py', ['a.pyi']],
    ['not of packages from outside', { 'm.py': 'import os, requests' }, 'm.py', []],
    ['of TypeScript by the name of what it compiles to', { 'src/a.ts': '', 'src/m.ts': "import './a.js'; import { b } from './b'", 'src/b/index.tsx': '' }, 'src/m.ts', ['src/a.ts', 'src/b/index.tsx']],
    ['by paths with comments in the settings', { 'tsconfig.json': '{ // c\n "compilerOptions": { "baseUrl": ".", "paths": { "@/*": ["src/*",], "exact": ["src/e.ts"] } } }', 'src/a.ts': '', 'src/e.ts': '', 'm.ts': "import '@/a'; import 'exact'; import 'src/a'" }, 'm.ts', ['src/a.ts', 'src/e.ts']],
    ['by imports of package.json', { 'package.json': '{"imports": {"#lib/*": "./lib/*.js"}}', 'lib/a.js': '', 'm.js': "import '#lib/a'" }, 'm.js', ['lib/a.js']],
    ['of packages of the same workspace, by their exports', { 'packages/a/package.json': '{"name": "@w/a", "exports": {".": "./dist/index.js", "./x": {"import": "./dist/x.js"}}}', 'packages/a/src/index.ts': '', 'packages/a/src/x.ts': '', 'packages/b/m.ts': "import '@w/a'; import '@w/a/x'" }, 'packages/b/m.ts', ['packages/a/src/index.ts', 'packages/a/src/x.ts']],
    ['of packages of a Go module, tests left out', { 'go.mod': 'module e.com/m\n\ngo 1.22\n', 'a/a.go': 'package a', 'a/b.go': 'package a', 'a/a_test.go': 'package a', 'main.go': 'package main\nimport "e.com/m/a"\n' }, 'main.go', ['a/a.go', 'a/b.go']],
    ['of nested Go modules by the nearest one', { 'go.mod': 'module e.com/m\n', 'sub/go.mod': 'module e.com/m/sub\n', 'sub/a/a.go': 'package a', 'main.go': 'package main\nimport "e.com/m/sub/a"\n' }, 'main.go', ['sub/a/a.go']],
  ] as [string, Record<string, string>, string, string[]][])('%s', async (_what, files, from, expected) => {
    expect((await graphOf(files)).importedFiles(from)).toEqual(expected);
  });
});

describe('calls reach symbols', () => {
  it.each([
    ['that were imported, also under another name', { 'a.py': 'def f(): pass\n', 'm.py': 'from a import f as g\ng()\n' }, 'm.py', ['a.py#f']],
    ['of a module', { 'p/__init__.py': '', 'p/a.py': 'class A:\n    def f(self): pass\n', 'm.py': 'import p.a\np.a.A()\np.a.A.f()\n' }, 'm.py', ['p/a.py#A', 'p/a.py#A.f']],
    ['through re-exports of a package', { 'p/__init__.py': 'from .a import f\n', 'p/a.py': 'def f(): pass\n', 'm.py': 'from p import f\nf()\n' }, 'm.py', ['p/a.py#f']],
    ['through star imports', { 'a.py': 'def f(): pass\n', 'b.py': 'from a import *\n', 'm.py': 'from b import f\nf()\n' }, 'm.py', ['a.py#f']],
    ['on self, in the class and in its bases', { 'a.py': 'class A:\n    def f(self): pass\n', 'm.py': 'from a import A\nclass B(A):\n    def g(self):\n        self.f(); self.g(); self.h()\n' }, 'm.py', ['a.py#A.f', 'm.py#B.g', undefined]],
    ['inside of functions before those outside', { 'm.py': 'def h(): pass\ndef f():\n    def h(): pass\n    h()\nh()\n' }, 'm.py', ['m.py#f.h', 'm.py#h']],
    ['but not through cycles of imports', { 'a.py': 'from b import f\n', 'b.py': 'from a import f\n', 'm.py': 'from a import f\nf()\n' }, 'm.py', [undefined]],
    ['and stay names where nothing says what they are', { 'a.py': 'def f(): pass\n', 'm.py': 'def g(x):\n    x.f(); f()\n' }, 'm.py', [undefined, undefined]],
    ['through barrels of TypeScript', { 'a.ts': 'export function f() {}', 'index.ts': "export * from './a'; export { f as g } from './a';", 'm.ts': "import { f, g } from './index'; f(); g();" }, 'm.ts', ['a.ts#f', 'a.ts#f']],
    ['by default exports and namespaces', { 'a.ts': 'export default class A { static s() {} }', 'm.ts': "import B, * as n from './a'; new B(); B.s(); n.default();" }, 'm.ts', ['a.ts#A', 'a.ts#A.s', 'a.ts#A']],
    ['on this', { 'm.ts': 'class A { f() { this.g(); } g() {} }' }, 'm.ts', ['m.ts#A.g']],
    ['as components', { 'a.tsx': 'export const C = () => <p/>;', 'm.tsx': "import { C } from './a'; const x = <C/>;" }, 'm.tsx', ['a.tsx#C']],
    ['of Go packages, receivers and neighbours', { 'go.mod': 'module m\n', 'a/a.go': 'package a\nfunc F() {}\n', 'x.go': 'package main\nfunc (s *S) M() {}\nfunc help() {}\n', 'main.go': 'package main\nimport "m/a"\ntype S struct{}\nfunc (s *S) N() { s.M(); help(); a.F() }\n' }, 'main.go', ['x.go#S.M', 'x.go#help', 'a/a.go#F']],
  ] as [string, Record<string, string>, string, (string | undefined)[]][])('%s', async (_what, files, from, expected) => {
    expect((await graphOf(files)).calls(from).map((call) => call.to)).toEqual(expected);
  });
});

describe('a project starts', () => {
  it.each([
    ['at scripts of pyproject.toml', { 'pyproject.toml': '[project.scripts]\nshop = "shop.cli:main"\n', 'shop/__init__.py': '', 'shop/cli.py': 'def main(): pass\n' }, ['script shop shop/cli.py:1']],
    ['at console scripts of setup.cfg', { 'setup.cfg': '[options.entry_points]\nconsole_scripts =\n    shop = shop:main\n', 'shop.py': '\ndef main(): pass\n' }, ['script shop shop.py:2']],
    ['at main guards and __main__', { 'a.py': "x = 1\nif __name__ == '__main__':\n    pass\n", 'p/__main__.py': 'x = 1\n' }, ["main if __name__ == '__main__' a.py:2", 'main python -m p p/__main__.py:1']],
    ['at web applications', { 'a.py': 'app = FastAPI(title="x")\n', 'b.js': 'const app = express();\napp.listen(80);\n' }, ['app app = FastAPI(…) a.py:1', 'app app = express(…) b.js:1', 'server app.listen b.js:2']],
    ['at bin, main and exports of package.json', { 'package.json': '{"name": "s", "bin": {"s": "./dist/cli.js"}, "exports": {".": {"types": "./dist/index.d.ts", "default": "./dist/index.js"}, "./x": "./lib/x.js"}}', 'src/cli.ts': '', 'src/index.ts': '', 'lib/x.js': '' }, ['library s/x lib/x.js', 'script s src/cli.ts', 'library s src/index.ts']],
    ['at func main of package main', { 'cmd/a/main.go': 'package main\n\nfunc main() {}\n', 'b.go': 'package b\nfunc main() {}\n' }, ['main func main cmd/a/main.go:3']],
    ['nowhere, where its manifests are broken', { 'pyproject.toml': '[project', 'package.json': '{', 'go.mod': '', 'tsconfig.json': '{{', 'a.py': '' }, []],
  ] as [string, Record<string, string>, string[]][])('%s', async (_what, files, expected) => {
    expect(entryPoints(await graphOf(files)).map(({ kind, name, file, line }) => `${kind} ${name} ${file}${line ? `:${line}` : ''}`)).toEqual(expected);
  });
});

describe('tests cover', () => {
  it.each([
    ['what they import, call, and are named after', { 'shop/__init__.py': '', 'shop/cart.py': 'def total(): pass\n', 'shop/tax.py': '', 'tests/test_tax.py': 'from shop.cart import total\ndef test_a():\n    total()\n' }, 'tests/test_tax.py', ['shop/cart.py: imports', 'shop/tax.py: name'], ['shop/cart.py#total']],
    ['the package they stand in, in Go', { 'go.mod': 'module m\n', 'a/a.go': 'package a\nfunc F() {}\n', 'a/b.go': 'package a\n', 'a/a_test.go': 'package a\nfunc TestF(t *testing.T) { F() }\n' }, 'a/a_test.go', ['a/a.go: name, package, imports', 'a/b.go: package'], ['a/a.go#F']],
    ['not their own helpers', { 'src/a.ts': 'export const f = () => 1;', 'test/a.test.ts': "import { f } from '../src/a'; import { h } from './b.test'; f(); h();", 'test/b.test.ts': 'export const h = () => 1;' }, 'test/a.test.ts', ['src/a.ts: imports, name'], ['src/a.ts#f']],
  ] as [string, Record<string, string>, string, string[], string[]][])('%s', async (_what, files, test, covered, symbols) => {
    const cover = testCover(await graphOf(files)).find((c) => c.test === test);
    expect(cover?.files.map(({ path, why }) => `${path}: ${why.join(', ')}`)).toEqual(covered);
    expect(cover?.symbols).toEqual(symbols);
  });

  it('what coverage of a run adds', async () => {
    const graph = await graphOf({ 'a.py': 'def f(): pass\n', 'test_b.py': 'x = 1\n' });
    expect(testCover(graph, new Map([['test_b.py', [{ file: 'a.py', symbols: ['a.py#f'] }]]]))).toEqual([{ test: 'test_b.py', files: [{ path: 'a.py', why: ['coverage'] }], symbols: ['a.py#f'] }]);
  });
});
