import { describe, expect, it } from 'vitest';
import { outcomes, runProject } from './projects.prop.ts';

describe('unittest in the sandbox', () => {
  it('tells every outcome in any layout', async () => {
    const run = await runProject({
      'app/__init__.py': '',
      'app/calc.py': 'def add(a, b):\n    return a + b\n',
      'tests/test_calc.py': `import unittest
from app.calc import add
class TestCalc(unittest.TestCase):
    def test_ok(self): self.assertEqual(add(1, 2), 3)
    def test_bad(self): self.assertEqual(add(1, 2), 4)
    def test_error(self): raise ValueError('no')
    @unittest.skip('later')
    def test_skip(self): pass
    @unittest.expectedFailure
    def test_xfail(self): self.fail('known')
    @unittest.expectedFailure
    def test_xpass(self): pass
    def test_sub(self):
        for i in range(2):
            with self.subTest(i=i): self.assertTrue(i)
class TestSetup(unittest.TestCase):
    @classmethod
    def setUpClass(cls): raise OSError('no disk')
    def test_behind(self): pass
`,
      'app/tests/__init__.py': '',
      'app/tests/test_inner.py': 'import unittest\nfrom ..calc import add\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(add(1, 1), 2)\n',
      'other/test_calc.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_same_name(self): pass\n',
    });
    expect(run.check).toMatchObject({ id: 'unittest', framework: 'unittest' });
    expect(outcomes(run.tests)).toEqual({
      'tests/test_calc.py::TestCalc::test_ok': 'passed', 'tests/test_calc.py::TestCalc::test_bad': 'failed', 'tests/test_calc.py::TestCalc::test_error': 'failed',
      'tests/test_calc.py::TestCalc::test_skip': 'skipped', 'tests/test_calc.py::TestCalc::test_xfail': 'xfailed', 'tests/test_calc.py::TestCalc::test_xpass': 'failed',
      'tests/test_calc.py::TestCalc::test_sub': 'failed', 'tests/test_calc.py::TestSetup::test_behind': 'error',
      'app/tests/test_inner.py::T::test_a': 'passed', 'other/test_calc.py::T::test_same_name': 'passed',
    });
    expect(run).toMatchObject({ status: 'failed', collected: 10, errors: [] });
    expect(run.tests.find((test) => test.id.endsWith('test_bad'))).toMatchObject({ file: 'tests/test_calc.py', line: 5, expected: '4', got: '3', message: 'AssertionError: 3 != 4', errorClass: 'AssertionError' });
  });

  it('names a file that cannot be imported and runs the others', async () => {
    const run = await runProject({
      'test_a.py': 'import unittest, nothing_here\nclass T(unittest.TestCase):\n    def test_a(self): pass\n',
      'test_b.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_b(self): pass\n',
      'test_c.py': 'import sys, unittest\nclass T(unittest.TestCase):\n    def test_c(self): sys.exit(0)\n    def test_d(self): pass\n',
    });
    expect(run.status).toBe('broken');
    expect(run.errors).toMatchObject([{ file: 'test_a.py', line: 1, errorClass: 'ModuleNotFoundError' }]);
    expect(outcomes(run.tests)).toEqual({ 'test_b.py::T::test_b': 'passed', 'test_c.py::T::test_c': 'failed', 'test_c.py::T::test_d': 'passed' });
  });

  it.each([
    ['os._exit(0)', 'os._exit(0)'],
    ['sys.exit(0)', 'sys.exit(0)'],
    ['a replaced result', 'self._outcome.result.__class__ = type("R", (), {})'],
    ['a crash', 'os.kill(os.getpid(), 9)'],
  ])('does not pass with %s', async (_title, code) => {
    const run = await runProject({ 'test_a.py': `import os, sys, unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        ${code}\n        self.assertEqual(1, 2)\n    def test_b(self): self.assertEqual(1, 2)\n` });
    expect(['failed', 'broken']).toContain(run.status);
  });

  it('runs only the tests it is asked for', async () => {
    const files = { 'test_a.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_1(self): pass\n    def test_2(self): pass\n' };
    expect(outcomes((await runProject(files, { testIds: ['test_a.py::T::test_2'] })).tests)).toEqual({ 'test_a.py::T::test_2': 'passed' });
  });
});

describe('doctest in the sandbox', () => {
  it('runs the examples of modules when there are no other tests', async () => {
    const run = await runProject({
      'src/shapes/__init__.py': '"""\n>>> from shapes.area import square\n>>> square(2)\n4\n"""\n',
      'src/shapes/area.py': 'def square(x):\n    """\n    >>> square(3)\n    9\n    """\n    return x * x\n\nclass Circle:\n    def twice(self, r):\n        """\n        >>> Circle().twice(2)\n        4\n        >>> Circle().twice(3)\n        7\n        """\n        return r + r\n\ndef broken():\n    """\n    >>> broken()\n    1\n    """\n    raise ValueError("x")\n',
    });
    expect(run.check.id).toBe('doctest');
    expect(outcomes(run.tests)).toEqual({
      'src/shapes/__init__.py::<module>': 'passed', 'src/shapes/area.py::square': 'passed', 'src/shapes/area.py::Circle.twice': 'failed', 'src/shapes/area.py::broken': 'failed',
    });
    expect(run).toMatchObject({ status: 'failed', collected: 4 });
    expect(run.tests.find((test) => test.id.endsWith('twice'))).toMatchObject({ expected: '7', got: '6', frames: [{ file: 'src/shapes/area.py', line: 13 }], errorClass: 'DocTestFailure' });
    expect(run.tests.find((test) => test.id.endsWith('broken'))).toMatchObject({ errorClass: 'ValueError' });
  });
  it('does not pass when an example ends the process', async () => {
    const run = await runProject({ 'a.py': 'def f():\n    """\n    >>> import sys; sys.exit(0)\n    """\n\ndef g():\n    """\n    >>> import os; os._exit(0)\n    """\n' });
    expect(run.status).toBe('broken');
    expect(outcomes(run.tests)).toEqual({ 'a.py::f': 'failed', 'a.py::g': 'failed' });
  });
});
