import { describe, expect, it, vi } from 'vitest';
import { goRefactor } from './engine.ts';
import { contextOf, refactored } from './small-projects.prop.ts';

// The first run on a machine builds the program and compiles the standard library.
vi.setConfig({ testTimeout: 300_000 });

describe('removing what is unused in Go', () => {
  it('removes imports and unexported names that nothing means, with what only they used', async () => {
    const { files, refactoring } = await refactored(
      {
        'a.go': 'package a\n\nimport (\n\t"fmt"\n\t"os"\n\t_ "strings"\n\t"time"\n)\n\n// old is gone.\nfunc old() { older() }\n\nfunc older() { fmt.Println() }\n\ntype dead struct{}\n\nfunc (dead) m() {}\n\nvar lost = 1\n\nvar made = time.Now()\n\nfunc init() {}\n\n// Kept is for others.\nfunc Kept() { used() }\n\nfunc used() {}\n',
        'a_windows.go': 'package a\n\nfunc home() string { return hidden() }\n\nvar _ = home()\n',
        'b.go': 'package a\n\nfunc hidden() string { return "" }\n',
      },
      { kind: 'remove_unused' },
    );
    expect(files['a.go']).toBe('package a\n\nimport (\n\t_ "strings"\n\t"time"\n)\n\nvar made = time.Now()\n\nfunc init() {}\n\n// Kept is for others.\nfunc Kept() { used() }\n\nfunc used() {}\n');
    expect(files['b.go']).toContain('func hidden()');
    expect(refactoring.summary).toBe('Removed 2 imports and 5 symbols that nothing uses.');
  });

  it('removes imports alone, and says where there is nothing', async () => {
    const files = { 'a.go': 'package a\n\nimport "os"\n\nfunc f() {}\n' };
    const imports = await refactored(files, { kind: 'remove_unused', what: 'imports' });
    expect(imports.files['a.go']).toBe('package a\n\nfunc f() {}\n');
    expect((await refactored(imports.files, { kind: 'remove_unused', what: 'imports' })).refactoring).toEqual({ edits: [], notes: [], summary: 'Nothing is unused.' });
  });
});

describe('update_imports in Go', () => {
  it('finds where a package went, adds what is missing and drops what is unused', async () => {
    const { files, refactoring } = await refactored(
      {
        'core/text/text.go': 'package text\n\nfunc Up(s string) string { return s }\n',
        'm.go': 'package m\n\nimport (\n\t"os"\n\n\t"example.com/calc/text"\n)\n\nvar X = text.Up(fmt.Sprint(rand.Intn(2), strings.ToUpper("a")))\n',
      },
      { kind: 'update_imports' },
    );
    expect(files['m.go']).toBe('package m\n\nimport (\n\t"fmt"\n\t"math/rand"\n\t"strings"\n\n\t"example.com/calc/core/text"\n)\n\nvar X = text.Up(fmt.Sprint(rand.Intn(2), strings.ToUpper("a")))\n');
    expect(refactoring.summary).toBe('Repaired 1 import, put the imports of 1 file in order.');
  });

  it('takes the place that it is told, and names what may be several', async () => {
    const files = { 'x/one/a.go': 'package one\n\nconst N = 1\n', 'y/one/a.go': 'package one\n\nconst N = 2\n', 'm.go': 'package m\n\nimport "example.com/calc/one"\n\nvar X = one.N\n' };
    const told = await refactored(files, { kind: 'update_imports', moved: [{ from: 'one', to: 'y/one' }] });
    expect(told.files['m.go']).toContain('"example.com/calc/y/one"');
    const untold = await refactored(files, { kind: 'update_imports' });
    expect(untold.refactoring).toMatchObject({ edits: [], notes: [{ kind: 'kept', path: 'm.go', line: 3, text: expect.stringContaining('x/one, example.com/calc/y/one') as string }] });
  });
});

describe('the gates of Go', () => {
  const WRONG = { 'a.go': 'package a\n\nimport "os"\n\nfunc F() int { return missing }\n', 'ok/b.go': 'package ok\n\nimport "fmt"\n\nfunc G() { fmt.Printf("%d\\n", "x") }\n', 'ok/only_test.go': 'package ok\n', 'win/w_windows.go': 'package win\n' };

  it('lint finds undefined names, unused imports and variables, with the line', async () => {
    const context = await contextOf(WRONG);
    expect(await goRefactor.lint(['a.go', 'ok/b.go'], context)).toEqual([
      { path: 'a.go', line: 3, code: 'unused-import', message: '"os" imported and not used' },
      { path: 'a.go', line: 5, code: 'undefined', message: 'undefined: missing' },
    ]);
  });

  it('load and types compile and vet in the sandbox', async () => {
    const context = await contextOf(WRONG);
    expect((await goRefactor.load(['ok/b.go', 'win/w_windows.go'], context)).map(({ path, line, message }) => [path, line, message])).toEqual([['ok/b.go', 5, expect.stringContaining('Printf format %d') as string]]);
    expect((await goRefactor.types(context))?.map(({ path, line }) => `${path}:${line}`)).toEqual(expect.arrayContaining(['a.go:3', 'a.go:5', 'ok/b.go:5']));
  });
});
