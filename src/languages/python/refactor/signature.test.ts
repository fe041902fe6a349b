import { describe, expect, it } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { after } from './sample.prop.ts';

type Change = Omit<Extract<Operation, { kind: 'change_signature' }>, 'kind' | 'path' | 'symbol'>;
const CALLS = 'def f(a, b, c=1):\n    return a, c\n\nx = f(1, 2)\ny = f(1, b=2, c=3)\nz = f(\n    1,\n    2,\n    3,\n)\n';
const METHODS = 'class A:\n    def f(self, x, *, y=1): return y\nclass B(A):\n    def f(self, x, *, y=1):\n        return super().f(x, y=y)\ndef u(a: A):\n    a.f(3); A.f(a, 4); B().f(x=5, y=6)\n';

const cases: [string, string, Change, string, string?][] = [
  ['an argument goes with its parameter', CALLS, { drop: ['b'] }, 'def f(a, c=1):\n    return a, c\n\nx = f(1)\ny = f(1, c=3)\nz = f(\n    1,\n    3,\n)\n'],
  ['calls give the value of a new parameter', CALLS, { add: [{ name: 'd', type: 'int', value: '0' }] }, 'def f(a, b, d: int, c=1):\n    return a, c\n\nx = f(1, 2, 0)\ny = f(1, b=2, d=0, c=3)\nz = f(\n    1,\n    2,\n    0,\n    3,\n)\n'],
  ['a default leaves the calls as they are', CALLS, { add: [{ name: 'd', default: 'None' }] }, CALLS.replace('c=1):', 'c=1, d=None):')],
  ['arguments follow a new order', CALLS, { order: ['b', 'a', 'c'] }, 'def f(b, a, c=1):\n    return a, c\n\nx = f(2, 1)\ny = f(b=2, a=1, c=3)\nz = f(\n    2,\n    1,\n    3,\n)\n'],
  ['overrides and super() follow', METHODS, { add: [{ name: 'z', value: '9' }] }, 'class A:\n    def f(self, x, z, *, y=1): return y\nclass B(A):\n    def f(self, x, z, *, y=1):\n        return super().f(x, 9, y=y)\ndef u(a: A):\n    a.f(3, 9); A.f(a, 4, 9); B().f(x=5, z=9, y=6)\n', 'A.f'],
  ['a parameter that the body uses is not dropped', CALLS, { drop: ['a'] }, 'behaviour'],
  ['a parameter that is there is not added', CALLS, { add: [{ name: 'a', value: '1' }] }, 'name_clash'],
  ['a new parameter without a value for the calls is refused', CALLS, { add: [{ name: 'd' }] }, 'unsupported'],
  ['a call by * is refused where positions shift', 'def f(a, b): return a\nf(*[1, 2])\n', { drop: ['b'] }, 'dynamic_use'],
  ['a function that is passed on is refused', 'def f(a, b): return a\nmap(f, [1], [2])\n', { drop: ['b'] }, 'dynamic_use'],
  ['a partial whose later arguments would shift is refused', 'from functools import partial\ndef f(a, b, c=1): return a\np = partial(f, 1)\n', { drop: ['b'] }, 'dynamic_use'],
  ['an argument that does something is not dropped', 'def f(a, b): return a\nf(1, print(2))\n', { drop: ['b'] }, 'behaviour'],
  ['an order that changes when arguments are evaluated is refused', 'def f(a, b): return a\nf(open("x"), open("y"))\n', { order: ['b', 'a'] }, 'behaviour'],
];

describe('change signature in Python', () => {
  it.each(cases)('%s', async (_, text, change, expected, symbol = 'f') => {
    const found = await after({ 'm.py': text }, { kind: 'change_signature', path: 'm.py', symbol, ...change });
    expect(typeof found === 'string' ? found : found['m.py']).toBe(expected);
  });

  it('calls in other files and doctests follow', async () => {
    const found = await after({ 'm.py': 'def f(a, b):\n    """\n    >>> f(1, 2)\n    1\n    """\n    return a\n', 'n.py': 'import m\nfrom m import f as g\nm.f(1, 2); g(b=1, a=2)\n' }, { kind: 'change_signature', path: 'm.py', symbol: 'f', drop: ['b'] });
    expect(found).toEqual({ 'm.py': 'def f(a):\n    """\n    >>> f(1)\n    1\n    """\n    return a\n', 'n.py': 'import m\nfrom m import f as g\nm.f(1); g(a=2)\n' });
  });
});
