import { beforeAll, describe, expect, test } from 'vitest';
import type { Signature } from '../../function/types.ts';
import { extract, mend, normalise, screen } from './code.ts';
import { parseSignature } from './read.ts';
import { stub } from './stub.ts';

let signature: Signature;
let text: string;
beforeAll(async () => {
  signature = await parseSignature('from typing import List\n\ndef f(xs: List[int]) -> int: ...', 'f');
  text = stub(signature, 'Sum.', []);
});

const HEAD = 'from typing import List\n\n\n';
const WHOLE = `${HEAD}def f(xs: List[int]) -> int:\n    """Sum."""\n`;
const block = (code: string): string => `\`\`\`python\n${code}\n\`\`\``;

describe('the module in a reply', () => {
  test.each<[string, string, string | undefined]>([
    ['a block with prose around', `Sure!\n\n${block('def f(xs):\n    return sum(xs)')}\n\nIt sums.`, `${HEAD}def f(xs):\n    return sum(xs)\n`],
    ['a block that is not closed', '```python\ndef f(xs):\n    return 1', `${HEAD}def f(xs):\n    return 1\n`],
    ['prints, asserts, calls, tests and guards are dropped, helpers and comments stay', block('import os\n\ndef h(x):\n    return x\n\n# adds\ndef f(xs):\n    return sum(h(x) for x in xs)\n\ndef test_f():\n    assert f([1])\n\nresult = f([1])\nprint(result)\nassert f([]) == 0\nif __name__ == "__main__":\n    print(f([1]))'), `${HEAD}def h(x):\n    return x\n\n\n# adds\ndef f(xs):\n    return sum(h(x) for x in xs)\n`],
    ['tables that are filled at top level stay', block('T = [0] * 3\nfor i in range(3):\n    T[i] = i\n\ndef f(xs):\n    return T[xs[0]]'), `${HEAD.trimEnd()}\n\nT = [0] * 3\nfor i in range(3):\n    T[i] = i\n\n\ndef f(xs):\n    return T[xs[0]]\n`],
    ['imports in a block of their own are merged', `${block('import math')}\nthen\n${block('def f(xs):\n    return math.fsum(xs)')}\n${block('f([1])')}`, 'from typing import List\nimport math\n\n\ndef f(xs):\n    return math.fsum(xs)\n'],
    ['a fence that was begun twice', '```python\n```python\ndef f(xs):\n    return 1\n```', `${HEAD}def f(xs):\n    return 1\n`],
    ['of two blocks the one with a body', `${block('def f(xs):\n    """Sum."""')}\n${block('def f(xs):\n    return 1')}`, `${HEAD}def f(xs):\n    return 1\n`],
    ['no fence', 'Here:\n\ndef f(xs):\n    return 2\n\nThis is it.', `${HEAD}def f(xs):\n    return 2\n`],
    ['a body alone', '    return sum(xs)', `${WHOLE}    return sum(xs)\n`],
    ['a lambda', block('f = lambda xs: sum(xs)'), `${HEAD.trimEnd()}\n\nf = lambda xs: sum(xs)\n`],
    ['what does not parse is kept for its message', block('def f(xs):\n    return (1'), `${HEAD}def f(xs):\n    return (1\n`],
    ['another function', block('def g(xs):\n    return 1'), undefined],
    ['prose', 'I cannot do that.', undefined],
  ])('chat: %s', async (_title, reply, code) => {
    expect(await extract(reply, 'chat', signature, text)).toBe(code);
  });

  test.each<[string, string, string | undefined]>([
    ['a body', '\n    return sum(xs)\n', `${WHOLE}    return sum(xs)\n`],
    ['a first line that lost its indentation', 'return sum(xs)', `${WHOLE}    return sum(xs)\n`],
    ['what follows is cut, what is used stays', '\n    return h(xs)\n\n\ndef h(xs):\n    return 1\n\n\ndef other():\n    pass\n\n\nprint(f([1]))\nand so on', `${WHOLE}    return h(xs)\n\n\ndef h(xs):\n    return 1\n`],
    ['prose behind', '\n    return 1\n\nThis returns one.\n', `${WHOLE}    return 1\n`],
    ['a fence behind', '\n    return 1\n```\nDone', `${WHOLE}    return 1\n`],
    ['the function anew', '\n\ndef f(xs):\n    return 3\n', `${HEAD}def f(xs):\n    return 3\n`],
    ['nothing', '\n  \n', undefined],
  ])('completion: %s', async (_title, continuation, code) => {
    expect(await extract(continuation, 'completion', signature, text)).toBe(code);
  });
});

