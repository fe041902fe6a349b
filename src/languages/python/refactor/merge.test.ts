import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { after } from './sample.prop.ts';

const merge = (from: string[], into: string, keepOld = false): Operation => ({ kind: 'merge_modules', from, into, keepOld });

const merges: [string, Record<string, string>, Operation, Record<string, string | undefined>][] = [
  ['imports, chains and strings of others follow', {
    'a.py': '"""A."""\nimport os\n\n\ndef f():\n    return os\n', 'b.py': '"""B."""\nimport re\n\n\ndef g():\n    return re\n', 'c.py': 'import a\nfrom b import g\n\na.f(), g()\nNAME = "a.f"\n',
  }, merge(['a.py', 'b.py'], 'b.py'), {
    'a.py': undefined, 'b.py': '"""B."""\nimport os\nimport re\n\n\ndef g():\n    return re\n\n\ndef f():\n    return os\n', 'c.py': 'import b\nfrom b import g\n\nb.f(), g()\nNAME = "b.f"\n',
  }],
  ['modules that import each other', {
    'a.py': 'import b\n\n\ndef f():\n    return b.g()\n', 'b.py': 'def g():\n    from a import f\n    return f\n',
  }, merge(['a.py', 'b.py'], 'b.py'), { 'a.py': undefined, 'b.py': 'def g():\n    return f\n\n\ndef f():\n    return g()\n' }],
  ['a new module begins with the first', { 'a.py': '# Licence\n\nX = 1\n', 'b.py': 'Y = 2\n', 'c.py': 'import a, b\n\nprint(a.X, b.Y)\n' }, merge(['a.py', 'b.py'], 'ab.py'), {
    'a.py': undefined, 'b.py': undefined, 'ab.py': '# Licence\n\nX = 1\nY = 2\n',
  }],
  ['what is the same stands once', { 'a.py': 'import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef f(): log.info("f")\n', 'b.py': 'import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef g(): log.info("g")\n' }, merge(['a.py', 'b.py'], 'b.py'), {
    'b.py': 'import logging\n\nlog = logging.getLogger(__name__)\n\n\ndef g(): log.info("g")\n\n\ndef f(): log.info("f")\n',
  }],
  ['a base class comes before what needs it', { 'a.py': 'class Base: pass\n', 'b.py': 'from a import Base\n\n\nclass Child(Base): pass\n' }, merge(['a.py', 'b.py'], 'b.py'), { 'b.py': 'class Base: pass\n\n\nclass Child(Base): pass\n' }],
  ['`__all__` holds both', { 'a.py': '__all__ = ["f"]\n\n\ndef f(): pass\n', 'b.py': '__all__ = ["g"]\n\n\ndef g(): pass\n' }, merge(['a.py', 'b.py'], 'b.py'), { 'b.py': '__all__ = ["f", "g"]\n\n\ndef g(): pass\n\n\ndef f(): pass\n' }],
  ['imports for types, the script part and remarks go along', {
    'a.py': 'from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from decimal import Decimal\n\n# --- helpers ---\n\n\ndef f(x: "Decimal"): return x\n\n\nif __name__ == "__main__":\n    f(1)\n', 'b.py': 'def g(): pass\n',
  }, merge(['a.py', 'b.py'], 'b.py'), {
    'b.py': 'from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from decimal import Decimal\n\n\ndef g(): pass\n\n\n# --- helpers ---\n\n\ndef f(x: "Decimal"): return x\n\n\nif __name__ == "__main__":\n    f(1)\n',
  }],
  ['the old place can be kept', { 'a.py': 'X = 1\n', 'b.py': 'Y = 2\n' }, merge(['a.py', 'b.py'], 'b.py', true), { 'a.py': '"""Merged into b; kept for those who import it from here."""\n\nfrom b import X as X\n' }],
];

