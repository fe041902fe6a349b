import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { languages, testConfigOf } from '../languages/registry.ts';
import { openSandbox } from '../sandbox/open.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { Benches } from '../workspace/testing/benches.prop.ts';
import type { FileChange } from '../workspace/types.ts';
import { checkFromCommand, findChecks, takeBaseline } from './baseline.ts';
import { junit, sarif } from './exchange.ts';
import { compareScores, judge, matchesAny } from './gate.ts';
import { isRedForItsReason } from './new-tests.ts';
import { protectedChanges } from './protect.ts';
import type { Receipt } from './receipt.ts';
import { runChecks } from './run-check.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({});
});
const benches = new Benches();
afterEach(() => benches.close());
const bench = (files: Record<string, string>) => benches.of(files);

describe('a command of the user', () => {
  it.each([
    ['pytest', 'pytest', []],
    ['python -m pytest tests/test_a.py -k one', 'pytest', ['tests/test_a.py', '-k', 'one']],
    ['node --test test/a.test.js', 'node:test', ['test/a.test.js']],
    ['npx vitest run src', 'vitest', ['src']],
    ['make test', 'command', undefined],
    ['pytest && echo done', 'command', undefined],
    ['pytest $HOME', 'command', undefined],
    ['pytester --x', 'command', undefined],
  ])('%j is a %s check', (command, framework, args) => {
    expect(checkFromCommand(command)).toMatchObject({ id: command, framework, ...(args && { args }) });
  });

  it('that narrows pytest runs only what it names, test by test', async () => {
    const b = await bench({ 'tests/test_a.py': 'def test_one():\n    pass\n\n\ndef test_two():\n    assert False\n', 'tests/test_b.py': 'def test_three():\n    assert False\n' });
    const [report] = await runChecks([checkFromCommand('pytest tests/test_a.py -k one')], { bench: b, sandbox, languages });
    expect(report).toMatchObject({ status: 'passed', tests: [{ id: 'tests/test_a.py::test_one', outcome: 'passed' }] });
  });

  it('that is any other is one test, judged by its exit status', async () => {
    const b = await bench({ 'a.txt': 'x\n' });
    const reports = await runChecks([checkFromCommand('grep -q x a.txt'), checkFromCommand('grep -q y a.txt; exit $?')], { bench: b, sandbox, languages });
    expect(reports.map((r) => [r.status, r.tests[0]?.outcome])).toEqual([['passed', 'passed'], ['failed', 'failed']]);
  });

  it('leaves nothing behind for the next one', async () => {
    const b = await bench({ 'a.txt': 'x\n' });
    const reports = await runChecks([checkFromCommand('echo changed > a.txt; echo new > b.txt'), checkFromCommand('grep -q x a.txt && test ! -e b.txt')], { bench: b, sandbox, languages });
    expect(reports.map((r) => r.status)).toEqual(['passed', 'passed']);
  });
});

describe('the checks of a goal', () => {
  it.each([
    [[], ['pytest', 'node:test']],
    [['pytest tests'], ['pytest tests', 'node:test']],
    [['mypy src'], ['mypy src', 'pytest', 'node:test']],
    [['node --test', 'pytest'], ['node --test', 'pytest']],
  ])('are, with %j given, %j', async (given, ids) => {
    const b = await bench({ 'tests/test_a.py': 'def test_a():\n    pass\n', 'package.json': '{"scripts": {"test": "node --test"}}', 'test/a.test.js': "require('node:test')('a', () => {});\n" });
    expect((await findChecks(b, languages, given)).map((c) => c.id)).toEqual(ids);
  });
});

describe('the baseline', () => {
  it('names tests that differ between two runs', async () => {
    const b = await bench({ 'test/a.test.js': "import test from 'node:test';\nimport assert from 'node:assert/strict';\ntest('steady', () => {});\ntest('now and then', () => assert.ok(process.hrtime.bigint() % 2n === 0n && globalThis.never));\n", 'package.json': '{"type":"module"}' });
    const steady = await takeBaseline(await findChecks(b, languages, []), { bench: b, sandbox, languages }, 2);
    expect(steady.flaky).toEqual([]);
    const flaky = await bench({ 'test/a.test.js': "import test from 'node:test';\nimport assert from 'node:assert/strict';\nimport { existsSync } from 'node:fs';\ntest('steady', () => {});\ntest('by chance', () => assert.ok(Number(process.hrtime.bigint() / 1000n % 2n) >= 0 && process.uptime() * 1e6 % 2 < 1));\n", 'package.json': '{"type":"module"}' });
    const seen = new Set<string>();
    for (let i = 0; i < 8 && !seen.size; i += 1) for (const name of (await takeBaseline(await findChecks(flaky, languages, []), { bench: flaky, sandbox, languages }, 5)).flaky) seen.add(name);
    expect([...seen]).toEqual(['node:test :: test/a.test.js > by chance']);
  });
});

