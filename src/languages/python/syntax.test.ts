import { describe, expect, it } from 'vitest';
import { symbolsByLines, testsByLines } from './lines.ts';
import { mutants } from './mutants.ts';
import { outline, parse, staticTests } from './syntax.ts';

const SHAPES = `"""Shapes."""
import math
from .base import Shape as S, other

PI = 3.14
_hidden = 1

@decorated
class Circle(S, metaclass=Meta):
    kind: str = "round"

    def area(self, r: float = 1.0, *, scale: int = 2) -> float:
        """Area."""
        def inner(x):
            return x
        return inner(PI * r ** 2)

    @property
    def _secret(self): ...

async def load(path, /, *rest, **more):
    pass
`;

describe('parsing', () => {
  it('finds definitions with signatures, lines and parents', async () => {
    const { ok, symbols, imports } = await parse(SHAPES);
    expect(ok).toBe(true);
    expect(symbols.map((s) => [s.kind, [...s.parents, s.name].join('.'), s.fromLine, s.toLine, s.exported, s.signature])).toEqual([
      ['constant', 'PI', 5, 5, true, 'PI = 3.14'],
      ['constant', '_hidden', 6, 6, false, '_hidden = 1'],
      ['class', 'Circle', 8, 19, true, 'class Circle(S, metaclass=Meta)'],
      ['constant', 'Circle.kind', 10, 10, true, "kind: str = 'round'"],
      ['method', 'Circle.area', 12, 16, true, 'def area(self, r: float=1.0, *, scale: int=2) -> float'],
      ['function', 'Circle.area.inner', 14, 15, true, 'def inner(x)'],
      ['method', 'Circle._secret', 18, 19, false, 'def _secret(self)'],
      ['function', 'load', 21, 22, true, 'async def load(path, /, *rest, **more)'],
    ]);
    expect(imports).toEqual([{ module: 'math', names: [], line: 2 }, { module: '.base', names: ['Shape', 'other'], line: 3 }]);
  });

  it.each([
    ['def f(:\n', 1], ['x = 1\nreturn x\n', 2], ['if x:\npass\n', 2], ['x = "unclosed\n', 1], ['for i in y:\n    pass\nbreak\n', 3], ['class A\n    pass\n', 1],
  ])('says where %j fails', async (source, line) => {
    expect(await parse(source)).toMatchObject({ ok: false, error: { line, message: expect.stringMatching(/\S/) } });
  });

  it.each([
    ['nested quotes in f-strings', 'def f(d):\n    return f"{d["a"]}"\n'],
    ['type parameters', 'def f[T](x: T) -> T:\n    return x\n'],
    ['except without parentheses', 'def f():\n    try:\n        pass\n    except A, B:\n        pass\n'],
    ['a byte order mark', '\uFEFFdef f():\n    pass\n'],
    ['CRLF', 'def f():\r\n    pass\r\n'],
  ])('accepts %s and still finds the function', async (_title, source) => {
    const parsed = await parse(source);
    expect(parsed.ok).toBe(true);
    expect(parsed.symbols.map((s) => s.name)).toEqual(['f']);
  });

  it('reads by lines what does not parse', async () => {
    const { ok, symbols } = await parse('import os\nclass A:\n    def m(self):\n        return 1\n\ndef broken(:\n    pass\n');
    expect(ok).toBe(false);
    expect(symbols.map((s) => [...s.parents, s.name].join('.'))).toEqual(['A', 'A.m', 'broken']);
  });

  it('agrees by lines with what the tree says of names and lines', async () => {
    const source = 'class A:\n    def m(self):\n        return 1\n\n    def n(self):\n        if 1:\n            return 2\n\ndef f():\n    return 3\n';
    const byTree = (await parse(source)).symbols;
    expect(symbolsByLines(source).map((s) => [s.name, s.fromLine, s.toLine, s.parents])).toEqual(byTree.map((s) => [s.name, s.fromLine, s.toLine, s.parents]));
  });

  it('outlines a file without bodies', async () => {
    expect(await outline(SHAPES)).toBe(`imports math, .base
5: PI = 3.14
6: _hidden = 1
8-19: class Circle(S, metaclass=Meta)
10:   kind: str = 'round'
12-16:   def area(self, r: float=1.0, *, scale: int=2) -> float
14-15:     def inner(x)
18-19:   def _secret(self)
21-22: async def load(path, /, *rest, **more)`);
  });
});