const refusals: [string, Record<string, string>, Operation, string][] = [
  ['one name for two things', { 'a.py': 'X = 1\n', 'b.py': 'X = 2\n' }, merge(['a.py', 'b.py'], 'b.py'), 'name_clash'],
  ['two tables that functions fill', { 'a.py': 'cache = {}\n', 'b.py': 'cache = {}\n' }, merge(['a.py', 'b.py'], 'b.py'), 'name_clash'],
  ['one import name for two things', { 'a.py': 'from os import path\n\n\ndef f(): return path\n', 'b.py': 'from sys import path\n\n\ndef g(): return path\n' }, merge(['a.py', 'b.py'], 'b.py'), 'name_clash'],
  ['two script parts', { 'a.py': 'if __name__ == "__main__":\n    print(1)\n', 'b.py': 'if __name__ == "__main__":\n    print(2)\n' }, merge(['a.py', 'b.py'], 'b.py'), 'unsupported'],
  ['a hidden built-in', { 'a.py': 'def open(): pass\n', 'b.py': 'print(open("x"))\n' }, merge(['a.py', 'b.py'], 'b.py'), 'name_clash'],
  ['a module in between that closes a circle', { 'a.py': 'import x\n', 'x.py': 'import b\n', 'b.py': 'Y = 1\n' }, merge(['a.py', 'b.py'], 'b.py'), 'import_cycle'],
  ['a bare use of the module', { 'a.py': 'X = 1\n', 'b.py': 'import a\n\nprint(vars(a))\n' }, merge(['a.py', 'b.py'], 'b.py'), 'unsupported'],
  ['`import *`', { 'a.py': 'from os.path import *\n', 'b.py': 'Y = 1\n' }, merge(['a.py', 'b.py'], 'b.py'), 'dynamic_use'],
];

const repairs: [string, Record<string, string>, Operation, Record<string, string>][] = [
  ['a file that went to another folder', { 'p/__init__.py': '', 'p/q/__init__.py': '', 'p/q/m.py': 'from . import n\n\n\ndef f(): return n\n', 'p/n.py': '', 'c.py': 'import p.m\nfrom p.m import f\n\nprint(p.m.f, f)\n' }, { kind: 'update_imports' }, {
    'p/q/m.py': 'from .. import n\n\n\ndef f(): return n\n', 'c.py': 'import p.q.m\nfrom p.q.m import f\n\nprint(p.q.m.f, f)\n',
  }],
  ['a file that got another name', { 'p/__init__.py': '', 'p/new.py': 'def f(): pass\n\n\ndef g(): pass\n', 'p/c.py': 'from .old import f, g\n\nf(), g()\n' }, { kind: 'update_imports' }, { 'p/c.py': 'from .new import f, g\n\nf(), g()\n' }],
  ['a function that went to another module', { 'a.py': 'def g(): pass\n', 'b.py': 'def f(): pass\n', 'c.py': 'from a import f, g\n\nf(), g()\n' }, { kind: 'update_imports' }, { 'c.py': 'from a import g\nfrom b import f\n\nf(), g()\n' }],
  ['what it is told', { 'x.py': 'def f(): pass\n', 'y.py': 'def f(): pass\n', 'c.py': 'import old\n\nold.f()\n' }, { kind: 'update_imports', moved: [{ from: 'old', to: 'y.py' }] }, { 'c.py': 'import y\n\ny.f()\n' }],
  ['a folder that it is told of', { 'new/__init__.py': '', 'new/m.py': 'X = 1\n', 'c.py': 'from old.m import X\n\nprint(X)\n' }, { kind: 'update_imports', moved: [{ from: 'old', to: 'new/' }] }, { 'c.py': 'from new.m import X\n\nprint(X)\n' }],
  ['two places that could be meant', { 'a.py': '', 'x.py': 'def f(): pass\n', 'y.py': 'def f(): pass\n', 'c.py': 'from a import f\n\nf()\n' }, { kind: 'update_imports' }, { 'c.py': 'from a import f\n\nf()\n' }],
  ['a package of others', { 'tests/requests.py': 'def get(): pass\n', 'c.py': 'import requests\n\nrequests.get()\n', 'pyproject.toml': '[project]\nname = "c"\ndependencies = ["requests"]\n' }, { kind: 'update_imports' }, { 'c.py': 'import requests\n\nrequests.get()\n' }],
];

const show = (found: Record<string, string> | string, expected: Record<string, unknown>) => (typeof found === 'string' ? found : Object.fromEntries(Object.keys(expected).map((path) => [path, found[path]])));

describe('merging', () => {
  it.each(merges)('%s', async (_, files, operation, expected) => {
    expect(show(await after(files, operation), expected)).toEqual(expected);
  });
  it.each(refusals)('refuses %s', async (_, files, operation, reason) => {
    expect(await after(files, operation)).toBe(reason);
  });
});

describe('imports after a move by hand', () => {
  it.each(repairs)('%s', async (_, files, operation, expected) => {
    expect(show(await after(files, operation), expected)).toEqual(expected);
  });
});