describe('codes are the same', () => {
  test.each([
    ['that differ in names, comments, annotations and doc', 'def f(a):\n  b=1\n  return a+b', 'def f(x: int) -> int:\n    """d"""\n    y: int = 1  # c\n    return x + y', true],
    ['that differ in layout', 'def f(a):\n  return (a+\n 1)', 'def f(a):\n    return a + 1\n', true],
    ['that swap their names', 'def f(a, b):\n  return a - b', 'def f(b, a):\n  return b - a', true],
  ])('%s', async (_title, one, other) => {
    expect(await normalise(one)).toBe(await normalise(other));
  });
  test.each([
    ['that swap their operands', 'def f(a, b):\n  return a - b', 'def f(a, b):\n  return b - a'],
    ['that differ in a constant', 'def f(a):\n  return a + 1', 'def f(a):\n  return a + 2'],
    ['that call other functions', 'def f(a):\n  return min(a)', 'def f(a):\n  return max(a)'],
  ])('not those %s', async (_title, one, other) => {
    expect(await normalise(one)).not.toBe(await normalise(other));
  });
  test('what does not parse has no form', async () => {
    expect(await normalise('def f(')).toBeUndefined();
  });
});

describe('mended without a model', () => {
  test.each<[string, string, string | undefined]>([
    ['imports that everybody knows', 'def f(xs):\n    return math.fsum(Counter(xs))', 'import math\nfrom collections import Counter\n\n\ndef f(xs):\n    return math.fsum(Counter(xs))'],
    ['the class or the module, by its use', 'def f(xs):\n    return datetime.datetime.now()', 'import datetime\n\n\ndef f(xs):\n    return datetime.datetime.now()'],
    ['an end that was cut off', 'def f(xs):\n    a = 1\n    return a\n    for x in (1', 'def f(xs):\n    a = 1\n    return a\n'],
    ['tabs among spaces', 'def f(xs):\n\tif xs:\n        return 1\n\treturn 2', 'def f(xs):\n    if xs:\n        return 1\n    return 2'],
    ['a line that stands askew', 'def f(xs):\n   a = 1\n    return a', 'def f(xs):\n   a = 1\n   return a'],
    ['a body without indentation', 'def f(xs):\nreturn sum(xs)', 'def f(xs):\n    return sum(xs)'],
    ['typographic quotes', 'def f(xs):\n    return “a”', 'def f(xs):\n    return "a"'],
    ['nothing to do', 'def f(xs):\n    return 1', undefined],
    ['nothing to save', 'def f(xs):\n    (', undefined],
  ])('%s', async (_title, code, mended) => {
    expect(await mend(code, signature)).toBe(mended);
  });
});

