import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { after } from './sample.prop.ts';

type Range = Omit<Extract<Operation, { kind: 'extract_function' }>, 'kind' | 'path' | 'name'>;
const at = (fromLine: number, toLine: number, fromColumn?: number, toColumn?: number): Range => ({ fromLine, toLine, ...(fromColumn ? { fromColumn } : {}), ...(toColumn ? { toColumn } : {}) });

const cases: [string, string, Range, string][] = [
  ['what is read comes in, what is read later goes out', 'def f(xs, k):\n    total = 0\n    for x in xs:\n        # weigh\n        total += x * k  # so\n    return total\n', at(3, 5),
    'def g(xs, total, k):\n    for x in xs:\n        # weigh\n        total += x * k  # so\n    return total\n\n\ndef f(xs, k):\n    total = 0\n    total = g(xs, total, k)\n    return total\n'],
  ['lines that all return are called with return', 'def f(a):\n    if a:\n        return 1\n    return 2\n', at(2, 4), 'def g(a):\n    if a:\n        return 1\n    return 2\n\n\ndef f(a):\n    return g(a)\n'],
  ['an expression is returned', 'def f(a, b):\n    return a + (b * 2)\n', at(2, 2, 16, 23), 'def g(b):\n    return b * 2\n\n\ndef f(a, b):\n    return a + (g(b))\n'],
  ['what uses self becomes a method', 'class A:\n    def f(self, n):\n        s = self.x + n\n        return s\n', at(3, 3), 'class A:\n    def f(self, n):\n        s = self.g(n)\n        return s\n\n    def g(self, n):\n        s = self.x + n\n        return s\n'],
  ['what waits stays asynchronous', 'async def f(u):\n    r = await u()\n    return r\n', at(2, 2), 'async def g(u):\n    r = await u()\n    return r\n\n\nasync def f(u):\n    r = await g(u)\n    return r\n'],
  ['a global stays one', 'N = 0\n\n\ndef f():\n    global N\n    N = 1\n', at(6, 6), 'N = 0\n\n\ndef g():\n    global N\n    N = 1\n\n\ndef f():\n    global N\n    g()\n'],
  ['lines inside strings keep their bytes', 'def f(a):\n    if a:\n        print("""x\n        y""")\n', at(3, 4), 'def g():\n    print("""x\n        y""")\n\n\ndef f(a):\n    if a:\n        g()\n'],
  ['CRLF and tabs stay', 'def f(a):\r\n\tb = a\r\n\treturn b\r\n', at(2, 2), 'def g(a):\r\n\tb = a\r\n\treturn b\r\n\r\n\r\ndef f(a):\r\n\tb = g(a)\r\n\treturn b\r\n'],
  ['a value carried from one turn of a loop to the next comes in and goes out', 'def f(xs):\n    n = 0\n    for x in xs:\n        n = n + x\n        print(x)\n', at(4, 4), 'def g(n, x):\n    n = n + x\n    return n\n\n\ndef f(xs):\n    n = 0\n    for x in xs:\n        n = g(n, x)\n        print(x)\n'],
  ['a return on some ways only is refused', 'def f(a):\n    if a:\n        return 1\n    return 2\n', at(2, 3), 'behaviour'],
  ['a break of a loop outside is refused', 'def f(xs):\n    for x in xs:\n        if x:\n            break\n', at(3, 4), 'behaviour'],
  ['a yield is refused', 'def f(xs):\n    yield xs\n', at(2, 2), 'unsupported'],
  ['a value that is given on some ways only is refused', 'def f(a):\n    if a:\n        b = 1\n    return b\n', at(2, 3), 'behaviour'],
  ['what an exception would lose is refused', 'def f():\n    a = 1\n    try:\n        a = 2\n        print(a)\n    except ValueError:\n        pass\n    return a\n', at(4, 5), 'behaviour'],
  ['half a statement is refused', 'def f(a):\n    if a:\n        b = 1\n        return b\n', at(2, 3), 'unsupported'],
  ['a taken name is refused', 'def g(): ...\ndef f():\n    print(1)\n', at(3, 3), 'name_clash'],
  ['locals() is refused', 'def f(a):\n    print(locals())\n', at(2, 2), 'behaviour'],
  ['empty lines are refused', 'def f(): ...\n\n\n', at(2, 3), 'not_found'],
];

describe('extract function in Python', () => {
  it.each(cases)('%s', async (_, text, range, expected) => {
    const found = await after({ 'm.py': text }, { kind: 'extract_function', path: 'm.py', name: 'g', ...range });
    expect(typeof found === 'string' ? found : found['m.py']).toBe(expected);
  });
});