describe('an existing test', () => {
  const BEFORE = 'import pytest\n\nfrom calc import add\n\n\ndef helper(x):\n    return x\n\n\ndef test_add():\n    # adds\n    assert add(1, 2) == helper(3)\n\n\ndef test_more():\n    assert add(0, 0) == 0\n';
  const cases: [what: string, after: string | undefined, kinds: string[]][] = [
    ['is as it was', BEFORE, []],
    ['has another comment or blank line', BEFORE.replace('# adds', '# adds two').replace('\n\n\ndef test_more', '\n\n\n\ndef test_more'), []],
    ['has a new neighbour', `${BEFORE}\n\ndef test_new():\n    assert add(2, 2) == 4\n`, []],
    ['has a new neighbour with an import', `${BEFORE.replace('from calc import add\n', 'from calc import add\nfrom calc import sub\n')}\n\ndef test_new():\n    assert sub(2, 2) == 0\n`, []],
    ['is gone', BEFORE.replace(/\n\ndef test_more[\s\S]*/, ''), ['deleted']],
    ['is gone with its file', undefined, ['deleted', 'deleted']],
    ['is skipped', BEFORE.replace('def test_more', '@pytest.mark.skip\ndef test_more'), ['skipped']],
    ['asserts less', BEFORE.replace('    assert add(0, 0) == 0', '    add(0, 0)'), ['loosened']],
    ['expects something else', BEFORE.replace('== 0', '== 1'), ['edited']],
    ['is hidden by another of its name', `${BEFORE}\n\ndef test_more():\n    pass\n`, ['edited']],
    ['has its helper changed', BEFORE.replace('return x', 'return add(1, 2)'), ['edited']],
    ['has its module patched', `${BEFORE}\n\nadd = lambda a, b: helper(3)\n`, ['edited']],
    ['has its import rebound', BEFORE.replace('from calc import add\n', 'from calc import add\nfrom fake import add\n'), ['edited']],
  ];
  it.each(cases)('that %s is judged so', async (_what, after, kinds) => {
    const b = await bench({ 'calc.py': 'def add(a, b):\n    return a + b\n', 'tests/test_calc.py': BEFORE });
    await b.write([after === undefined ? { kind: 'delete', path: 'tests/test_calc.py' } : { kind: 'write', path: 'tests/test_calc.py', content: after }]);
    const detections = (await Promise.all(languages.map((l) => l.detect(b)))).flat();
    const changes = await protectedChanges({ bench: b, languages, detections, hadTests: true, testConfigOf }, b.base);
    expect(changes.map((c) => c.kind)).toEqual(kinds);
  });

  const config: [what: string, files: Record<string, string>, change: FileChange, kinds: string[]][] = [
    ['a new conftest.py', {}, { kind: 'write', path: 'conftest.py', content: 'def pytest_sessionfinish(session):\n    session.exitstatus = 0\n' }, ['config']],
    ['a sitecustomize.py', {}, { kind: 'write', path: 'sitecustomize.py', content: 'x = 1\n' }, ['config']],
    ['the pytest settings', { 'pyproject.toml': '[tool.pytest.ini_options]\naddopts = ""\n' }, { kind: 'write', path: 'pyproject.toml', content: '[tool.pytest.ini_options]\naddopts = "-k x"\n' }, ['config']],
    ['another key of pyproject.toml', { 'pyproject.toml': '[project]\nname = "a"\nversion = "1"\n' }, { kind: 'write', path: 'pyproject.toml', content: '[project]\nname = "a"\nversion = "2"\n' }, []],
    ['the test script', { 'package.json': '{"scripts": {"test": "node --test"}}' }, { kind: 'write', path: 'package.json', content: '{"scripts": {"test": "true"}}' }, ['config']],
    ['a dependency in package.json', { 'package.json': '{"scripts": {"test": "node --test"}}' }, { kind: 'write', path: 'package.json', content: '{"scripts": {"test": "node --test"}, "dependencies": {"a": "1"}}' }, []],
    ['a data file of the tests', { 'tests/data.json': '[1]\n' }, { kind: 'write', path: 'tests/data.json', content: '[]\n' }, ['edited']],
    ['a new data file of the tests', {}, { kind: 'write', path: 'tests/more.json', content: '[]\n' }, []],
  ];
  it.each(config)('is protected against a change of %s', async (_what, files, change, kinds) => {
    const b = await bench({ 'calc.py': 'x = 1\n', 'tests/test_calc.py': BEFORE, ...files });
    await b.write([change]);
    const detections = (await Promise.all(languages.map((l) => l.detect(b)))).flat();
    expect((await protectedChanges({ bench: b, languages, detections, hadTests: true, testConfigOf }, b.base)).map((c) => c.kind)).toEqual(kinds);
  });
});

