import { beforeAll, describe, expect, test } from 'vitest';
import { openSandbox } from '../../../sandbox/open.ts';
import type { OpenedSandbox } from '../../../sandbox/types.ts';
import type { Property, TestFileReport } from '../../function/types.ts';
import { checkProperties } from './properties.ts';
import { parseSignature } from './read.ts';
import { parseTests } from './tests-file.ts';
import { runTests } from './tests-run.ts';

let sandbox: OpenedSandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

const law = (expression: string): Property => ({ text: '', expression, trust: 'guessed' });

describe('properties on generated inputs', () => {
  test('hold, break with the smallest input, or say nothing of anybody', async () => {
    const signature = await parseSignature('f(xs: List[int])', 'f');
    const candidates = [
      { id: 'sorts', code: 'def f(xs):\n    return sorted(xs)' },
      { id: 'drops', code: 'def f(xs):\n    return sorted(set(xs))' },
      { id: 'nothing', code: 'def f(xs):\n    return None' },
      { id: 'changes', code: 'def f(xs):\n    xs.sort()\n    return xs[:3]' },
      { id: 'broken', code: 'def f(xs' },
    ];
    const properties = [law('len(f(xs)) == len(xs)'), law('unknown(f(xs))'), law('f(xs')];
    const [sorts, drops, nothing, changes, broken] = await checkProperties({ sandbox, signature, candidates, properties, caseMs: 5000, seed: 1, runs: 50 });
    expect(sorts!.results[0]).toEqual({ kind: 'held' });
    expect(drops!.results[0]).toEqual({ kind: 'broken', counterexample: 'f([0, 0])', detail: '`len(f(xs)) == len(xs)` is false' });
    expect(nothing!.results[0]).toMatchObject({ kind: 'broken', detail: "TypeError: object of type 'NoneType' has no len()" });
    expect(changes!.results[0]).toMatchObject({ kind: 'broken', counterexample: 'f([0, 0, 0, 0])' });
    for (const report of [sorts, drops, nothing, changes]) expect(report!.results.slice(1).map(({ kind }) => kind)).toEqual(['unusable', 'unusable']);
    expect(broken!.results[0]).toEqual({ kind: 'unusable', reason: 'The candidate does not load.' });
  }, 60_000);

  test('are tried on nothing where nothing can be made', async () => {
    const signature = await parseSignature('f(g: Callable[[int], int])', 'f');
    const [report] = await checkProperties({ sandbox, signature, candidates: [{ id: 'a', code: 'def f(g):\n    return g' }], properties: [law('f(g) is g')], caseMs: 5000, seed: 1 });
    expect(report!.results).toMatchObject([{ kind: 'unusable', reason: expect.stringContaining('no inputs can be made') }]);
  }, 60_000);
});

const failure = async (doing: Promise<unknown>): Promise<string> => doing.then(() => 'no error', (thrown: { message: string }) => thrown.message);

