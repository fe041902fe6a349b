import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scan } from './scan.ts';

const rules = async (source: string, path = 'app/main.py', before?: string) => (await scan(path, before, source)).map((f) => `${f.severity} ${f.rule} ${f.line}`);

describe('the scan blocks', () => {
  it.each([
    ['eval', 'eval(x)\n', 'eval'],
    ['exec', 'exec("x = 1")\n', 'exec'],
    ['compile', 'compile(s, "f", "exec")\n', 'compile'],
    ['an alias', 'e = eval\ne("1")\n', 'eval'],
    ['an alias of an alias', 'a = eval\nb = a\nc = b\nc("1")\n', 'eval'],
    ['an alias by unpacking', 'e, f = eval, print\ne("1")\n', 'eval'],
    ['an alias in a parameter default', 'def f(run=eval):\n    return run("1")\n', 'eval'],
    ['an alias by walrus', 'if (e := eval):\n    e("1")\n', 'eval'],
    ['an alias by loop', 'for e in (eval, print):\n    e("1")\n', 'eval'],
    ['an import from builtins', 'from builtins import eval as safe\nsafe("1")\n', 'eval'],
    ['builtins.eval', 'import builtins\nbuiltins.eval("1")\n', 'eval'],
    ['an alias of builtins', 'import builtins as b\nb.exec("1")\n', 'exec'],
    ['getattr on builtins', 'import builtins\ngetattr(builtins, "ev" + "al")("1")\n', 'eval'],
    ['getattr with a computed name', 'import builtins\ngetattr(builtins, name)("1")\n', 'hidden-name'],
    ['getattr on os', 'import os\ngetattr(os, "sys" + "tem")("ls")\n', 'os-command'],
    ['getattr on os with a computed name', 'import os\ngetattr(os, name)("ls")\n', 'hidden-name'],
    ['builtins.__dict__', 'import builtins\nbuiltins.__dict__["eval"]("1")\n', 'eval'],
    ['vars(builtins)', 'import builtins\nvars(builtins)["exec"]("1")\n', 'exec'],
    ['__builtins__ by key', '__builtins__["eval"]("1")\n', 'eval'],
    ['__builtins__ by attribute', '__builtins__.exec("1")\n', 'exec'],
    ['__builtins__ through globals()', 'globals()["__builtins__"].eval("1")\n', 'eval'],
    ['eval as a value', 'list(map(eval, items))\n', 'eval'],
    ['eval in a dictionary', 'ops = {"run": eval}\n', 'eval'],
    ['eval through partial', 'from functools import partial\np = partial(eval, "1")\n', 'eval'],
    ['eval in a lambda', 'f = lambda s: eval(s)\n', 'eval'],
    ['eval in a comprehension', 'x = [eval(s) for s in y]\n', 'eval'],
    ['eval in an f-string', 'x = f"{eval(s)}"\n', 'eval'],
    ['eval as a decorator', '@eval\ndef f(): pass\n', 'eval'],
    ['eval below a class that has its own', 'class A:\n    def eval(self): pass\n    def f(self): return eval("1")\n', 'eval'],
    ['__import__', '__import__("os").system("ls")\n', 'dynamic-import'],
    ['a computed import', 'import importlib\nimportlib.import_module(name)\n', 'dynamic-import'],
    ['a dangerous import by text', 'import importlib\nimportlib.import_module("subprocess").run(["ls"])\n', 'subprocess'],
    ['import_module from importlib', 'from importlib import import_module as im\nim(name)\n', 'dynamic-import'],
    ['os.system', 'import os\nos.system("ls")\n', 'os-command'],
    ['os.popen', 'import os as o\no.popen("ls")\n', 'os-command'],
    ['system from os', 'from os import system\nsystem("ls")\n', 'os-command'],
    ['system by star', 'from os import *\nsystem("ls")\n', 'os-command'],
    ['os taken from another module', 'from helpers import os\nos.system("ls")\n', 'os-command'],
    ['sys.modules', 'import sys\nsys.modules["os"].system("ls")\n', 'os-command'],
    ['os.execv', 'import os\nos.execv("/bin/sh", [])\n', 'os-process'],
    ['os.spawnl', 'import os\nos.spawnl(0, "/bin/sh")\n', 'os-process'],
    ['os.fork', 'import os\nos.fork()\n', 'os-process'],
    ['os._exit', 'import os\nos._exit(0)\n', 'hard-exit'],
    ['subprocess', 'import subprocess\nsubprocess.run(["ls"])\n', 'subprocess'],
    ['an alias of subprocess', 'import subprocess as s\nx = s\nx.Popen("ls")\n', 'subprocess'],
    ['asyncio subprocess', 'import asyncio\nasync def f(): await asyncio.create_subprocess_shell("ls")\n', 'subprocess'],
    ['pty', 'import pty\npty.spawn("/bin/sh")\n', 'pty'],
    ['ctypes', 'import ctypes\nctypes.CDLL(None)\n', 'ctypes'],
    ['a submodule of ctypes', 'from ctypes import wintypes\n', 'ctypes'],
    ['subclasses of object', '().__class__.__base__.__subclasses__()\n', 'interpreter-internals'],
    ['code objects', 'import types\ntypes.FunctionType(c, {})\n', 'code-object'],
    ['runpy', 'import runpy\nrunpy.run_path("x.py")\n', 'exec'],
    ['pytest internals', 'import _pytest.runner\n', 'test-internals'],
    ['a replaced pytest function', 'import pytest\npytest.fail = print\n', 'test-internals'],
    ['a replaced builtin', 'import builtins\nbuiltins.print = None\n', 'test-internals'],
    ['a replaced builtin by setattr', 'import builtins\nsetattr(builtins, "len", f)\n', 'test-internals'],
    ['a replaced assertion', 'from unittest import TestCase\nTestCase.assertEqual = lambda *a: None\n', 'test-internals'],
    ['an assertion replaced by setattr', 'import unittest\nsetattr(unittest.TestCase, "assertTrue", f)\n', 'test-internals'],
    ['a hook outside conftest', 'def pytest_runtest_makereport(item, call): pass\n', 'test-internals'],
    ['the plugin manager', 'def test_a(request):\n    request.config.pluginmanager.get_plugins()\n', 'test-internals'],
    ['a test that is detected', 'import os\nif os.environ.get("PYTEST_CURRENT_TEST"): x = 1\n', 'test-detection'],
    ['pytest in sys.modules', 'import sys\nfast = "pytest" in sys.modules\n', 'test-detection'],
    ['its own process', 'open("/proc/self/mem")\n', 'process-internals'],
    ['objects of the runner', 'import gc\ngc.get_objects()\n', 'gc-objects'],
    ['a replaced module', 'import sys\nsys.modules["json"] = x\n', 'module-replacement'],
    ['os handed around', 'import os\ndef tools(): return os\ntools().system("ls")\n', 'os-command'],
    ['os in a list', 'import os\n[os][0].popen("ls")\n', 'os-command'],
    ['builtins handed around', 'import builtins\ndef tools(): return builtins\n', 'hidden-name'],
    ['eval by its own method', 'eval.__call__("1")\n', 'eval'],
    ['eval behind a nonlocal statement', 'def f():\n    e = print\n    def g():\n        nonlocal e\n        e = eval\n    g()\n    return e("1")\n', 'eval'],
    ['eval behind a global statement', 'def f():\n    global e\n    e = eval\ndef g(): return e("1")\n', 'eval'],
    ['eval in a match statement', 'match x:\n    case 1:\n        eval("1")\n', 'eval'],
    ['eval where the syntax cannot be read', 'def f(:\n    eval(x)\n', 'unparsed'],
  ])('%s', async (_title, source, rule) => {
    expect(await rules(source)).toContainEqual(expect.stringMatching(new RegExp(`^block ${rule} `)));
  });
});

