import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { projectOf } from '../projects.prop.ts';
import { after, carryOut, SAMPLE } from './sample.prop.ts';

type Files = Record<string, string>;
const rename = (symbol: string, to: string, more: Partial<Extract<Operation, { kind: 'rename' }>> = {}): Operation => ({ kind: 'rename', symbol, to, ...more });

/** Title, files, operation, and what the changed files hold afterwards, or the reason of the refusal. */
const cases: [string, Files, Operation, Files | string][] = [
  ['imports, aliases and attributes of modules follow', {
    'pkg/__init__.py': '', 'pkg/m.py': 'def f(): return 1\n',
    'a.py': 'from pkg.m import f\nfrom pkg.m import f as g\nimport pkg.m\nimport pkg.m as c\nf(); g(); pkg.m.f(); c.f()\n',
  }, rename('f', 'h'), {
    'pkg/m.py': 'def h(): return 1\n', 'a.py': 'from pkg.m import h\nfrom pkg.m import h as g\nimport pkg.m\nimport pkg.m as c\nh(); g(); pkg.m.h(); c.h()\n',
  }],
  ['chains of re-exports and __all__ follow', {
    'p/__init__.py': 'from .q import f\n__all__ = ["f"]\n', 'p/q/__init__.py': 'from .r import *\n', 'p/q/r.py': '__all__ = ("f",)\ndef f(): ...\n', 'a.py': 'import p\nfrom p import *\np.f(f)\n',
  }, rename('f', 'h', { path: 'p/q/r.py' }), {
    'p/__init__.py': 'from .q import h\n__all__ = ["h"]\n', 'p/q/r.py': '__all__ = ("h",)\ndef h(): ...\n', 'a.py': 'import p\nfrom p import *\np.h(h)\n',
  }],
  ['a name of one\'s own of the same spelling stays', {
    'm.py': 'def f(): ...\n', 'a.py': 'import m\ndef g(f):\n    return f, m.f\nclass A:\n    def f(self): return self.f\n',
  }, rename('f', 'h', { path: 'm.py' }), { 'm.py': 'def h(): ...\n', 'a.py': 'import m\ndef g(f):\n    return f, m.h\nclass A:\n    def f(self): return self.f\n' }],
  ['f-strings, annotations in strings, doctests and strings for mock.patch follow', {
    'm.py': 'class K:\n    """A thing.\n\n    >>> K()  # K\n    1\n    """\ndef g(x: "list[K]") -> "K":\n    return f"{K()!r:>{K.w}} {{K}} {x=}" f\'\'\'é\n{K}\'\'\'\n',
    't.py': 'from unittest import mock\nimport m\ndef test(monkeypatch):\n    mock.patch("m.K"); mock.patch("m.K.w"); mock.patch.object(m, "K")\n    monkeypatch.setattr("m.K", 1); getattr(m, "K")\n',
  }, rename('K', 'Kind'), {
    'm.py': 'class Kind:\n    """A thing.\n\n    >>> Kind()  # K\n    1\n    """\ndef g(x: "list[Kind]") -> "Kind":\n    return f"{Kind()!r:>{Kind.w}} {{K}} {x=}" f\'\'\'é\n{Kind}\'\'\'\n',
    't.py': 'from unittest import mock\nimport m\ndef test(monkeypatch):\n    mock.patch("m.Kind"); mock.patch("m.Kind.w"); mock.patch.object(m, "Kind")\n    monkeypatch.setattr("m.Kind", 1); getattr(m, "Kind")\n',
  }],
  ['CRLF, tabs and a byte order mark stay', { 'm.py': '\uFEFFdef f():\r\n\treturn 1  # f\r\n\r\nx = f()\r\n' }, rename('f', 'long_name'), { 'm.py': '\uFEFFdef long_name():\r\n\treturn 1  # f\r\n\r\nx = long_name()\r\n' }],
  ['an importer in which the name is taken keeps the old one', { 'm.py': 'def f(): ...\n', 'a.py': 'from m import f\nh = 1\nf()\n' }, rename('f', 'h'), { 'm.py': 'def h(): ...\n', 'a.py': 'from m import h as f\nh = 1\nf()\n' }],
  ['the old name is kept on request, in __all__ and packages too', {
    'p/__init__.py': 'from .m import f\n__all__ = ["f"]\n', 'p/m.py': 'def f():\n    return 1\n',
  }, rename('f', 'h', { keepOld: true }), { 'p/__init__.py': 'from .m import h, f\n__all__ = ["h", "f"]\n', 'p/m.py': 'def h():\n    return 1\n\n\nf = h\n' }],
  ['a global that functions assign is renamed in all of them', { 'm.py': 'N = 0\ndef up():\n    global N\n    N += 1\ndef other():\n    N = 2\n    return N\n' }, rename('N', 'COUNT'), {
    'm.py': 'COUNT = 0\ndef up():\n    global COUNT\n    COUNT += 1\ndef other():\n    N = 2\n    return N\n',
  }],
  ['a function in a function is renamed there alone', { 'm.py': 'def o():\n    def i(): return i\n    return i()\ndef i(): ...\n' }, rename('o.i', 'j'), { 'm.py': 'def o():\n    def j(): return j\n    return j()\ndef i(): ...\n' }],
  ['a method goes with its overrides, and super() with it', {
    'm.py': 'class A:\n    def f(self): return self.f\nclass B(A):\n    def f(self): return super().f()\ndef g(a: A, b: "B | None"):\n    return a.f(), b.f(), B().f()\n', 'n.py': 'class C:\n    def f(self): return self.f\n',
  }, rename('A.f', 'h', { path: 'm.py' }), { 'm.py': 'class A:\n    def h(self): return self.h\nclass B(A):\n    def h(self): return super().h()\ndef g(a: A, b: "B | None"):\n    return a.h(), b.h(), B().h()\n' }],
  ['what a method is called on is followed through factories and attributes', {
    'm.py': 'class A:\n    def f(self): ...\nclass H:\n    def __init__(self):\n        self.a = A()\ndef make():\n    return H()\ndef use():\n    make().a.f()\n    with open("x") as s:\n        s.read()\n',
  }, rename('A.f', 'h'), { 'm.py': 'class A:\n    def h(self): ...\nclass H:\n    def __init__(self):\n        self.a = A()\ndef make():\n    return H()\ndef use():\n    make().a.h()\n    with open("x") as s:\n        s.read()\n' }],
  ['a property is renamed with its setter', { 'm.py': 'class A:\n    @property\n    def f(self): return 1\n    @f.setter\n    def f(self, v): ...\nA().f = 2\n' }, rename('A.f', 'h'), { 'm.py': 'class A:\n    @property\n    def h(self): return 1\n    @h.setter\n    def h(self, v): ...\nA().h = 2\n' }],
  ['a field of a dataclass is renamed where it is given and matched', {
    'm.py': 'from dataclasses import dataclass, replace\n@dataclass\nclass P:\n    x: int\np = P(x=1)\nreplace(p, x=2)\nmatch p:\n    case P(x=3): print(p.x)\n',
  }, rename('P.x', 'left'), { 'm.py': 'from dataclasses import dataclass, replace\n@dataclass\nclass P:\n    left: int\np = P(left=1)\nreplace(p, left=2)\nmatch p:\n    case P(left=3): print(p.left)\n' }],
  ['a member of an enum is renamed, by its string too', { 'm.py': 'import enum\nclass C(enum.Enum):\n    RED = 1\nC.RED, C["RED"], {"RED": 1}\n' }, rename('C.RED', 'CRIMSON'), { 'm.py': 'import enum\nclass C(enum.Enum):\n    CRIMSON = 1\nC.CRIMSON, C["CRIMSON"], {"RED": 1}\n' }],
  ['an attribute of instances is renamed, in __slots__ too', { 'm.py': 'class A:\n    __slots__ = ("val",)\n    def __init__(self): self.val = 1\n    def g(self): return self.val\n' }, rename('A.val', 'num'), { 'm.py': 'class A:\n    __slots__ = ("num",)\n    def __init__(self): self.num = 1\n    def g(self): return self.num\n' }],
  ['a parameter is renamed in the body and where it is given by name', {
    'm.py': 'def f(a, *, b=1):\n    def g(b): return a, b\n    return g(b)\nf(1, b=2)\n', 'n.py': 'import functools, m\nfrom m import f as z\nz(a=1, b=3)\nm.f(2, **{"b": 1})\nfunctools.partial(z, b=2)\ndict(b=1)\n',
  }, rename('f', 'beta', { parameter: 'b' }), {
    'm.py': 'def f(a, *, beta=1):\n    def g(b): return a, b\n    return g(beta)\nf(1, beta=2)\n', 'n.py': 'import functools, m\nfrom m import f as z\nz(a=1, beta=3)\nm.f(2, **{"beta": 1})\nfunctools.partial(z, beta=2)\ndict(b=1)\n',
  }],
  ['a parameter of __init__ is renamed where the class is called', { 'm.py': 'class A:\n    def __init__(self, a): ...\nclass B(A):\n    def __init__(self, b):\n        super().__init__(a=b)\nclass C(A): ...\nA(a=1); B(b=2); C(a=3)\n' }, rename('A.__init__', 'x', { parameter: 'a' }), {
    'm.py': 'class A:\n    def __init__(self, x): ...\nclass B(A):\n    def __init__(self, b):\n        super().__init__(x=b)\nclass C(A): ...\nA(x=1); B(b=2); C(x=3)\n',
  }],
  ['a fixture renames the parameters of the tests that ask for it', {
    'conftest.py': 'import pytest\n@pytest.fixture\ndef db(): return 1\n', 'tests/test_a.py': 'import pytest\ndef test_x(db):\n    assert db\n@pytest.mark.usefixtures("db")\ndef test_y(): ...\ndef help(db): return db\n',
  }, rename('db', 'store', { path: 'conftest.py' }), {
    'conftest.py': 'import pytest\n@pytest.fixture\ndef store(): return 1\n', 'tests/test_a.py': 'import pytest\ndef test_x(store):\n    assert store\n@pytest.mark.usefixtures("store")\ndef test_y(): ...\ndef help(db): return db\n',
  }],
  ['entry points follow', { 'pyproject.toml': '[project.scripts]\nx = "m:main"\n', 'm.py': 'def main(): ...\n' }, rename('main', 'start'), { 'pyproject.toml': '[project.scripts]\nx = "m:start"\n', 'm.py': 'def start(): ...\n' }],

  ['a taken name is refused', { 'm.py': 'def f(): ...\nh = 1\n' }, rename('f', 'h'), 'name_clash'],
  ['a name that a local one would cover is refused', { 'm.py': 'def f(): ...\ndef g(h):\n    return f(h)\n' }, rename('f', 'h'), 'name_clash'],
  ['a name that would cover a builtin in use is refused', { 'm.py': 'def f(): ...\nprint(len([]))\n' }, rename('f', 'len'), 'name_clash'],
  ['a keyword is refused', { 'm.py': 'def f(): ...\n' }, rename('f', 'class'), 'name_clash'],
  ['a special method is refused', { 'm.py': 'class A:\n    def __len__(self): return 1\n' }, rename('A.__len__', 'size'), 'behaviour'],
  ['an override of the standard library is refused', { 'm.py': 'import threading\nclass T(threading.Thread):\n    def run(self): ...\n' }, rename('T.run', 'go'), 'behaviour'],
  ['a method under a class of another package is refused', { 'm.py': 'from lib import Base\nclass T(Base):\n    def act(self): ...\n' }, rename('T.act', 'go'), 'behaviour'],
  ['a method of a common name on something unknown is refused', { 'm.py': 'class A:\n    def get(self): ...\ndef g(x):\n    return x.get()\n' }, rename('A.get', 'fetch'), 'dynamic_use'],
  ['a method that two classes have, on something unknown, is refused', { 'm.py': 'class A:\n    def act(self): ...\nclass B:\n    def act(self): ...\ndef g(x):\n    return x.act()\n' }, rename('A.act', 'go'), 'dynamic_use'],
  ['a method found by a computed name is refused', { 'm.py': 'class A:\n    def visit_x(self): ...\n    def go(self, n):\n        return getattr(self, f"visit_{n}")()\n' }, rename('A.visit_x', 'see_x'), 'dynamic_use'],
  ['a function found in globals() by a computed name is refused', { 'm.py': 'def on_a(): ...\ndef run(n): return globals()["on_" + n]()\n' }, rename('on_a', 'when_a'), 'dynamic_use'],
  ['a private method used by its mangled name is refused', { 'm.py': 'class A:\n    def __f(self): ...\nclass B(A):\n    def g(self): return self._A__f()\n' }, rename('A.__f', '__h'), 'dynamic_use'],
  ['a class whose private attributes are used by their mangled names is refused', { 'm.py': 'class A:\n    def __init__(self): self.__v = 1\nA()._A__v\n' }, rename('A', 'Z'), 'dynamic_use'],
  ['a function read from a module that is loaded by a string is refused', { 'm.py': 'def f(): ...\n', 'n.py': 'import importlib\nm = importlib.import_module("m")\nm.f()\n' }, rename('f', 'h'), 'dynamic_use'],
  ['a key of a TypedDict is refused', { 'm.py': 'from typing import TypedDict\nclass D(TypedDict):\n    key: int\n' }, rename('D.key', 'word'), 'unsupported'],
  ['a parameter that a framework reads is refused', { 'm.py': 'from web import app\n@app.get("/{a}")\ndef f(a): return a\n' }, rename('f', 'b', { parameter: 'a' }), 'dynamic_use'],
  ['a parameter of a test is refused', { 'test_m.py': 'def test_f(db): assert db\n' }, rename('test_f', 'store', { parameter: 'db' }), 'behaviour'],
  ['a parameter behind ** that may hold it is refused', { 'm.py': 'def f(a): ...\ndef g(**k): f(**k)\ng(a=1)\n' }, rename('f', 'b', { parameter: 'a' }), 'dynamic_use'],
  ['a symbol of two files is refused without a path', { 'm.py': 'def f(): ...\n', 'n.py': 'def f(): ...\n' }, rename('f', 'h'), 'ambiguous'],
  ['a missing symbol is refused', { 'm.py': 'from os import path\n' }, rename('path', 'p'), 'not_found'],
  ['a file that does not parse is refused', { 'm.py': 'def f(:\n' }, rename('f', 'p', { path: 'm.py' }), 'broken_file'],
];

