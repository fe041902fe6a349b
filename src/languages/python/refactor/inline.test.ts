import { describe, expect, it } from 'vitest';
import { after } from './sample.prop.ts';

const cases: [string, Record<string, string>, Record<string, string> | string][] = [
  ['an expression stands in every file, with the imports that it needs', {
    'm.py': 'import math\n\nK = 2\n\n\n# about f\ndef f(a, b=1):\n    """d"""\n    return math.sqrt(a) * b + K\n\n\ndef g(x):\n    return f(x) * 2\n', 'n.py': 'from m import f\n\n\ndef h(q):\n    return [f(v, 3) for v in q]\n',
  }, { 'm.py': 'import math\n\nK = 2\n\n\ndef g(x):\n    return (math.sqrt(x) * 1 + K) * 2\n', 'n.py': 'import math\n\nfrom m import K\n\n\ndef h(q):\n    return [(math.sqrt(v) * 3 + K) for v in q]\n' }],
  ['statements keep their remarks, and names of the caller stay apart', { 'm.py': 'def f(a, b):\n    # add\n    t = a + b\n    a = t * 2  # twice\n    return a - b\n\n\ndef g(x, t):\n    y = f(x(), 5)\n    return y + t\n' },
    { 'm.py': 'def g(x, t):\n    a = x()\n    # add\n    t_1 = a + 5\n    a = t_1 * 2  # twice\n    y = a - 5\n    return y + t\n' }],
  ['an argument that does something is evaluated once', { 'm.py': 'def f(a):\n    return a * a\n\n\ndef g(x):\n    y = f(x())\n    return y\n' }, { 'm.py': 'def g(x):\n    a = x()\n    y = a * a\n    return y\n' }],
  ['a call for its effect alone is replaced by the statements', { 'm.py': 'def f(a):\n    print(a)\n\n\ndef g(x):\n    if x:\n        f("s")\n' }, { 'm.py': 'def g(x):\n    if x:\n        print("s")\n' }],
  ['the examples in its own docstring go with it', { 'm.py': 'def f(a):\n    """\n    >>> f(1)\n    2\n    """\n    return a + 1\n\n\ndef g(x):\n    return f(x)\n' }, { 'm.py': 'def g(x):\n    return x + 1\n' }],
  ['twice inside an expression is refused', { 'm.py': 'def f(a):\n    return a * a\ndef g(x):\n    return 1 + f(x())\n' }, 'behaviour'],
  ['a function as a value is refused', { 'm.py': 'def f(a):\n    return a\ndef g(x):\n    return map(f, x)\n' }, 'dynamic_use'],
  ['recursion is refused', { 'm.py': 'def f(a):\n    return f(a - 1)\nf(1)\n' }, 'behaviour'],
  ['a decorated function is refused', { 'm.py': 'import functools\n@functools.cache\ndef f(a):\n    return a\nf(1)\n' }, 'unsupported'],
  ['a generator is refused', { 'm.py': 'def f(a):\n    yield a\nf(1)\n' }, 'unsupported'],
  ['several returns are refused', { 'm.py': 'def f(a):\n    if a:\n        return 1\n    return 2\nx = f(1)\n' }, 'unsupported'],
  ['*args are refused', { 'm.py': 'def f(*a):\n    return a\nf(1)\n' }, 'unsupported'],
  ['a name that means something else at the call is refused', { 'm.py': 'K = 1\ndef f():\n    return K\ndef g(K):\n    return f()\n' }, 'name_clash'],
  ['what __all__ exports is refused', { 'm.py': '__all__ = ["f"]\ndef f():\n    return 1\nx = f()\n' }, 'exported_api'],
  ['a default that is no constant is refused', { 'm.py': 'def f(a=[]):\n    return a\nx = f()\n' }, 'behaviour'],
];

describe('inline function in Python', () => {
  it.each(cases)('%s', async (_, files, expected) => {
    expect(await after(files, { kind: 'inline_function', path: 'm.py', symbol: 'f' })).toEqual(expected);
  });
});
