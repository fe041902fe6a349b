import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { languages, testConfigOf } from '../languages/registry.ts';
import { openSandbox } from '../sandbox/index.ts';
import type { Sandbox } from '../sandbox/types.ts';
import { Benches } from '../workspace/testing/benches.prop.ts';
import type { FileChange } from '../workspace/types.ts';
import { findChecks, takeBaseline } from './baseline.ts';
import { judge } from './gate.ts';
import { protectedChanges } from './protect.ts';
import { runChecks } from './run-check.ts';
import type { Verdict } from './types.ts';

// The first run on a machine compiles the standard library.
vi.setConfig({ testTimeout: 300_000 });

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({});
});
const benches = new Benches();
afterEach(() => benches.close());
const benchOf = (files: Record<string, string>) => benches.of(files);

async function verdict(files: Record<string, string>, changes: FileChange[]): Promise<Verdict> {
  const bench = await benchOf(files);
  const runner = { bench, sandbox, languages };
  const detections = (await Promise.all(languages.map((l) => l.detect(bench)))).flat();
  const checks = await findChecks(bench, languages, []);
  const baseline = await takeBaseline(checks, runner, 1);
  await bench.write(changes);
  const candidate = await bench.checkpoint();
  const now = await findChecks(bench, languages, []);
  const reports = await runChecks([...checks, ...now.filter((c) => !checks.some((k) => k.id === c.id))], runner);
  return judge({ ...runner, base: bench.base, candidate, baseline, detections, reports, fresh: true, knownFailures: [], blockOperations: true, approved: new Set(), testConfigOf });
}

const MOD = 'module example.com/calc\n\ngo 1.23\n';
const WRONG = 'package calc\n\n// Add gives the sum.\nfunc Add(a, b int) int { return a - b }\n\nfunc Mul(a, b int) int { return a * b }\n';
const RIGHT = WRONG.replace('a - b', 'a + b');
const TEST = 'package calc\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif got := Add(2, 3); got != 5 {\n\t\tt.Errorf("Add(2, 3) = %d, want 5", got)\n\t}\n}\n\nfunc TestMul(t *testing.T) {\n\tif got := Mul(2, 3); got != 6 {\n\t\tt.Errorf("Mul(2, 3) = %d, want 6", got)\n\t}\n}\n';
const FILES = { 'go.mod': MOD, 'calc.go': WRONG, 'calc_test.go': TEST };
const write = (path: string, content: string): FileChange => ({ kind: 'write', path, content });
const testFile = (name: string, body: string, imports = '') => `package calc\n\nimport (\n${imports}\t"testing"\n)\n\nfunc ${name}(t *testing.T) {\n${body}}\n`;
const open = (v: Verdict) => v.rules.filter((rule) => !rule.ok).map((rule) => rule.rule);

describe('the gate on Go', () => {
  it('is green when a red test turns green', async () => {
    const v = await verdict(FILES, [write('calc.go', RIGHT)]);
    expect(open(v)).toEqual([]);
    expect(v).toMatchObject({ green: true, proof: 'red_to_green', fixed: [{ id: 'calc_test.go::TestAdd' }] });
  });

  it('counts a new test of a function that was not there, in a project that had no test', async () => {
    const v = await verdict({ 'go.mod': MOD, 'calc.go': RIGHT }, [
      write('calc.go', `${RIGHT}\nfunc Neg(a int) int { return -a }\n`),
      write('calc_test.go', testFile('TestNeg', '\tif Neg(1) != -1 {\n\t\tt.Error("wrong")\n\t}\n')),
    ]);
    expect(open(v)).toEqual([]);
    expect(v.newTests).toMatchObject([{ counts: true, seenRed: { errorClass: 'CompileError' }, reason: expect.stringContaining('undefined: Neg') }]);
  });

  it('counts a new test of new parameters, and of a new package', async () => {
    const v = await verdict({ 'go.mod': MOD, 'calc.go': RIGHT }, [
      write('calc.go', RIGHT.replace('Mul(a, b int) int { return a * b }', 'Mul(a, b, c int) int { return a * b * c }')),
      write('calc_test.go', testFile('TestMul', '\tif Mul(1, 2, 3) != 6 {\n\t\tt.Error("wrong")\n\t}\n')),
      write('text/upper.go', 'package text\n\nimport "strings"\n\nfunc Upper(s string) string { return strings.ToUpper(s) }\n'),
      write('text/upper_test.go', 'package text_test\n\nimport (\n\t"testing"\n\n\t"example.com/calc/text"\n)\n\nfunc TestUpper(t *testing.T) {\n\tif text.Upper("a") != "A" {\n\t\tt.Error("wrong")\n\t}\n}\n'),
    ]);
    expect(open(v)).toEqual([]);
    expect(v.newTests.map((t) => t.counts)).toEqual([true, true]);
  });

  it('counts a test that is green on both when it notices a mutant, and none that notices nothing', async () => {
    const v = await verdict({ 'go.mod': MOD, 'calc.go': RIGHT }, [write('calc.go', RIGHT.replace('a + b', 'b + a')), write('calc_test.go', testFile('TestAdd', '\tif Add(2, 3) != 5 {\n\t\tt.Error("wrong")\n\t}\n')), write('idle_test.go', testFile('TestIdle', '\t_ = Add\n'))]);
    expect(v.newTests.find((t) => t.id.endsWith('TestAdd'))).toMatchObject({ counts: true, mutantKilled: expect.stringContaining('calc.go:4') });
    expect(v.newTests.find((t) => t.id.endsWith('TestIdle'))).toMatchObject({ counts: false });
  });

  it('is not green when a test is gone, though the others pass', async () => {
    const v = await verdict({ ...FILES, 'calc.go': RIGHT }, [{ kind: 'delete', path: 'calc_test.go' }, write('new_test.go', testFile('TestAdd', '\tif Add(2, 3) != 5 {\n\t\tt.Error("wrong")\n\t}\n'))]);
    expect(open(v)).toEqual(expect.arrayContaining(['no_regression', 'tests_untouched']));
  });

  const helper = (body: string, imports = '') => write('helper_test.go', `package calc\n\nimport (\n${imports})\n\n${body}\n`);
  it.each<[string, FileChange[]]>([
    ['a TestMain in a new file ends the process', [helper('func TestMain(m *testing.M) { os.Exit(0) }', '\t"os"\n\t"testing"\n')]],
    ['the product ends the process when it is loaded', [write('calc.go', WRONG.replace('package calc\n', 'package calc\n\nimport "os"\n\nfunc init() { os.Exit(0) }\n'))]],
    ['the product prints what the runner prints, and ends the process', [write('calc.go', 'package calc\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc init() {\n\tfor _, name := range []string{"TestAdd", "TestMul"} {\n\t\tfmt.Printf("\\x16=== RUN   %s\\n\\x16--- PASS: %s (0.00s)\\n", name, name)\n\t}\n\tfmt.Println("PASS")\n\tos.Exit(0)\n}\n\nfunc Add(a, b int) int { return 0 }\n\nfunc Mul(a, b int) int { return 0 }\n')]],
    ['a new test file puts another function in the place of a variable that the product calls', [write('calc.go', 'package calc\n\nvar add = func(a, b int) int { return a - b }\n\nfunc Add(a, b int) int { return add(a, b) }\n\nfunc Mul(a, b int) int { return a * b }\n'), helper('func init() { add = func(a, b int) int { return 5 } }')]],
    ['the product asks whether it is tested', [write('calc.go', 'package calc\n\nimport "testing"\n\nfunc Add(a, b int) int {\n\tif testing.Testing() {\n\t\treturn 5\n\t}\n\treturn a - b\n}\n\nfunc Mul(a, b int) int { return a * b }\n')]],
    ['another module stands in for the package', [write('calc.go', RIGHT), write('go.mod', `${MOD}\nreplace example.com/other => ./other\n`)]],
  ])('is not green when %s', async (_what, changes) => {
    expect((await verdict(FILES, changes)).green).toBe(false);
  });
});