describe('a test file', () => {
  const read = async (source: string): Promise<unknown> => {
    const { framework, module, tests, examples } = await parseTests('test_f.py', source, 'f');
    return [framework, module, tests, examples.map(({ setup, expression, expected, line }) => `${line}: ${setup ? `${setup}; ` : ''}${expression} ${expected.kind === 'raises' ? `raises ${expected.error}` : `== ${expected.kind === 'value' ? expected.text : ''}`}`)];
  };

  test.each<[string, string, unknown]>([
    ['asserts in pytest', 'from m.area import f\n\nLIST = [1]\n\ndef test_a():\n    assert f(2) == 4\n    assert f(LIST) is None\n    assert not f(0)\n    got = f(3)\n    assert got == [1]\n    assert 5 == f(4)\n', ['pytest', 'm.area', 1, ['6: f(2) == 4', '7: f([1]) == None', '8: not f(0) == True', '10: f(3) == [1]', '11: f(4) == 5']]],
    ['tables', 'import math\nimport pytest\nfrom area import f as g\n\n@pytest.mark.parametrize("a, want", [(1, 2), pytest.param(3, math.pi, id="x")])\ndef test_a(a, want):\n    assert g(a) == want\n\ndef test_b():\n    for a, want in [(5, 6), (7, 8)]:\n        assert g(a) == want\n', ['pytest', 'area', 3, ['7: f(1) == 2', '7: import math; f(3) == math.pi', '11: f(5) == 6', '11: f(7) == 8']]],
    ['exceptions named by a row, and base classes', 'import pytest\nfrom area import f\n\ndef test_a():\n    for n, kind in [(1, ValueError), (2, TypeError)]:\n        with pytest.raises(kind):\n            f(n)\n    with pytest.raises(LookupError):\n        f(3)\n', ['pytest', 'area', 1, ['6: f(1) raises ValueError', '6: f(2) raises TypeError', '8: f(3) raises undefined']]],
    ['exceptions and floats', 'import pytest\nimport area\n\ndef test_a():\n    with pytest.raises(ValueError, match="no"):\n        area.f(-1)\n    assert area.f(1) == pytest.approx(0.5)\n    assert abs(area.f(2) - 0.25) < 1e-6\n', ['pytest', 'area', 1, ['5: f(-1) raises ValueError', '7: f(1) == 0.5', '8: f(2) == 0.25']]],
    ['unittest', 'import unittest\nfrom area import f\n\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 2)\n        self.assertIsNone(f(2))\n        self.assertTrue(f(3))\n        self.assertRaises(ValueError, f, -1)\n        with self.subTest():\n            self.assertAlmostEqual(f(4), 1.5)\n        self.assertAlmostEqual(f(5), 1.5, places=1)\n', ['unittest', 'area', 1, ['6: f(1) == 2', '7: f(2) == None', '8: bool(f(3)) == True', '9: f(-1) raises ValueError', '11: f(4) == 1.5']]],
    ['asserts without tests', 'assert f(1) == 2\nassert f(2) == 3\n', ['assert', undefined, 2, ['1: f(1) == 2', '2: f(2) == 3']]],
    ['conditions, where all that they read is there', 'from area import f\n\ndef test_a(tmp_path):\n    assert f(tmp_path) == 1\n    xs = [2]\n    f(xs)\n    assert f(xs) == 2\n    assert f(1) > 2\n    assert 0 <= f(3) <= 4\n    assert f(5) and f(6)\n', ['pytest', 'area', 1, ['8: f(1) > 2 == True', '9: 0 <= f(3) <= 4 == True', '10: bool(f(5) and f(6)) == True']]],
  ])('of %s', async (_title, source, found) => {
    expect(await read(source)).toEqual(found);
  });

  test.each([
    ['that does not parse', 'def test_a(:', 'Line 1 of test_f.py cannot be used, `def test_a(:`: it does not parse'],
    ['that tests something else', 'def test_a():\n    assert g(1) == 2', 'test_f.py cannot be used: it never uses `f`. Expected tests that import and call `f`.'],
    ['that contradicts itself', 'assert f(1) == 2\nassert f(1) == 3', 'Line 2 of test_f.py cannot be used, `assert f(1) == 3`: it contradicts line 1: `assert f(1) == 2`. Expected'],
  ])('%s is refused', async (_title, source, says) => {
    expect(await failure(parseTests('test_f.py', source, 'f'))).toContain(says);
  });
});