describe('tests as they stand', () => {
  it('have a name, lines and a text without formatting', async () => {
    const found = await staticTests('import pytest\n\n@pytest.mark.parametrize("a", [1])\ndef test_a(a):\n    # why\n    assert  a==1\n\nclass TestB:\n    def test_c(self): assert 1\n    def helper(self): pass\n');
    expect(found).toEqual([
      { name: 'test_a', fromLine: 3, toLine: 6, skipped: false, body: "@pytest.mark.parametrize('a', [1])\ndef test_a(a):\n    assert a == 1" },
      { name: 'TestB.test_c', fromLine: 9, toLine: 9, skipped: false, body: 'def test_c(self):\n    assert 1' },
    ]);
  });

  it.each([
    ['@pytest.mark.skip\ndef test_a(): pass\n'], ['@pytest.mark.skipif(True, reason="x")\ndef test_a(): pass\n'], ['@pytest.mark.xfail\ndef test_a(): pass\n'],
    ['@unittest.skip("x")\ndef test_a(): pass\n'], ['def test_a():\n    pytest.skip("x")\n    assert 0\n'], ['class T(unittest.TestCase):\n    def test_a(self):\n        self.skipTest("x")\n'],
    ['pytestmark = pytest.mark.skip\ndef test_a(): pass\n'], ['pytestmark = [pytest.mark.skip(reason="x")]\ndef test_a(): pass\n'], ['pytest.skip("x", allow_module_level=True)\ndef test_a(): pass\n'],
    ['@unittest.expectedFailure\ndef test_a(): pass\n'], ['@pytest.mark.skip\nclass TestA:\n    def test_a(self): pass\n'], ['def test_a():\n    return\n    assert 0\n'], ['def test_a():\n    raise unittest.SkipTest("x")\n'],
  ])('are seen to be skipped: %j', async (source) => {
    expect((await staticTests(source)).map((test) => test.skipped)).toEqual([true]);
  });

  it('are found by lines where the file does not parse', async () => {
    expect(testsByLines('class T:\n    @pytest.mark.skip\n    def test_a(self):\n        assert 1\n\ndef test_b(:\n    pass\n').map((t) => [t.name, t.fromLine, t.toLine, t.skipped])).toEqual([
      ['T.test_a', 2, 4, true], ['test_b', 6, 7, false],
    ]);
  });
});

describe('mutants', () => {
  it.each([
    ['def f(a): return a < 1\n', 'def f(a): return a <= 1\n'],
    ['def f(a): return a == 1\n', 'def f(a): return a != 1\n'],
    ['def f(a): return a is not None\n', 'def f(a): return a is None\n'],
    ['def f(a): return a not in b\n', 'def f(a): return a in b\n'],
    ['def f(a, b): return a + b\n', 'def f(a, b): return a - b\n'],
    ['def f(a, b): return (a) * (b)\n', 'def f(a, b): return (a) / (b)\n'],
    ['def f(a):\n    a += 1\n', 'def f(a):\n    a -= 1\n'],
    ['def f(a, b): return a and b\n', 'def f(a, b): return a or b\n'],
    ['def f(a): return not a\n', 'def f(a): return (a)\n'],
    ['def f(a): return -a\n', 'def f(a): return (a)\n'],
    ['x = True\n', 'x = False\n'],
    ['x = 5\n', 'x = (5 + 1)\n'],
    ['x = 0\n', 'x = 1\n'],
    ['x = "text"\n', "x = ''\n"],
    ['def f(a): return a\n', 'def f(a): return None\n'],
    ['def f(a):\n    if a: return\n', 'def f(a):\n    if not (a): return\n'],
    ['def f(a):\n    a.append(1)\n', 'def f(a):\n    pass\n'],
    ['def f(a):\n    raise E\n', 'def f(a):\n    pass\n'],
    ['for x in y:\n    break\n', 'for x in y:\n    continue\n'],
    ['def f(é): return é < "ü"\r\n', 'def f(é): return é <= "ü"\r\n'],
    ['\uFEFFx = True\n', '\uFEFFx = False\n'],
  ])('of %j include %j', async (source, want) => {
    expect((await mutants(source)).map((m) => m.content)).toContain(want);
  });

  it('stay in the lines asked for, under the limit, and the same every time', async () => {
    const source = Array.from({ length: 30 }, (_, i) => `x${i} = ${i + 2}\n`).join('');
    expect((await mutants(source, [3, 4])).map((m) => m.line)).toEqual([3, 4]);
    const few = await mutants(source, undefined, 5);
    expect(few).toHaveLength(5);
    expect(few.at(-1)!.line).toBeGreaterThan(20);
    expect(await mutants(source, undefined, 5)).toEqual(few);
  });

  it('change one place each, and all of them parse', async () => {
    const found = await mutants(SHAPES, undefined, 100);
    expect(found.length).toBeGreaterThan(4);
    const broken = await Promise.all(found.map(async (m) => ((await parse(m.content)).ok ? [] : [m.description])));
    expect(broken.flat()).toEqual([]);
    expect(new Set(found.map((m) => m.content)).size).toBe(found.length);
  });

  it('leave docstrings, imports, annotations and the main guard alone', async () => {
    expect(await mutants('"""Doc."""\nimport a\ndef f(x: "int" = y) -> "str":\n    """Doc."""\nif __name__ == "__main__":\n    f(1)\n')).toEqual([]);
  });

  it('keep a while loop running to its end', async () => {
    const found = await mutants('def f(n):\n    i = 0\n    while i < n:\n        i += 1\n        if i == 3:\n            break\n    return i\n', [3, 4, 5, 6]);
    expect(found.map((m) => m.description)).toEqual(['boundary: `<` becomes `<=`', 'negated comparison: `==` becomes `!=`']);
  });

  it('of a file that does not parse are none', async () => {
    expect(await mutants('def f(:\n')).toEqual([]);
  });
});
