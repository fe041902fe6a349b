import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { projectOf } from '../projects.prop.ts';
import { after, carryOut, SAMPLE } from './sample.prop.ts';

const move = (symbols: string[], more: Partial<Extract<Operation, { kind: 'move_symbols' }>> = {}): Operation => ({ kind: 'move_symbols', from: 'a.py', symbols, to: 'b.py', ...more });

/** What stands in the files after a move; files that are not named are not looked at. */
const moves: [string, Record<string, string>, Operation, Record<string, string>][] = [
  ['imports are split, aliases stay', { 'a.py': 'def f(): pass\n\n\ndef g(): pass\n', 'c.py': 'from a import f as x, g\n\nx(), g()\n' }, move(['f']), {
    'a.py': 'def g(): pass\n', 'b.py': 'def f(): pass\n', 'c.py': 'from a import g\nfrom b import f as x\n\nx(), g()\n',
  }],
  ['a module alias gets a second one', { 'a.py': 'X = 1\nY = 2\n', 'c.py': 'import a as m\n\nprint(m.X, m.Y)\n' }, move(['X']), { 'c.py': 'import a as m\nimport b\n\nprint(b.X, m.Y)\n' }],
  ['an import without uses left goes', { 'a.py': 'X = 1\nY = 2\n', 'c.py': 'import a\n\nprint(a.X)\n' }, move(['X']), { 'c.py': 'import b\n\nprint(b.X)\n' }],
  ['a shadowed name is left alone', { 'a.py': 'def f(): pass\n', 'c.py': 'import a\n\n\ndef use(a):\n    return a.f\n\n\na.f()\n' }, move(['f']), { 'c.py': 'import b\n\n\ndef use(a):\n    return a.f\n\n\nb.f()\n' }],
  ['what stays imports it back', { 'a.py': 'def f(): pass\n\n\ndef g():\n    return f()\n' }, move(['f']), { 'a.py': 'from b import f\n\n\ndef g():\n    return f()\n' }],
  ['what it needs is imported', { 'a.py': 'import os\nimport re\n\nLIMIT = 3\n\n\ndef f():\n    return os.sep, LIMIT\n\n\ndef g():\n    return re, LIMIT\n' }, move(['f']), {
    'a.py': 'import re\n\nLIMIT = 3\n\n\ndef g():\n    return re, LIMIT\n', 'b.py': 'import os\n\nfrom a import LIMIT\n\n\ndef f():\n    return os.sep, LIMIT\n',
  }],
  ['an old place can be kept', { 'a.py': 'def f(): pass\n\n\ndef g(): pass\n' }, move(['f'], { keepOld: true }), { 'a.py': 'from b import f as f\n\n\ndef g(): pass\n' }],
  ['`__all__` follows', { 'a.py': '__all__ = ["f", "g"]\n\n\ndef f(): pass\n\n\ndef g(): pass\n', 'b.py': '__all__ = ["h"]\n\n\ndef h(): pass\n' }, move(['g']), {
    'a.py': '__all__ = ["f"]\n\n\ndef f(): pass\n', 'b.py': '__all__ = ["g", "h"]\n\n\ndef h(): pass\n\n\ndef g(): pass\n',
  }],
  ['`__all__` over lines and `+=`', { 'a.py': '__all__ = [\n    "f",  # one\n    "g",  # two\n]\n__all__ += ("h",)\ndef f(): pass\ndef g(): pass\ndef h(): pass\n' }, move(['g', 'h']), { 'a.py': '__all__ = [\n    "f",  # one\n]\n__all__ += ()\ndef f(): pass\n' }],
  ['`import *` gets a name beside it', { 'a.py': 'def f(): pass\n\n\ndef g(): pass\n', 'c.py': 'from a import *\n\nf(), g()\n' }, move(['f']), { 'c.py': 'from a import *\nfrom b import f\n\nf(), g()\n' }],
  ['overloads and decorators go together', { 'a.py': 'from typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x):\n    return x\n\n\nY = 1\n' }, move(['f']), {
    'a.py': 'Y = 1\n', 'b.py': 'from typing import overload\n\n\n@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x):\n    return x\n',
  }],
  ['a conditional definition goes as a whole', { 'a.py': 'import sys\n\nif sys.version_info >= (3, 8):\n    def f(): return 1\nelse:\n    def f(): return 2\n\nY = 1\n' }, move(['f']), {
    'a.py': 'Y = 1\n', 'b.py': 'import sys\n\nif sys.version_info >= (3, 8):\n    def f(): return 1\nelse:\n    def f(): return 2\n',
  }],
  ['statements that change it in place go along', { 'a.py': 'TABLE = {}\nTABLE["x"] = 1\nTABLE.update(y=2)\n\nOTHER = 1\n' }, move(['TABLE']), { 'a.py': 'OTHER = 1\n', 'b.py': 'TABLE = {}\nTABLE["x"] = 1\nTABLE.update(y=2)\n' }],
  ['a state that functions assign goes with them', { 'a.py': 'count = 0\n\n\ndef up():\n    global count\n    count += 1\n\n\ndef other(): pass\n' }, move(['up']), { 'a.py': 'def other(): pass\n', 'b.py': 'count = 0\n\n\ndef up():\n    global count\n    count += 1\n' }],
  ['a conditional import is copied', { 'a.py': 'try:\n    import ujson as json\nexcept ImportError:\n    import json\n\n\ndef f():\n    return json\n\n\ndef g(): pass\n' }, move(['f']), { 'b.py': 'try:\n    import ujson as json\nexcept ImportError:\n    import json\n\n\ndef f():\n    return json\n' }],
  ['CRLF and byte order mark stay', { 'a.py': '\uFEFFX = 1\r\nY = 2\r\n', 'c.py': '\uFEFFfrom a import X\r\n\r\nprint(X)\r\n' }, move(['X']), { 'a.py': '\uFEFFY = 2\r\n', 'c.py': '\uFEFFfrom b import X\r\n\r\nprint(X)\r\n' }],
  ['names beyond ASCII', { 'a.py': 'größe = 1\ntext = "ä"\n', 'c.py': 'import a\n\nprint("äöü", a.größe, "ß", a.text)\n' }, move(['größe']), { 'c.py': 'import a\nimport b\n\nprint("äöü", b.größe, "ß", a.text)\n' }],
  ['f-strings and annotations in strings', { 'a.py': 'class F: pass\n\n\nY = 1\n', 'c.py': 'import a\n\n\ndef f(x: "a.F") -> None:\n    print(f"{a.F!r:>{a.Y}}")\n' }, move(['F']), { 'c.py': 'import a\nimport b\n\n\ndef f(x: "b.F") -> None:\n    print(f"{b.F!r:>{a.Y}}")\n' }],
  ['a semicolon on the line', { 'a.py': 'X = 1\nY = 2\n', 'c.py': 'import os; from a import X, Y; print(X, Y, os)\n' }, move(['X']), { 'c.py': 'import os; from a import Y; from b import X; print(X, Y, os)\n' }],
  ['the only statement of a block', { 'a.py': 'def f(): pass\n', 'b.py': 'def g():\n    from a import f\n    return f\n\n\ndef h():\n    from a import f\n' }, move(['f']), { 'b.py': 'def g():\n    return f\n\n\ndef h():\n    pass\n\n\ndef f(): pass\n' }],
  ['a target that needs it at once gets it in front', { 'a.py': 'class Base: pass\n\n\nX = 1\n', 'b.py': 'from a import Base\n\n\nclass Child(Base): pass\n' }, move(['Base']), { 'b.py': 'class Base: pass\n\n\nclass Child(Base): pass\n' }],
  ['a script part stays last', { 'a.py': 'def f(): pass\n', 'b.py': 'def g(): pass\n\n\nif __name__ == "__main__":\n    g()\n' }, move(['f']), { 'b.py': 'def g(): pass\n\n\ndef f(): pass\n\n\nif __name__ == "__main__":\n    g()\n' }],
  ['doctests of other modules', { 'a.py': 'def f(): return 1\n', 'c.py': 'def g():\n    """\n    >>> from a import f\n    >>> import a\n    >>> f() + a.f()\n    2\n    """\n' }, move(['f']), { 'c.py': 'def g():\n    """\n    >>> from b import f\n    >>> import b\n    >>> f() + b.f()\n    2\n    """\n' }],
  ['a test helper beside its tests', { 'tests/helpers.py': 'def make(): return 1\n', 'tests/test_a.py': 'import helpers\nfrom helpers import make\n\n\ndef test_a(): assert make() == helpers.make()\n' }, { kind: 'move_module', from: 'tests/helpers.py', to: 'tests/making.py' }, {
    'tests/test_a.py': 'import making\nfrom making import make\n\n\ndef test_a(): assert make() == making.make()\n',
  }],
  ['a module that becomes a package keeps its name', { 'p/__init__.py': '', 'p/m.py': 'from . import n\n', 'p/n.py': '', 'c.py': 'import p.m\n' }, { kind: 'move_module', from: 'p/m.py', to: 'p/m/__init__.py' }, { 'p/m/__init__.py': 'from .. import n\n', 'c.py': 'import p.m\n' }],
  ['a module leaves its package', { 'p/__init__.py': '', 'p/m.py': 'from . import n\nX = n\n', 'p/n.py': '', 'c.py': 'from p import m\nimport p.m\n\nprint(m.X, p.m.X)\n' }, { kind: 'move_module', from: 'p/m.py', to: 'm2.py' }, { 'm2.py': 'from p import n\nX = n\n', 'c.py': 'import m2\n\nprint(m2.X, m2.X)\n' }],
  ['importlib and settings', { 'p/__init__.py': '', 'p/m.py': 'X = 1\n', 'setup.cfg': '[options.entry_points]\nconsole_scripts =\n    run = p.m:X\n', 'c.py': 'from importlib import import_module\n\nm = import_module("p.m")\nNAME = "p.m.X"\n' }, { kind: 'move_module', from: 'p/m.py', to: 'p/k.py' }, {
    'setup.cfg': '[options.entry_points]\nconsole_scripts =\n    run = p.k:X\n', 'c.py': 'from importlib import import_module\n\nm = import_module("p.k")\nNAME = "p.k.X"\n',
  }],
];