describe('the tests of a user, run', () => {
  /** `sys` and `os` by ways that are not screened. */
  const OS = 'import random, typing\nsys = (m := typing).sys\nos = vars(random)["_os"]\n';
  const SOURCE = 'from area import f\nimport pytest\n\nWANTED = [1, 2]\n\ndef test_value():\n    assert f([2, 1]) == WANTED\n\ndef test_error():\n    with pytest.raises(TypeError):\n        f(None)\n';
  const CODES: Record<string, string> = {
    good: 'def f(xs):\n    return sorted(xs)',
    wrong: 'def f(xs):\n    return sorted(xs, reverse=True)',
    raises: 'def f(xs):\n    if xs is None:\n        raise TypeError\n    return xs[5]',
    leaves: 'def f(xs):\n    raise SystemExit(0)',
    'fake lines': 'def f(xs):\n    print("2 passed")\n    return None',
    'reads the tests': 'def f(xs):\n    return open("test_area.py").read()',
    'another pytest': 'import pytest\npytest.raises = lambda *a: None\ndef f(xs):\n    return [1, 2]',
    'an end': 'import os\nos._exit(0)\ndef f(xs):\n    return 1',
    // What the screening does not see: these reach the tests' process, where they share one.
    'a pytest that runs nothing': `${OS}tests = sys.modules.get("_pytest.python")\nif tests:\n    setattr(tests.Function, "runtest", lambda self: None)\ndef f(xs):\n    return None`,
    'the expected value, from the loaded tests': `${OS}def f(xs):\n    for name, module in list(sys.modules.items()):\n        if name.startswith("test_"):\n            return module.WANTED\n    return None`,
    'the expected value, from the file': `import codecs\ndef f(xs):\n    return [int(sign) for sign in codecs.open("test_area.py").read().split("WANTED = ")[1][:7] if sign.isdigit()]`,
    'the expected value, as it is compared': 'class L(list):\n    def __eq__(self, other):\n        self[:] = other\n        return True\ndef f(xs):\n    if xs is None:\n        raise TypeError\n    return L()',
    'a module for the tests to import': `${OS}for folder, _, files in os.walk("/tmp"):\n    if "test_area.py" in files:\n        for name in ("difflib", "pprint"):\n            try:\n                os.write(os.open(folder + "/" + name + ".py", os.O_WRONLY | os.O_CREAT), b"import sys; sys.modules['_pytest.python'].Function.runtest = lambda self: None")\n            except OSError:\n                pass\ndef f(xs):\n    return None`,
    'an answer that is none': `${OS}def f(xs):\n    os.write(3, b"xxxxxxxxxx")\n    return [1, 2]`,
    'an end of the tests': `${OS}def f(xs):\n    os.kill(os.getppid(), 9)\n    return [1, 2]`,
    'equals everything': 'class E:\n    def __eq__(self, other):\n        return True\ndef f(xs):\n    if xs is None:\n        raise TypeError\n    return E()',
  };
  let reports: Map<string, TestFileReport>;
  beforeAll(async () => {
    const tests = await parseTests('test_area.py', SOURCE, 'f');
    const signature = await parseSignature('f(xs)', 'f');
    const found = await runTests({ sandbox, signature, tests, candidates: Object.entries(CODES).map(([id, code]) => ({ id, code })), caseMs: 5000 });
    reports = new Map(found.map((report) => [report.id, report]));
  }, 180_000);

  test('the right one passes', () => {
    expect(reports.get('good')).toEqual({ id: 'good', passed: true, ran: 2, problems: [] });
  });

  test('a wrong value is told with what was expected', () => {
    expect(reports.get('wrong')).toMatchObject({ passed: false, ran: 2, problems: [{ class: 'wrong_answer', call: 'test_value', expected: '[1, 2]', got: '[2, 1]' }] });
  });

  test('an exception is told with its line', () => {
    expect(reports.get('raises')).toMatchObject({ passed: false, problems: [{ class: 'exception', message: 'IndexError: list index out of range', line: 4 }] });
  });

  test.each(Object.keys(CODES).filter((name) => !['good', 'wrong', 'raises'].includes(name)))('nobody passes by %s', (name) => {
    const report = reports.get(name)!;
    expect(report.passed).toBe(false);
    expect(report.problems.length).toBeGreaterThan(0);
  });

  test.each<[string, string, string, string]>([
    ['functions handed over and handed back', 'f(g, n)', 'def f(g, n):\n    return lambda x: g(x) + n', 'def test_a():\n    add = f(lambda x: x * 2, 1)\n    assert add(4) == 9\n    assert sorted([3, 1], key=f(abs, 0)) == [1, 3]'],
    ['generators, prints, arguments that change', 'f(m)', 'def f(m):\n    print("hello")\n    m[0].reverse()\n    while True:\n        yield m[0][0]', 'def test_a(capsys):\n    m = [[1, 2]]\n    row = m[0]\n    assert next(f(m)) == 2\n    assert row == [2, 1]\n    assert capsys.readouterr().out == "hello\\n"'],
    ['values and errors of other classes than Python has at hand', 'f(n)', 'import decimal, datetime, collections\nclass Own(ValueError):\n    pass\nclass Twice:\n    def __init__(self, n):\n        self.n = n\n    def value(self):\n        return self.n * 2\nPair = collections.namedtuple("Pair", "a b")\ndef f(n):\n    if n < 0:\n        raise Own("bad: %d" % n)\n    return Pair(decimal.Decimal("1.10"), datetime.date(2024, 2, n)), Twice(n), 10 ** 5000, float("inf")', 'import datetime, decimal, pytest\n\ndef test_a():\n    pair, twice, big, far = f(3)\n    assert pair.b == datetime.date(2024, 2, 3) and pair.a == decimal.Decimal("1.1")\n    assert twice.n == 3 and twice.value() == 6 and big == 10 ** 5000 and far > big\n    with pytest.raises(ValueError, match="^bad: -1$"):\n        f(-1)'],
    ['objects of the tests, which do not travel', 'f(n)', 'def f(n):\n    return n.x + 1', 'class A:\n    x = 4\n\ndef test_a():\n    a = A()\n    assert f(a) == 5'],
    ['classes of the module', 'f(n)', 'class Point(tuple):\n    pass\ndef f(n):\n    return Point([n])', 'from area import Point\n\ndef test_a():\n    n = 1\n    assert type(f(n)) is Point'],
  ])('and the right ones pass: %s', async (_title, head, code, source) => {
    const tests = await parseTests('test_area.py', `from area import f\n${source}\n`, 'f');
    expect(await runTests({ sandbox, signature: await parseSignature(head, 'f'), tests, candidates: [{ id: 'a', code }], caseMs: 5000 })).toEqual([{ id: 'a', passed: true, ran: 1, problems: [] }]);
  }, 60_000);
});
