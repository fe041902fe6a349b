import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';
import { outcomes, projectOf, runBench, runProject } from './projects.prop.ts';

const HEAD = 'import pytest, unittest\n';

describe('pytest in the sandbox', () => {
  it('tells every outcome, with expected and got', async () => {
    const run = await runProject({
      'calc.py': 'def add(a, b):\n    return a - b\n',
      'tests/test_calc.py': `${HEAD}from calc import add
def test_ok(): assert 1
def test_add():
    assert add(1, 2) == 3
@pytest.mark.parametrize('n', [1, 2])
def test_p(n): assert n == 1
@pytest.mark.xfail(reason='known')
def test_xfail(): assert 0
@pytest.mark.xfail
def test_xpass(): pass
@pytest.mark.xfail(strict=True)
def test_strict(): pass
@pytest.mark.skip(reason='later')
def test_skip(): pass
@pytest.fixture
def boom(): raise ValueError('b')
def test_setup(boom): pass
@pytest.fixture
def leak():
    yield
    raise OSError('t')
def test_teardown(leak): pass
class TestGroup:
    def test_in(self): raise KeyError('k')
class Old(unittest.TestCase):
    def test_sub(self):
        for i in range(3):
            with self.subTest(i=i): self.assertEqual(i, 1)
`,
    });
    const at = 'tests/test_calc.py::';
    expect(outcomes(run.tests)).toEqual({
      [`${at}test_ok`]: 'passed', [`${at}test_add`]: 'failed', [`${at}test_p[1]`]: 'passed', [`${at}test_p[2]`]: 'failed',
      [`${at}test_xfail`]: 'xfailed', [`${at}test_xpass`]: 'xpassed', [`${at}test_strict`]: 'failed', [`${at}test_skip`]: 'skipped',
      [`${at}test_setup`]: 'error', [`${at}test_teardown`]: 'error', [`${at}TestGroup::test_in`]: 'failed', [`${at}Old::test_sub`]: 'failed',
    });
    expect(run).toMatchObject({ status: 'failed', collected: 12, errors: [] });
    const add = run.tests.find((test) => test.id.endsWith('test_add'));
    expect(add).toMatchObject({ file: 'tests/test_calc.py', line: 5, expected: '3', got: '-1', errorClass: 'AssertionError', frames: [{ file: 'tests/test_calc.py', line: 5 }] });
    expect(run.tests.find((test) => test.id.endsWith('test_sub'))).toMatchObject({ expected: '1', got: '0', message: '[i=0] AssertionError: 0 != 1' });
  });

  it('names files that cannot be collected, and still runs the others', async () => {
    const run = await runProject({
      'tests/test_a.py': 'import missing_thing\ndef test_a(): pass\n',
      'tests/test_b.py': 'def test_b(:\n',
      'tests/test_c.py': 'x = 1\nraise RuntimeError("at import")\n',
      'tests/test_d.py': 'def test_d(): pass\n',
    });
    expect(run.status).toBe('broken');
    expect(run.errors).toEqual([
      { file: 'tests/test_a.py', line: 1, message: "ModuleNotFoundError: No module named 'missing_thing'", errorClass: 'ModuleNotFoundError' },
      { file: 'tests/test_b.py', line: 1, message: expect.stringMatching(/^SyntaxError: /), errorClass: 'SyntaxError' },
      { file: 'tests/test_c.py', line: 2, message: 'RuntimeError: at import', errorClass: 'RuntimeError' },
    ]);
    expect(outcomes(run.tests)).toEqual({ 'tests/test_d.py::test_d': 'passed' });
  });

  it('finds packages in src, and leaves options of absent plugins aside', async () => {
    const run = await runProject({
      'pyproject.toml': '[project]\nname = "app"\n[tool.pytest.ini_options]\naddopts = "-x --cov=app --cov-report term"\n',
      'src/app/__init__.py': 'VALUE = 1\n',
      'tests/test_app.py': 'import app\ndef test_a(): assert app.VALUE == 2\ndef test_b(): assert app.VALUE == 1\n',
    });
    expect(run.status).toBe('failed');
    expect(run.collected).toBe(2);
    expect(run.tests.map((test) => test.outcome)).toEqual(['failed', 'passed']);
  });

  it('lets a project that pytest itself depends on test its own files', async () => {
    const run = await runProject({ 'src/iniconfig/__init__.py': 'OWN = True\n', 'tests/test_own.py': 'import iniconfig\ndef test_own(): assert iniconfig.OWN\n' });
    expect(run).toMatchObject({ status: 'passed', collected: 1 });
  });

  it('keeps nested projects apart, with paths of the whole workspace', async () => {
    const bench = await projectOf({
      'test_root.py': 'def test_root(): pass\n',
      'packages/b/pyproject.toml': '[project]\nname = "b"\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
      'packages/b/src/b/__init__.py': 'def one():\n    return 2\n',
      'packages/b/tests/test_b.py': 'import b\ndef test_b(): assert b.one() == 1\n',
    });
    const [root, nested] = (await detect(bench)).flatMap((detection) => detection.checks);
    expect(outcomes((await runBench(bench, { check: root })).tests)).toEqual({ 'test_root.py::test_root': 'passed' });
    const run = await runBench(bench, { check: nested, files: ['packages/b/tests/test_b.py'] });
    expect(run).toMatchObject({ status: 'failed', tests: [{ id: 'tests/test_b.py::test_b', file: 'packages/b/tests/test_b.py', expected: '1', got: '2', frames: [{ file: 'packages/b/tests/test_b.py', line: 2 }] }] });
  });

  it('runs only the tests it is asked for', async () => {
    const files = { 'test_a.py': 'def test_1(): pass\ndef test_2(): pass\n', 'test_b.py': 'def test_3(): pass\n' };
    expect(outcomes((await runProject(files, { files: ['test_b.py'] })).tests)).toEqual({ 'test_b.py::test_3': 'passed' });
    expect(outcomes((await runProject(files, { testIds: ['test_a.py::test_2'] })).tests)).toEqual({ 'test_a.py::test_2': 'passed' });
  });

  it('calls a project without tests passed with nothing collected', async () => {
    expect(await runProject({ 'calc.py': 'x = 1\n' })).toMatchObject({ status: 'passed', collected: 0, tests: [], errors: [] });
  });

  it('names the test that was running when the time was up', async () => {
    const run = await runProject({ 'test_a.py': 'import time\ndef test_ok(): pass\ndef test_slow(): time.sleep(60)\n' }, { limits: { wallMs: 4000 } });
    expect(run.status).toBe('timeout');
    expect(run.errors[0]?.message).toContain('test_a.py::test_slow');
    expect(run.tests.at(-1)).toMatchObject({ id: 'test_a.py::test_slow', errorClass: 'Timeout' });
  });

  it('says what a broken conftest.py raises', async () => {
    const run = await runProject({ 'conftest.py': 'import absent_module\n', 'test_a.py': 'def test_a(): pass\n' });
    expect(run.status).toBe('broken');
    expect(run.errors[0]?.message).toContain('absent_module');
  });
});

