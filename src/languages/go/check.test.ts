import { describe, expect, it, vi } from 'vitest';
import { GO_MOD, outcomes, runProject } from './projects.prop.ts';

// The first run on a machine compiles the standard library.
vi.setConfig({ testTimeout: 300_000 });

const CALC = 'package calc\n\nfunc Add(a, b int) int { return a - b }\n\nfunc Div(a, b int) int { return a / b }\n';
const test = (body: string, more = '') => `package calc\n\nimport (\n\t"testing"\n${more}\n)\n\n${body}`;

describe('go test in the sandbox', () => {
  it('tells every outcome, with expected and got, line and frames', async () => {
    const run = await runProject({
      'calc.go': CALC,
      'calc_test.go': test(`func TestOk(t *testing.T) {}

func TestAdd(t *testing.T) {
	if got := Add(1, 2); got != 3 {
		t.Errorf("Add(1, 2) = %d, want %d", got, 3)
	}
}

func TestTable(t *testing.T) {
	for _, name := range []string{"good", "bad one"} {
		t.Run(name, func(t *testing.T) {
			if name != "good" {
				t.Fatalf("got %v, want %v", name, "good")
			}
		})
	}
}

func TestSkip(t *testing.T) { t.Skip("later") }

func FuzzAdd(f *testing.F) {
	f.Add(1)
	f.Fuzz(func(t *testing.T, n int) {})
}

func ExampleAdd() {
	fmt.Println(Add(1, 2))
	// Output: 3
}

func BenchmarkAdd(b *testing.B) {
	for range b.N {
		Add(1, 2)
	}
}
`, '\t"fmt"'),
      'deep/panic_test.go': 'package deep\n\nimport (\n\t"testing"\n\n\t"example.com/calc"\n)\n\nfunc TestDiv(t *testing.T) { calc.Div(1, 0) }\n\nfunc TestLater(t *testing.T) {}\n',
    });
    const at = 'calc_test.go::';
    expect(outcomes(run.tests)).toEqual({
      [`${at}TestOk`]: 'passed', [`${at}TestAdd`]: 'failed', [`${at}TestTable`]: 'failed', [`${at}TestTable/good`]: 'passed', [`${at}TestTable/bad_one`]: 'failed',
      [`${at}TestSkip`]: 'skipped', [`${at}FuzzAdd`]: 'passed', [`${at}FuzzAdd/seed#0`]: 'passed', [`${at}ExampleAdd`]: 'failed',
      'deep/panic_test.go::TestDiv': 'failed', 'deep/panic_test.go::TestLater': 'error',
    });
    expect(run).toMatchObject({ status: 'failed', errors: [] });
    const one = (name: string) => run.tests.find((result) => result.id.endsWith(name));
    expect(one('TestAdd')).toMatchObject({ file: 'calc_test.go', line: 12, message: 'Add(1, 2) = -1, want 3', expected: '3', got: '-1', errorClass: 'AssertionError', frames: [{ file: 'calc_test.go', line: 12 }] });
    expect(one('bad_one')).toMatchObject({ expected: 'good', got: 'bad one' });
    expect(one('TestTable')).toMatchObject({ message: 'subtests failed: bad_one' });
    expect(one('TestDiv')).toMatchObject({ errorClass: 'Panic', message: 'panic: runtime error: integer divide by zero', frames: [{ file: 'calc.go', line: 5 }, { file: 'deep/panic_test.go', line: 9 }] });
    expect(one('TestLater')).toMatchObject({ errorClass: 'NotRun' });
    expect(one('ExampleAdd')?.message).toContain('want:');
  });

  it('gives each test of a package that does not compile the reason, and still runs the others', async () => {
    const run = await runProject({
      'calc.go': CALC,
      'calc_test.go': test('func TestMul(t *testing.T) {\n\tif Mul(2, 3) != 6 {\n\t\tt.Fatal()\n\t}\n}\n'),
      'other/other_test.go': 'package other\n\nimport "testing"\n\nfunc TestOther(t *testing.T) {}\n',
      'gone/gone_test.go': 'package gone\n\nimport (\n\t"testing"\n\n\t"example.com/nowhere/at"\n)\n\nfunc TestGone(t *testing.T) { at.X() }\n',
      'bad/bad_test.go': 'package bad\n\nimport "testing"\n\nfunc TestBad(t *testing.T) {\n',
    });
    expect(run.status).toBe('broken');
    expect(outcomes(run.tests)).toMatchObject({ 'calc_test.go::TestMul': 'error', 'other/other_test.go::TestOther': 'passed', 'gone/gone_test.go::TestGone': 'error' });
    expect(run.tests.find((one) => one.id.endsWith('TestMul'))).toMatchObject({ errorClass: 'CompileError', message: 'calc_test.go:9: undefined: Mul' });
    expect(run.errors).toContainEqual({ file: 'calc_test.go', line: 9, message: 'undefined: Mul', errorClass: 'CompileError' });
    expect(run.errors.find((error) => error.file === 'gone/gone_test.go')?.message).toContain('go mod download');
    expect(run.errors.find((error) => error.file === 'bad/bad_test.go')).toMatchObject({ line: 5, message: expect.stringContaining('expected') });
  });

  it('is narrowed to files, tests, and the words of a command', async () => {
    const files = { 'calc.go': CALC, 'a_test.go': test('func TestOne(t *testing.T) {}\n\nfunc TestTwo(t *testing.T) {}\n'), 'sub/b_test.go': 'package sub\n\nimport "testing"\n\nfunc TestThree(t *testing.T) {}\n' };
    expect(outcomes((await runProject(files, { files: ['sub/b_test.go'] })).tests)).toEqual({ 'sub/b_test.go::TestThree': 'passed' });
    expect(outcomes((await runProject(files, { testIds: ['a_test.go::TestTwo'] })).tests)).toEqual({ 'a_test.go::TestTwo': 'passed' });
    expect(outcomes((await runProject(files, { args: ['-run', 'T(hree|wo)', '-short', './...'] })).tests)).toEqual({ 'a_test.go::TestTwo': 'passed', 'sub/b_test.go::TestThree': 'passed' });
  });

  it('takes packages from vendor, and those of a workspace', async () => {
    const uses = (path: string) => `package calc\n\nimport (\n\t"testing"\n\n\t"${path}"\n)\n\nfunc TestOne(t *testing.T) {\n\tif lib.One() != 1 {\n\t\tt.Fatal("wrong")\n\t}\n}\n`;
    const lib = 'package lib\n\nfunc One() int { return 1 }\n';
    const vendored = { 'go.mod': `${GO_MOD}\nrequire example.org/lib v1.0.0\n`, 'vendor/modules.txt': '# example.org/lib v1.0.0\n## explicit\nexample.org/lib\n', 'vendor/example.org/lib/lib.go': lib, 'a_test.go': uses('example.org/lib') };
    expect(await runProject(vendored)).toMatchObject({ status: 'passed', collected: 1 });
    const workspace = { 'go.work': 'go 1.23\n\nuse (\n\t.\n\t./lib\n)\n', 'lib/go.mod': 'module example.org/lib\n', 'lib/lib.go': lib, 'a_test.go': uses('example.org/lib') };
    expect(await runProject(workspace)).toMatchObject({ status: 'passed', collected: 1 });
  });

  it('says which test was running when the time was up', async () => {
    const run = await runProject({ 'calc.go': CALC, 'calc_test.go': test('func TestEver(t *testing.T) {\n\tfor {\n\t\ttime.Sleep(time.Second)\n\t}\n}\n', '\t"time"') }, { limits: { wallMs: 8_000 } });
    expect(run).toMatchObject({ status: 'timeout', tests: [{ id: 'calc_test.go::TestEver', outcome: 'failed', errorClass: 'Timeout' }] });
  });

  it.each([
    ['has no Go file yet', {}, 'passed', 0],
    ['has no test yet', { 'calc.go': CALC }, 'passed', 0],
    ['has a test for another system only', { 'calc.go': CALC, 'calc_windows_test.go': test('func TestA(t *testing.T) {}\n') }, 'passed', 0],
    ['needs a module that is not there', { 'calc.go': 'package calc\n\nimport _ "example.com/far/away"\n', 'go.mod': `${GO_MOD}\nrequire example.com/far v1.0.0\n`, 'calc_test.go': test('func TestA(t *testing.T) {}\n') }, 'broken', 1],
  ] as const)('of a module that %s', async (_what, files, status, count) => {
    const run = await runProject(files);
    expect(run).toMatchObject({ status, collected: count });
  });
});