describe('screened before they run', () => {
  test.each<[string, string, string, number?]>([
    ['syntax', 'def f(xs):\n    return (', "SyntaxError: '(' was never closed", 2],
    ['indentation', 'def f(xs):\n    return 1\n      x', 'IndentationError: unexpected indent', 3],
    ['no_function', 'def g(xs): return 1', 'It defines no function `f`, only `g`.'],
    ['no_function', 'def f(xs):\n    """Only a doc."""', 'The function `f` has no body.', 1],
    ['signature', 'def f(a, b): return 1', '`f` takes 2 arguments, and is to take 1 argument.', 1],
    ['signature', 'def f(): return 1', '`f` takes 0 arguments, and is to take 1 argument.', 1],
    ['signature', 'def f(xs, *, k): return 1', '`f` cannot be called without `k`.', 1],
    ['signature', 'async def f(xs): return 1', '`f` is to be a plain function, not async.', 1],
    ['name', 'def f(xs):\n    return Counter(xs)', "NameError: name 'Counter' is not defined", 2],
    ['side_effect', 'import os\ndef f(xs): return os.getcwd()', 'It imports `os`.', 1],
    ['side_effect', 'from subprocess import run\ndef f(xs): return 1', 'It imports `subprocess`.', 1],
    ['side_effect', 'def f(xs):\n    import pytest\n    return 1', 'It imports `pytest`.', 2],
    ['side_effect', 'import builtins\ndef f(xs): return 1', 'It imports `builtins`.', 1],
    ['side_effect', 'import sys\ndef f(xs): return sys._getframe()', 'It uses `sys._getframe`.', 2],
    ['side_effect', 'from sys import modules\ndef f(xs): return 1', 'It uses `sys.modules`.', 1],
    ['side_effect', 'def f(xs): return open("test_f.py").read()', 'It uses `open`.', 1],
    ['side_effect', 'def f(xs): return __import__("os")', 'It uses `__import__`.', 1],
    ['side_effect', 'def f(xs): return eval("__imp" + "ort__(\'os\')")', 'It uses `eval` with more than an expression.', 1],
    ['side_effect', 'def f(xs): return f.__globals__', 'It looks into `__globals__`.', 1],
    ['side_effect', 'import math\nmath.pi = 3\ndef f(xs): return 1', 'It writes to `math.pi`.', 2],
    ['side_effect', 'import random\ndef f(xs): return random._os.getcwd()', 'It reaches into `random._os`.', 2],
    ['side_effect', 'from statistics import sys\ndef f(xs): return 1', 'It reaches into `statistics.sys`.', 1],
    ['side_effect', 'def f(xs): return getattr(f, "__glo" + "bals__")', 'It uses `getattr` with a name that cannot be read.', 1],
    ['side_effect', 'import operator\ndef f(xs): return operator.attrgetter("__globals__")(f)', 'It names `__globals__`.', 2],
    ['side_effect', 'class E:\n    def __eq__(self, other):\n        return True\ndef f(xs): return E()', 'Its `__eq__` does not look at the other object.', 2],
    ['side_effect', 'import math\nsetattr(math, "pi", 3)\ndef f(xs): return 1', 'It writes to `math`.', 2],
  ])('%s: %s', async (kind, code, message, line) => {
    expect(await screen(code, signature)).toEqual({ class: kind, message, ...(line === undefined ? {} : { line }) });
  });

  test.each([
    'def f(xs, k=1): return 1',
    'def f(*xs): return 1',
    'import sys\nsys.setrecursionlimit(5000)\ndef f(xs): return sys.maxsize',
    'import os\ndef f(xs): return os.path.join("a", "b")',
    'def f(input): return input',
    'def f(xs): return eval(xs)',
    'from urllib import parse\nimport collections.abc\ndef f(xs): return isinstance(parse.quote(str(getattr(xs, "real", 1))), collections.abc.Sized)',
    'class A:\n    pass\ndef f(xs):\n    a = A()\n    a.b = 1\n    return a.__class__.__name__',
  ])('%s is let through', async (code) => {
    expect(await screen(code, signature)).toBeUndefined();
  });

  test('a module that the user imports is no side effect', async () => {
    const own = await parseSignature('import os\n\ndef f(xs): ...', 'f');
    expect(await screen('import os\ndef f(xs): return os.getcwd()', own)).toBeUndefined();
  });
});
