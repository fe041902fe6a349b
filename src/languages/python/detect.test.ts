import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';
import { projectOf } from './projects.prop.ts';
import { python, testConfigOf } from './index.ts';

const T = 'import unittest\nclass T(unittest.TestCase):\n    def test_a(self): pass\n';
const P = 'def test_a(): pass\n';

describe('detection', () => {
  it.each([
    ['pytest by its settings', { 'pyproject.toml': '[tool.pytest.ini_options]\n', 'tests/test_a.py': T }, 'pytest', '[tool.pytest] in pyproject.toml'],
    ['pytest by an extra', { 'pyproject.toml': '[project]\nname="a"\n[project.optional-dependencies]\ndev=["pytest>=8"]\n', 'tests/test_a.py': T }, 'pytest', '[project.optional-dependencies]'],
    ['pytest by a dependency group', { 'pyproject.toml': '[dependency-groups]\ndev=["pytest"]\n', 'a.py': '' }, 'pytest', '[dependency-groups]'],
    ['pytest by poetry', { 'pyproject.toml': '[tool.poetry.group.dev.dependencies]\npytest="^8"\n', 'a.py': '' }, 'pytest', '[tool.poetry]'],
    ['pytest by pytest.ini', { 'pytest.ini': '[pytest]\n', 'test_a.py': T }, 'pytest', 'pytest.ini'],
    ['pytest by setup.cfg', { 'setup.cfg': '[tool:pytest]\naddopts = -q\n', 'test_a.py': T }, 'pytest', '[tool:pytest] in setup.cfg'],
    ['pytest by tox.ini', { 'tox.ini': '[testenv]\ndeps =\n    pytest\n', 'test_a.py': T }, 'pytest', 'tox.ini'],
    ['pytest by requirements', { 'requirements-dev.txt': 'flask\npytest==8.0\n', 'test_a.py': T }, 'pytest', 'requirements-dev.txt'],
    ['pytest by an import', { 'tests/test_a.py': `import pytest\n${T}` }, 'pytest', 'tests/test_a.py imports pytest'],
    ['pytest by a test function', { 'tests/test_a.py': P }, 'pytest', 'test functions in tests/test_a.py'],
    ['pytest by a plain test class', { 'tests/test_a.py': 'class TestA:\n    def test_a(self): pass\n' }, 'pytest', 'test classes in tests/test_a.py'],
    ['unittest', { 'tests/test_a.py': T, 'a.py': '' }, 'unittest', 'TestCase classes in tests/test_a.py'],
    ['doctest', { 'a.py': 'def f():\n    """\n    >>> f()\n    """\n' }, 'doctest', 'examples in a.py'],
    ['unittest before doctest', { 'a.py': '"""\n>>> 1\n1\n"""\n', 'test_a.py': T }, 'unittest', 'TestCase classes in test_a.py'],
    ['pytest where there is nothing yet', { 'a.py': 'x = 1\n' }, 'pytest', 'there are no tests yet'],
    ['a broken manifest', { 'pyproject.toml': 'not = [toml', 'test_a.py': P }, 'pytest', 'test functions in test_a.py'],
  ])('finds %s', async (_title, files: Record<string, string>, framework, why) => {
    const [found] = await detect(await projectOf(files));
    expect(found?.checks).toEqual([{ id: framework, framework, language: 'python', cwd: '', why }]);
  });

  it.each([
    ['src layout', { 'src/app/__init__.py': '', 'tests/test_a.py': P }, ['src'], ['tests']],
    ['flat layout', { 'app/__init__.py': '', 'tests/unit/test_a.py': P }, ['app'], ['tests']],
    ['single modules', { 'a.py': '', 'test_a.py': P, 'setup.py': '' }, [''], ['']],
    ['tests inside the package', { 'app/__init__.py': '', 'app/tests/test_a.py': P }, ['app'], ['app/tests']],
    ['the tests folder to come', { 'app/__init__.py': '' }, ['app'], ['tests']],
    ['declared test paths', { 'pytest.ini': '[pytest]\n', 'tox.ini': '[pytest]\ntestpaths = checks\n', 'checks/test_a.py': P, 'a.py': '' }, [''], ['checks']],
  ])('knows the folders of %s', async (_title, files: Record<string, string>, sources, tests) => {
    const [found] = await detect(await projectOf(files));
    expect({ sources: found?.sources, tests: found?.tests }).toEqual({ sources, tests });
  });

  it.each([
    ['uv.lock', 'uv'], ['poetry.lock', 'poetry'], ['pdm.lock', 'pdm'], ['Pipfile', 'pipenv'], ['requirements.txt', 'pip'],
  ])('knows the package manager by %s', async (file, manager) => {
    expect((await detect(await projectOf({ [file]: '', 'a.py': '' })))[0]?.packageManager).toBe(manager);
  });

  it('gives nested packages checks of their own', async () => {
    const found = await detect(await projectOf({ 'a.py': '', 'test_a.py': P, 'packages/b/pyproject.toml': '[project]\nname = "b"\n', 'packages/b/tests/test_b.py': T, 'tests/data/setup.py': '' }));
    expect(found.map((d) => d.checks[0])).toEqual([
      { id: 'pytest', framework: 'pytest', language: 'python', cwd: '', why: 'test functions in test_a.py' },
      { id: 'unittest in packages/b', framework: 'unittest', language: 'python', cwd: 'packages/b', why: 'packages/b: TestCase classes in packages/b/tests/test_b.py' },
    ]);
  });

  it('finds nothing in a project of another language, scripts or not', async () => {
    expect(await detect(await projectOf({ 'package.json': '{}', 'a.js': '' }))).toEqual([]);
    expect(await detect(await projectOf({ 'package.json': '{}', 'scripts/a.py': '' }))).toEqual([]);
    expect(await detect(await projectOf({ 'package.json': '{}', 'tests/test_a.py': P }))).toHaveLength(1);
  });
});