describe('rename in Python', () => {
  it.each(cases)('%s', async (_, files, operation, expected) => {
    expect(await after(files, operation)).toEqual(typeof expected === 'string' ? expected : { ...files, ...expected });
  });

  it('takes a receiver that nothing else can be, and says so', async () => {
    const refactoring = await carryOut(await projectOf({ 'm.py': 'class A:\n    def act(self): ...\ndef g(x):\n    return x.act()\n' }), rename('A.act', 'go'));
    expect(refactoring.edits).toEqual([{ kind: 'write', path: 'm.py', text: 'class A:\n    def go(self): ...\ndef g(x):\n    return x.go()\n' }]);
    expect(refactoring.notes).toEqual([{ kind: 'also', path: 'm.py', line: 4, text: expect.stringContaining('not known') }]);
  });

  it('lists prose that names it, and changes none', async () => {
    const refactoring = await carryOut(await projectOf({ 'm.py': 'def f():\n    """f does."""\n', 'README.md': 'Call `f`.\n' }), rename('f', 'h'));
    expect(refactoring.notes).toMatchObject([{ kind: 'mention', path: 'README.md', line: 1 }, { kind: 'mention', path: 'm.py', line: 2 }]);
    expect(refactoring.summary).toBe('Renamed f to h: 1 place in 1 file.');
  });

  it.each(['area', 'Circle', 'Circle.report', 'Circle.radius', '_scaled', 'main'])('there and back gives %s of the sample the same bytes', async (symbol) => {
    const path = 'src/geo/shapes.py';
    const there = await after(SAMPLE, rename(symbol, 'zz_new', { path }));
    if (typeof there === 'string') throw new Error(there);
    expect(there[path]).not.toBe(SAMPLE[path]);
    const back = [...symbol.split('.').slice(0, -1), 'zz_new'].join('.');
    expect(await after(there, rename(back, symbol.split('.').at(-1)!, { path }))).toEqual(SAMPLE);
  });

  it('there and back gives any small module the same bytes, or is refused', async () => {
    const name = fc.constantFrom('a', 'b', 'c', 'd');
    const line = fc.tuple(fc.constantFrom('$ = @', 'def $(@):\n    return @, $', 'class $:\n    @ = $', 'print(f"{$!r} {@}")', '[$ for @ in $]', 'def o():\n    global $\n    $ = @', 'lambda $: @'), name, name);
    const end = fc.constantFrom('\n', '\r\n');
    await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 6 }), name, end, async (lines, symbol, newline) => {
      const text = lines.map(([form, one, two]) => form.replaceAll('$', one).replaceAll('@', two)).join('\n').concat('\n').replaceAll('\n', newline);
      const there = await after({ 'm.py': text }, rename(symbol, 'new', { path: 'm.py' }));
      if (typeof there === 'string') {
        expect(['not_found', 'broken_file', 'name_clash']).toContain(there);
        return;
      }
      expect(there['m.py']).toContain('new');
      expect(await after(there, rename('new', symbol, { path: 'm.py' }))).toEqual({ 'm.py': text });
    }), { numRuns: 20, seed: 6 });
  });
});