describe('the scan lets pass', () => {
  it.each([
    ['re.compile', 'import re\np = re.compile("x")\n'],
    ['compile from re', 'from re import compile\np = compile("x")\n'],
    ['model.eval()', 'model = load()\nmodel.eval()\n'],
    ['session.execute', 'session.execute("x")\n'],
    ['df.eval', 'import pandas as pd\ndf = pd.DataFrame()\ndf.eval("a + b")\n'],
    ['a function of its own called compile', 'def compile(x):\n    return x\n\ncompile("x")\n'],
    ['a parameter called exec', 'def f(exec):\n    return exec()\n'],
    ['a local variable called eval', 'def f():\n    eval = 1\n    return eval\n'],
    ['a method called exec', 'class Q:\n    def exec(self): return 1\nQ().exec()\n'],
    ['os.path', 'import os\np = os.path.join("a", os.environ["HOME"], os.getcwd())\n'],
    ['platform.system', 'import os, platform\np = platform.system()\n'],
    ['constants of subprocess in an except', 'def f(e):\n    return e.returncode\n'],
    ['a constant import of a harmless module', 'import importlib\nimportlib.import_module("json")\n'],
    ['getattr on an object', 'class A: pass\ngetattr(A(), name)\n'],
    ['the word in a text', 'x = "eval(1)"  # exec(2)\n'],
    ['literal_eval', 'import ast\nast.literal_eval("1")\n'],
    ['pytest.raises', 'import pytest\ndef test_a():\n    with pytest.raises(ValueError): int("x")\n'],
    ['a main guard', 'import unittest\nif __name__ == "__main__":\n    unittest.main()\n'],
    ['asserts and random numbers', 'import random\nassert random.random() < 1\n'],
    ['type aliases of the newest Python', 'type A = int\ndef f[T](x: T) -> T: return x\n'],
    ['quotes inside f-strings', 'd = {}\nx = f"{d["a"]}"\n'],
  ])('%s', async (_title, source) => {
    expect(await rules(source)).toEqual([]);
  });
});