describe('names of files', () => {
  it.each([
    ['tests/test_a.py', true, false], ['a_test.py', true, false], ['tests/helpers.py', true, false], ['app/tests.py', true, false],
    ['app/testing_tools.py', false, false], ['app/contest.py', false, false], ['latest.py', false, false], ['app/testing/tools.py', false, false],
    ['conftest.py', true, true], ['tests/conftest.py', true, true], ['pytest.ini', false, true], ['tox.ini', false, true], ['setup.cfg', false, true],
    ['noxfile.py', false, true], ['sitecustomize.py', false, true], ['usercustomize.py', false, true], ['lib/x.pth', false, true], ['pyproject.toml', false, true],
    ['requirements.txt', false, false],
  ])('%s: test file %s, test settings %s', (path, test, config) => {
    expect([python.isTestFile(path), python.isTestConfig(path)]).toEqual([test, config]);
  });

  it('compares only the keys of shared files that steer tests', () => {
    const settings = '[tool.pytest.ini_options]\naddopts = "-q"\n';
    expect(testConfigOf('pyproject.toml', `[project]\nversion = "1"\n${settings}`)).toEqual(testConfigOf('pyproject.toml', `[project]\nversion = "2"\n${settings}`));
    expect(testConfigOf('pyproject.toml', settings)).not.toEqual(testConfigOf('pyproject.toml', settings.replace('-q', '-k nothing')));
    expect(testConfigOf('pyproject.toml', '[project]\nname = "a"\n')).toBeUndefined();
    expect(testConfigOf('setup.cfg', '[tool:pytest]\naddopts =\n    -q\n')).toMatchObject({ pytest: { addopts: '-q' } });
    expect(testConfigOf('conftest.py', 'x = 1\n')).toBeUndefined();
  });

  it.each([
    ['mirrored folders', { 'src/app/db/store.py': '', 'tests/db/test_other.py': P }, 'src/app/db/store.py', 'tests/db/test_store.py'],
    ['one tests folder', { 'src/app/db/store.py': '', 'tests/test_other.py': P }, 'src/app/db/store.py', 'tests/test_store.py'],
    ['tests beside the source', { 'app/store.py': '', 'app/other.py': '', 'app/test_other.py': P }, 'app/store.py', 'app/test_store.py'],
    ['names that end in _test', { 'app/store.py': '', 'tests/other_test.py': P }, 'app/store.py', 'tests/store_test.py'],
    ['no tests yet', { 'app/store.py': '' }, 'app/store.py', 'tests/test_store.py'],
    ['a package', { 'app/__init__.py': '', 'tests/test_x.py': P }, 'app/__init__.py', 'tests/test_app.py'],
    ['tests inside the package', { 'app/store.py': '', 'app/tests/test_x.py': P }, 'app/store.py', 'app/tests/test_store.py'],
    ['single modules', { 'store.py': '', 'test_other.py': P }, 'store.py', 'test_store.py'],
    ['a name that is taken by another module', { 'app/a/store.py': '', 'app/b/store.py': '', 'tests/test_store.py': P }, 'app/b/store.py', 'tests/test_b_store.py'],
  ])('puts a new test by the habit: %s', async (_title, files: Record<string, string>, path, want) => {
    expect(await python.testPathFor(path, await projectOf(files))).toBe(want);
  });
});