describe('an existing Go test', () => {
  const change = (from: string, to: string): FileChange => write('calc_test.go', TEST.replace(from, to));
  it.each<[string, FileChange[], string[]]>([
    ['edited', [change('want 5", got', 'want 5!", got')], ['edited']],
    ['with another expected value', [change('got != 5', 'got != -1')], ['edited']],
    ['skipped', [change('func TestAdd(t *testing.T) {\n', 'func TestAdd(t *testing.T) {\n\tt.Skip("later")\n')], ['skipped']],
    ['renamed', [change('func TestAdd(', 'func TestSum(')], ['deleted']],
    ['renamed so that it is no test', [change('func TestAdd(', 'func testAdd(')], ['deleted', 'edited']],
    ['deleted', [{ kind: 'delete', path: 'calc_test.go' }], ['deleted', 'deleted']],
    ['moved to a file for another system', [{ kind: 'delete', path: 'calc_test.go' }, write('calc_windows_test.go', TEST)], ['deleted', 'deleted']],
    ['behind a build constraint', [write('calc_test.go', `//go:build ignore\n\n${TEST}`)], ['skipped', 'skipped', 'edited']],
    ['behind a constraint of a tag', [write('calc_test.go', `//go:build slow\n\n${TEST}`)], ['edited', 'edited', 'edited']],
    ['with an init beside it', [write('calc_test.go', `${TEST}\nfunc init() { println("x") }\n`)], ['edited']],
    ['with another test and its import beside it', [write('calc_test.go', `${TEST.replace('import "testing"', 'import (\n\t"strings"\n\t"testing"\n)')}\nfunc TestMore(t *testing.T) {\n\tif strings.ToUpper("a") != "A" {\n\t\tt.Fatal("no")\n\t}\n}\n`)], []],
    ['with a package that is loaded for what it does', [write('calc_test.go', TEST.replace('import "testing"', 'import (\n\t_ "example.com/calc/evil"\n\t"testing"\n)'))], ['edited']],
    ['formatted otherwise', [write('calc_test.go', TEST.replace('\tif got := Add(2, 3); got != 5 {', '\t// the sum\n\tif got := Add( 2,3 ); got != 5 {'))], []],
    ['in a module that is replaced', [write('go.mod', `${MOD}\nreplace example.com/x => ./x\n`)], ['config']],
    ['in a module that needs another', [write('go.mod', `${MOD}\nrequire example.com/x v1.0.0\n`)], []],
    ['in a module that leaves folders out', [write('go.mod', `${MOD}\nignore ./slow\n`)], ['config']],
    ['in a new workspace', [write('go.work', 'go 1.23\n\nuse ./other\n')], ['config']],
    ['beside changed test data', [write('testdata/in.txt', 'b\n')], ['edited']],
  ])('%s is %j', async (_what, changes, kinds) => {
    const bench = await benchOf({ ...FILES, 'testdata/in.txt': 'a\n' });
    const detections = (await Promise.all(languages.map((l) => l.detect(bench)))).flat();
    await bench.write(changes);
    expect((await protectedChanges({ bench, languages, detections, hadTests: true, testConfigOf }, bench.base)).map((one) => one.kind)).toEqual(kinds);
  });
});