const refusals: [string, Record<string, string>, Operation, string][] = [
  ['a name that is taken', { 'a.py': 'def f(): pass\n', 'b.py': 'f = 1\n' }, move(['f']), 'name_clash'],
  ['a built-in that would be hidden', { 'a.py': 'def open(): pass\n', 'b.py': 'print(open("x"))\n' }, move(['open']), 'name_clash'],
  ['an import that means something else there', { 'a.py': 'from os import path\n\n\ndef f():\n    return path\n', 'b.py': 'path = "x"\n' }, move(['f']), 'name_clash'],
  ['a circle', { 'a.py': 'LIMIT = 1\n\n\ndef f(): return LIMIT\n\n\ndef g(): return f()\n', 'b.py': 'from a import LIMIT\n' }, move(['f']), 'import_cycle'],
  ['a shared state', { 'a.py': 'count = 0\n\n\ndef up():\n    global count\n    count += 1\n\n\ndef show():\n    return count\n' }, move(['up']), 'behaviour'],
  ['a place that means the module', { 'p/a.py': 'def f():\n    return __file__\n' }, { kind: 'move_symbols', from: 'p/a.py', symbols: ['f'], to: 'q/b.py' }, 'behaviour'],
  ['globals()', { 'a.py': 'def f():\n    return globals()\n' }, move(['f']), 'dynamic_use'],
  ['names from a foreign `import *`', { 'a.py': 'from tkinter import *\n\n\ndef f():\n    return Tk()\n' }, move(['f']), 'dynamic_use'],
  ['what is only imported', { 'a.py': 'from os import sep\n' }, move(['sep']), 'not_found'],
  ['what is not there', { 'a.py': 'X = 1\n' }, move(['Y']), 'not_found'],
  ['a broken file', { 'a.py': 'def f(:\n' }, move(['f']), 'broken_file'],
  ['a broken importer', { 'a.py': 'def f(): pass\n', 'c.py': 'from a import f\nf((\n' }, move(['f']), 'broken_file'],
  ['a patch that two modules would need', { 'a.py': 'def h(): return 1\n\n\ndef f(): return h()\n\n\ndef g(): return h()\n', 'test_a.py': 'from unittest import mock\n\n\ndef test():\n    with mock.patch("a.h"): pass\n' }, move(['f']), 'behaviour'],
  ['a file that exists', { 'a.py': '', 'b.py': '' }, { kind: 'move_module', from: 'a.py', to: 'b.py' }, 'name_clash'],
  ['a module of Python itself', { 'a.py': '' }, { kind: 'move_module', from: 'a.py', to: 'json.py' }, 'name_clash'],
  ['no name for a module', { 'a.py': '' }, { kind: 'move_module', from: 'a.py', to: 'a-b.py' }, 'unsupported'],
];