describe('red for its reason', () => {
  const added = new Set(['parse_date', 'dates']);
  it.each([
    [true, 'AssertionError', 'assert 1 == 2'],
    [true, 'ValueError', 'bad value'],
    [true, 'ImportError', "cannot import name 'parse_date' from 'calendar2'"],
    [true, 'ModuleNotFoundError', "No module named 'dates'"],
    [true, 'ModuleNotFoundError', "No module named 'pkg.dates'"],
    [false, 'ModuleNotFoundError', "No module named 'requests'"],
    [false, 'ImportError', "cannot import name 'other' from 'calendar2'"],
    [false, 'SyntaxError', 'invalid syntax'],
    [true, 'SyntaxError', "The requested module './dates.js' does not provide an export named 'parse_date'"],
    [false, 'ERR_MODULE_NOT_FOUND', "Cannot find module '/w/left-pad.js' imported from /w/test/a.test.js"],
    [true, 'ERR_MODULE_NOT_FOUND', "Cannot find module '/w/dates.js' imported from /w/test/a.test.js"],
  ])('is %s for %s: %s', (red, errorClass, message) => expect(isRedForItsReason({ errorClass, message }, added)).toBe(red));
});

describe('the gate', () => {
  async function verdict(files: Record<string, string>, changes: FileChange[], more: { knownFailures?: string[]; approved?: string[] } = {}) {
    const b = await bench(files);
    const runner = { bench: b, sandbox, languages };
    const detections = (await Promise.all(languages.map((l) => l.detect(b)))).flat();
    const checks = await findChecks(b, languages, []);
    const baseline = await takeBaseline(checks, runner, 1);
    await b.write(changes);
    const candidate = await b.checkpoint();
    const now = await findChecks(b, languages, []);
    const reports = await runChecks([...checks, ...now.filter((c) => !checks.some((k) => k.id === c.id))], runner);
    return judge({ ...runner, base: b.base, candidate, baseline, detections, reports, fresh: true, knownFailures: more.knownFailures ?? [], blockOperations: true, approved: new Set(more.approved), testConfigOf });
  }
  const CALC = 'def add(a, b):\n    return a - b\n';
  const RIGHT = 'def add(a, b):\n    return a + b\n';
  const TEST = 'from calc import add\n\n\ndef test_add():\n    assert add(2, 3) == 5\n';
  const open = (v: Awaited<ReturnType<typeof verdict>>) => v.rules.filter((r) => !r.ok).map((r) => r.rule);

  it('is green when a red test turns green', async () => {
    const v = await verdict({ 'calc.py': CALC, 'test_calc.py': TEST }, [{ kind: 'write', path: 'calc.py', content: RIGHT }]);
    expect(open(v)).toEqual([]);
    expect(v).toMatchObject({ green: true, proof: 'red_to_green', fixed: [{ id: 'test_calc.py::test_add' }] });
  });
  it('is not green without any test', async () => {
    const v = await verdict({ 'calc.py': CALC }, [{ kind: 'write', path: 'calc.py', content: RIGHT }]);
    expect(open(v)).toContain('tests_ran');
  });
  it('counts a new test that was red on the old code, in a project that had none', async () => {
    const v = await verdict({ 'calc.py': CALC }, [{ kind: 'write', path: 'calc.py', content: RIGHT }, { kind: 'write', path: 'test_calc.py', content: TEST }]);
    expect(open(v)).toEqual([]);
    expect(v.newTests).toMatchObject([{ counts: true, seenRed: { errorClass: 'AssertionError' } }]);
  });
  it('counts a new test that is green on both when it notices a mutant', async () => {
    const v = await verdict({ 'calc.py': RIGHT, 'other.py': 'x = 1\n' }, [{ kind: 'write', path: 'test_calc.py', content: TEST }]);
    expect(v.newTests).toMatchObject([{ counts: true, mutantKilled: expect.stringContaining('calc.py') }]);
    expect(v.green).toBe(true);
  });
  it('does not count a new test that notices nothing', async () => {
    const v = await verdict({ 'calc.py': RIGHT }, [{ kind: 'write', path: 'test_calc.py', content: 'from calc import add\n\n\ndef test_add():\n    assert add is not None\n' }]);
    expect(v.newTests).toMatchObject([{ counts: false }]);
    expect(open(v)).toEqual(['new_tests_count', 'tests_ran']);
  });
  it('does not count a new test whose import fails for another reason on the old code', async () => {
    const v = await verdict({ 'calc.py': CALC, 'test_calc.py': TEST }, [
      { kind: 'write', path: 'calc.py', content: `${RIGHT}\n\nhelper = 1\n` },
      { kind: 'write', path: 'test_more.py', content: 'import os\n\nif "a - b" in open("calc.py").read():\n    import not_installed\n\nfrom calc import add\n\n\ndef test_more():\n    assert add(1, 1) == 2\n' },
    ]);
    expect(v.newTests).toMatchObject([{ counts: false, reason: expect.stringContaining('another reason') }]);
  });
  it('sees a regression and a vanished test', async () => {
    const v = await verdict({ 'calc.py': RIGHT, 'test_calc.py': TEST, 'test_b.py': 'def test_b():\n    pass\n', 'test_c.py': 'def test_c():\n    pass\n' }, [{ kind: 'write', path: 'calc.py', content: CALC }, { kind: 'delete', path: 'test_b.py' }]);
    expect(open(v)).toEqual(['checks_pass', 'no_regression', 'tests_untouched']);
    expect(v.regressions.map((r) => r.now).sort()).toEqual(['failed', 'vanished']);
  });
  it('leaves known failures out, and only those', async () => {
    const files = { 'calc.py': CALC, 'test_calc.py': TEST, 'test_net.py': 'def test_network():\n    assert False\n' };
    const change: FileChange[] = [{ kind: 'write', path: 'calc.py', content: RIGHT }];
    expect(open(await verdict(files, change))).toEqual(['checks_pass']);
    expect(open(await verdict(files, change, { knownFailures: ['*test_net.py::*'] }))).toEqual([]);
  });
  it('lets a person approve a touched test', async () => {
    const change: FileChange[] = [{ kind: 'write', path: 'test_calc.py', content: TEST.replace('== 5', '== -1') }];
    expect(open(await verdict({ 'calc.py': CALC, 'test_calc.py': TEST }, change))).toEqual(['tests_untouched']);
    expect(open(await verdict({ 'calc.py': CALC, 'test_calc.py': TEST }, change, { approved: ['test test_calc.py::test_add'] }))).toEqual([]);
  });
  it('ranks fewer regressions over more green tests over a smaller change', () => {
    const score = (regressions: number, failing: number, passing: number, diffLines: number) => ({ regressions, failing, passing, diffLines });
    const ranked = [score(0, 1, 9, 5), score(1, 0, 10, 1), score(0, 0, 9, 9), score(0, 1, 9, 2)].toSorted(compareScores);
    expect(ranked).toEqual([score(0, 0, 9, 9), score(0, 1, 9, 2), score(0, 1, 9, 5), score(1, 0, 10, 1)]);
  });
  it.each([
    ['a :: b', 'a :: b', true],
    ['pytest :: tests/x.py::test[1]', '*tests/x.py::test[1]', true],
    ['pytest :: tests/x.py::test[1]', '*tests/y*', false],
    ['abc', 'a.c', false],
  ])('matches %j against %j: %s', (key, pattern, yes) => expect(matchesAny(key, [pattern])).toBe(yes));
});

describe('exports', () => {
  const receipt = {
    versions: { untilgreen: '1.0.0' },
    tests: [{ check: 'pytest', id: 't.py::a', before: 'failed', after: 'passed' }, { check: 'pytest', id: 't.py::b<&>"', before: 'passed', after: 'failed', message: 'bad \u0001 "x" <y>' }],
    verdict: { findings: [{ rule: 'py-eval', severity: 'block', path: 'a b.py', line: 3, message: 'eval', excerpt: 'eval(x)' }], protectedChanges: [{ path: 't.py', test: 'b', kind: 'edited', detail: 'd' }] },
  } as unknown as Receipt;
  it('are valid XML for JUnit readers, control characters left out', () => {
    const text = junit(receipt);
    expect(text).toContain('tests="2" failures="1"');
    expect(text).not.toContain('\u0001');
    expect(text).toContain('b&#60;&#38;&#62;&#34;');
  });
  it('are SARIF with a rule for each result', () => {
    const { runs } = sarif(receipt) as any;
    const ids = runs[0].tool.driver.rules.map((r: any) => r.id);
    for (const result of runs[0].results) expect(ids).toContain(result.ruleId);
    expect(runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe('a%20b.py');
  });
});
