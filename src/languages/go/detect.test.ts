import { describe, expect, it } from 'vitest';
import { taken, readArguments } from './arguments.ts';
import { compileErrors } from './compile-errors.ts';
import { comparisonIn } from './comparison.ts';
import { detect } from './detect.ts';
import { failureIn } from './failures.ts';
import { modulePathOf, testConfigOf } from './go-mod.ts';
import { isTestConfig, isTestFile } from './paths.ts';
import { projectOf } from './projects.prop.ts';
import { testPathFor } from './test-path.ts';

const TEST = 'package a\n\nimport "testing"\n\nfunc TestA(t *testing.T) {}\n';

describe('a Go project', () => {
  it('is its module and those nested in it that have tests', async () => {
    const bench = await projectOf({
      'main.go': 'package main\n\nfunc main() {}\n', 'internal/a/a.go': 'package a\n', 'internal/a/a_test.go': TEST, 'internal/a/testdata/in.txt': 'x\n', 'go.work': 'go 1.23\n\nuse .\n',
      'tools/go.mod': 'module example.com/calc/tools\n', 'tools/t.go': 'package tools\n', 'sdk/go.mod': 'module example.com/calc/sdk\n', 'sdk/sdk_test.go': TEST,
      'internal/a/testdata/mod/go.mod': 'module sample\n', 'internal/a/testdata/mod/m_test.go': TEST,
    });
    expect(await detect(bench)).toEqual([
      { language: 'go', root: '', evidence: ['go.mod: module example.com/calc', 'go.work', 'go test: 1 test file'], sources: ['', 'internal/a'], tests: ['internal/a/testdata'], packageManager: 'go', checks: [{ id: 'go test', framework: 'go test', language: 'go', cwd: '', why: 'go.mod, 1 test file' }] },
      expect.objectContaining({ root: 'sdk', checks: [{ id: 'go test in sdk', framework: 'go test', language: 'go', cwd: 'sdk', why: 'sdk: sdk/go.mod, 1 test file' }] }),
    ]);
  });

  it('is a nested module where the root has none, with or without tests', async () => {
    const bench = await projectOf({ 'web/index.html': '', 'backend/go.mod': 'module b\n', 'backend/b.go': 'package b\n', 'examples/x/go.mod': 'module x\n', 'examples/x/x_test.go': TEST });
    await bench.write([{ kind: 'delete', path: 'go.mod' }]);
    expect((await detect(bench)).map((one) => [one.root, one.checks[0]?.why])).toEqual([['backend', 'backend: backend/go.mod, there are no tests yet']]);
    await bench.write([{ kind: 'delete', path: 'backend/go.mod' }, { kind: 'delete', path: 'examples/x/go.mod' }]);
    expect(await detect(bench)).toEqual([]);
  });

  it.each([
    ['a_test.go', true, false], ['a/testdata/x.go', true, false], ['a.go', false, false], ['go.mod', false, true], ['sub/go.work', false, true], ['vendor/x/y.go', false, true], ['go.sum', false, false], ['test.py', false, false],
  ])('%s is a test file: %s, and steers the tests: %s', (path, test, config) => {
    expect([isTestFile(path), isTestConfig(path)]).toEqual([test, config]);
  });

  it('puts a test beside its file', () => expect(testPathFor('a/calc.go')).toBe('a/calc_test.go'));

  it('tells what of its module steers the tests', () => {
    const source = 'module "example.com/a" // ours\n\ngo 1.23\n\nrequire (\n\tb.com/b v1.0.0\n)\n\nreplace (\n\tb.com/b => ../b\n)\n';
    expect(modulePathOf(source)).toBe('example.com/a');
    expect(testConfigOf('x/go.mod', source)).toEqual({ module: ['"example.com/a"'], replace: ['b.com/b => ../b'] });
    expect(testConfigOf('go.sum', '')).toBeUndefined();
  });
});