describe('a process that ends before its tests did', () => {
  const passes = test('func TestAdd(t *testing.T) {\n\tif Add(1, 2) != 3 {\n\t\tt.Fatal("wrong")\n\t}\n}\n');
  const forged = 'fmt.Print("\\x16=== RUN   TestAdd\\n\\x16--- PASS: TestAdd (0.00s)\\nPASS\\n")';
  it.each([
    ['from init', { 'calc.go': `${CALC.replace('package calc\n', 'package calc\n\nimport "os"\n')}\nfunc init() { os.Exit(0) }\n` }],
    ['from a TestMain', { 'main_test.go': test('func TestMain(m *testing.M) { os.Exit(0) }\n', '\t"os"') }],
    ['in a test', { 'calc.go': 'package calc\n\nimport "os"\n\nfunc Add(a, b int) int { os.Exit(0); return 3 }\n' }],
    ['after telling the runner to leave the test out', { 'calc.go': `${CALC.replace('package calc\n', 'package calc\n\nimport "os"\n')}\nfunc init() { os.Args = append(os.Args, "-test.run=^$") }\n` }],
    ['with a line that looks like the runner’s, before the real one', { 'calc.go': `package calc\n\nimport "fmt"\n\nfunc Add(a, b int) int {\n\t${forged}\n\treturn a - b\n}\n` }],
  ])('is not green: %s', async (_how, files) => {
    const run = await runProject({ 'calc.go': CALC, 'calc_test.go': passes, ...files });
    expect(run.status).not.toBe('passed');
  });
});