describe('the scan of anything', () => {
  const SOURCE = 'import os as o\nclass A(B, k=1):\n    @d\n    async def f(self, a=eval, *b, c: int = (1), **e):\n        global x; x, (y, *z) = [q for q in o.listdir() if q], (1, 2)\n        with open(f"{a!r}") as g, h: yield\n        try: pass\n        except E as err: raise\n        match x:\n            case {"a": [1, *r]} if r: del r\n        return (lambda v=1: v)(x[1:2].y) if (n := 3) else await z\n';
  it('ends with findings, however broken the file is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(SOURCE.length), fc.nat(SOURCE.length), fc.string({ maxLength: 5 }), async (from, to, text) => {
        const source = SOURCE.slice(0, from) + text + SOURCE.slice(to);
        expect(Array.isArray(await scan('a.py', undefined, source))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  it('reads every construct without falling back to lines', async () => {
    expect(await rules(SOURCE)).toEqual(['block eval 4', 'block eval 6']); // `a` may be `eval` in line 6 too
  });
});

describe('the scan warns', () => {
  it.each([
    ['of pickle', 'import pickle\npickle.loads(b)\n', 'app.py', 'pickle'],
    ['of marshal', 'import marshal\nmarshal.loads(b)\n', 'app.py', 'marshal'],
    ['of sockets', 'import socket\nsocket.create_connection(a)\n', 'app.py', 'network'],
    ['of rmtree', 'import shutil\nshutil.rmtree(p)\n', 'app.py', 'delete-tree'],
    ['of yaml.load', 'import yaml\nyaml.load(f)\n', 'app.py', 'unsafe-yaml'],
    ['of subprocess in tests', 'import subprocess\nsubprocess.run(["ls"])\n', 'tests/test_cli.py', 'subprocess'],
    ['of SQL made from text', 'q = "SELECT * FROM t WHERE a = " + x\n', 'app.py', 'sql-by-text'],
    ['of passwords', 'password = "hunter2"\n', 'app.py', 'password-in-source'],
  ])('%s', async (_title, source, path, rule) => {
    const found = (await rules(source, path)).map((f) => f.replace(/ \d+$/, ''));
    expect([...new Set(found)]).toEqual([`warn ${rule}`]);
  });

  it('only of what the change adds', async () => {
    const old = 'x = eval(a)\n';
    expect(await rules(`# moved\n\n${old}`, 'a.py', old)).toEqual([]);
    expect(await rules(`${old}y = eval(b)\n`, 'a.py', old)).toEqual(['block eval 2']);
    expect(await rules(`${old}${old}`, 'a.py', old)).toEqual(['block eval 2']);
  });

  it('of eval in tests as in the program', async () => {
    expect(await rules('def test_a(): eval("1")\n', 'tests/test_a.py')).toEqual(['block eval 1']);
  });

  it('and takes hooks in conftest.py, which is protected otherwise', async () => {
    expect(await rules('def pytest_configure(config): pass\n', 'tests/conftest.py')).toEqual([]);
  });
});