describe('the words of a go test command', () => {
  it.each([
    [['./...'], { patterns: ['./...'], flags: [], loose: false }],
    [['-run', 'TestA', './a', '-v'], { patterns: ['./a'], flags: ['-run', 'TestA', '-v'], run: 'TestA' }],
    [['-run=TestA/x', '-tags', 'slow', '-race'], { flags: ['-run=TestA/x', '-tags', 'slow', '-race'], build: ['-tags', 'slow', '-race'], run: 'TestA/x' }],
    [['-json', '-c', '-exec', './evil', './...'], { patterns: ['./...'], flags: [] }],
    [['-failfast', '-short'], { flags: ['-failfast', '-short'], loose: true }],
  ])('%j', (words, read) => expect(readArguments(words)).toMatchObject(read));

  it.each([[undefined, 'TestA', true], ['A', 'TestA', true], ['^TestB$', 'TestA', false], ['TestA/sub', 'TestA', true], ['(?P<x>', 'TestA', undefined]])('-run %s takes %s: %s', (run, name, yes) => expect(taken(run, name)).toBe(yes));
});

const PLACE = { mountAt: '/workspace', root: '/host/bench', cwd: 'mod' };

describe('what Go prints', () => {
  it.each([
    ['a type', ['# example.com/a', './calc.go:3:23: cannot use "x" (untyped string constant) as int value in return statement'], [{ file: 'mod/calc.go', line: 3, message: 'cannot use "x" (untyped string constant) as int value in return statement', errorClass: 'CompileError' }]],
    ['a call, on several lines', ['a/b_test.go:9:6: not enough arguments in call to F', '\thave (number)', '\twant (int, int)'], [{ file: 'mod/a/b_test.go', line: 9, message: 'not enough arguments in call to F\nhave (number)\nwant (int, int)', errorClass: 'CompileError' }]],
    ['syntax', ['a.go:2:1: syntax error: non-declaration statement outside function body'], [{ file: 'mod/a.go', line: 2, errorClass: 'SyntaxError' }]],
    ['vet', ['# example.com/a', '# [example.com/a]', 'vet: ./a.go:4:2: fmt.Printf format %d has arg "x" of wrong type string'], [{ file: 'mod/a.go', line: 4 }]],
    ['a dependency outside', ['/root/go/pkg/mod/x/y.go:1:1: bad'], [{ line: 1, message: 'bad' }]],
  ])('as an error of %s', (_what, lines, errors) => {
    const read = compileErrors(lines, PLACE);
    expect(read).toMatchObject(errors);
    expect(read).toHaveLength(errors.length);
  });

  it.each([
    [['Area(2) = 4, want 3'], { call: 'Area(2)', expected: '3', got: '4' }],
    [['got 4, want 3'], { expected: '3', got: '4' }],
    [['expected 3, got 4'], { expected: '3', got: '4' }],
    [['', 'Error Trace:\t/w/a_test.go:9', 'Error:      \tNot equal: ', '            \texpected: 3', '            \tactual  : -1'], { expected: '3', got: '-1' }],
    [['something broke'], undefined],
  ])('compares in %j', (lines, compared) => expect(comparisonIn(lines)).toEqual(compared));

  it('as a panic with the frames of the project, innermost first', () => {
    const lines = ['panic: boom [recovered, repanicked]', 'goroutine 1 [running]:', 'panic({0x1, 0x2})', '\t/usr/local/go/src/runtime/panic.go:860 +0x13a', 'example.com/a.F(...)', '\t/workspace/mod/a.go:5', 'example.com/a.TestF(0x1)', '\t/host/bench/mod/a_test.go:12 +0xa'];
    expect(failureIn(lines, 'mod', PLACE)).toEqual({ message: 'panic: boom', errorClass: 'Panic', frames: [{ file: 'mod/a.go', line: 5 }, { file: 'mod/a_test.go', line: 12 }] });
  });

  it('as a message of several lines', () => {
    expect(failureIn(['    a_test.go:7: hello', '    a_test.go:9: first', '        second'], 'mod', PLACE)).toMatchObject({ message: 'hello\nfirst\nsecond', line: 9, frames: [{ file: 'mod/a_test.go', line: 9 }] });
  });
});