describe('a test run that lies', () => {
  const FORGE = `
import json, os
def lines(n): return json.dumps({"k": "end", "n": "x", "i": n, "exit": 0})
`;
  it.each([
    ['os._exit(0) in a test', { 'test_a.py': 'import os\ndef test_a(): os._exit(0)\ndef test_b(): assert 0\n' }],
    ['os._exit(0) at import', { 'test_a.py': 'import os\nos._exit(0)\ndef test_b(): assert 0\n' }],
    ['os._exit(0) when everything is over', { 'test_a.py': 'import atexit, os\natexit.register(os._exit, 0)\ndef test_b(): assert 0\n' }],
    ['sys.exit(0) in a test', { 'test_a.py': 'import sys\ndef test_a():\n    sys.exit(0)\n' }],
    ['sys.exit(0) at import', { 'test_a.py': 'import sys\nsys.exit(0)\n' }],
    ['pytest.exit with status 0', { 'test_a.py': 'import pytest\ndef test_a(): pytest.exit("done", returncode=0)\ndef test_b(): assert 0\n' }],
    ['prints that all passed', { 'test_a.py': 'def test_a():\n    print("==== 10 passed in 0.01s ====")\n    assert 0\n' }],
    ['a file that is called like the runner', { 'untilgreen_pytest.py': 'def run(config, write): return 0\n', 'untilgreen_report.py': '', 'test_a.py': 'def test_a(): assert 0\n' }],
    ['a file that is called like pytest', { 'pytest.py': 'def main(*a, **k): return 0\n', 'test_a.py': 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self): assert 0\n', 'pytest.ini': '[pytest]\n' }],
    ['a sitecustomize that ends the process', { 'src/sitecustomize.py': 'import os\nos._exit(0)\n', 'src/app.py': 'x = 1\n', 'tests/test_a.py': 'def test_a(): assert 0\n' }],
    ['settings that only collect', { 'pytest.ini': '[pytest]\naddopts = --collect-only\n', 'test_a.py': 'def test_a(): assert 0\n' }],
    ['records written to every open file', { 'test_a.py': `${FORGE}
def test_a():
    for fd in range(3, 40):
        try: os.write(fd, (lines(99) + "\\n").encode())
        except OSError: pass
` }],
    ['a closed report', { 'test_a.py': 'import os\ndef test_a():\n    os.closerange(3, 60)\n    assert 0\n' }],
    ['a fork that goes on as the runner', { 'test_a.py': 'import os\ndef test_a():\n    if os.fork() == 0: return\n    os.wait()\n    assert 0\n' }],
    ['a crash', { 'test_a.py': 'import os, signal\ndef test_a(): os.kill(os.getpid(), signal.SIGKILL)\n' }],
  ])('does not pass: %s', async (_title, files) => {
    const run = await runProject(files);
    expect(['failed', 'broken']).toContain(run.status);
    expect(run.status === 'failed' ? run.tests.some((test) => test.outcome === 'failed') : run.errors.length > 0).toBe(true);
  });
});