describe('moving', () => {
  it.each(moves)('%s', async (_, files, operation, expected) => {
    const found = await after(files, operation);
    expect(typeof found === 'string' ? found : Object.fromEntries(Object.keys(expected).map((path) => [path, found[path]]))).toEqual(expected);
  });

  it.each(refusals)('refuses %s', async (_, files, operation, reason) => {
    expect(await after(files, operation)).toBe(reason);
  });

  it('lists what names it in prose, and what went along', async () => {
    const bench = await projectOf(SAMPLE);
    const { notes } = await carryOut(bench, { kind: 'move_symbols', from: 'src/geo/shapes.py', symbols: ['area'], to: 'src/geo/surface.py' });
    expect(notes.map(({ kind, path }) => `${kind} ${path}`)).toEqual(['mention README.md', 'also src/geo/shapes.py', 'also src/geo/shapes.py']);
  });

  it('what a decorator does elsewhere, and what lies beside a file, is told', async () => {
    const files = { 'm.py': 'R = []\ndef reg(f):\n    R.append(f)\n    return f\n@reg\ndef a(): ...\n', 'p/__init__.py': '', 'p/d.py': 'HERE = __file__\n' };
    const told = async (operation: Operation) => (await carryOut(await projectOf(files), operation)).notes.map(({ kind, path, line }) => `${kind} ${path}:${line}`);
    expect(await told({ kind: 'move_symbols', from: 'm.py', symbols: ['a'], to: 'n.py' })).toEqual(['dynamic m.py:6']);
    expect(await told({ kind: 'move_module', from: 'p/d.py', to: 'd.py' })).toEqual(['kept p/d.py:1']);
  });
});
