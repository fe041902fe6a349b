import { describe, expect, it, vi } from 'vitest';
import { refactored, refusal } from './small-projects.prop.ts';

// The first run on a machine builds the program and reads the standard library.
vi.setConfig({ testTimeout: 300_000 });

const STORE = {
  'store/store.go': `// Package store keeps things.
package store

import (
	"errors"
	"fmt"
	"strings"
)

// ErrFull says that nothing more fits.
var ErrFull = errors.New("full")

const (
	// Max is how many fit.
	Max = 10
	// Min is how few there are.
	Min = 1
)

// Level is how full it is.
type Level int

// The levels.
const (
	Empty Level = iota
	Half
	Full
)

// String names the level.
func (l Level) String() string { return strings.ToLower(names[l]) }

var names = []string{"EMPTY", "HALF", "FULL"}

// Store keeps things.
type Store struct{ items []string }

// Add keeps one more.
func (s *Store) Add(item string) error {
	if len(s.items) >= Max {
		return fmt.Errorf("add: %w", ErrFull)
	}
	s.items = append(s.items, clean(item))
	return nil
}

func clean(item string) string { return strings.TrimSpace(item) }

// Shout is loud.
func Shout(text string) string { return strings.ToUpper(clean(text)) }
`,
  'store/store_test.go': `package store

import "testing"

func TestAdd(t *testing.T) {
	var s Store
	if err := s.Add(Shout("a")); err != nil {
		t.Fatal(err)
	}
}
`,
  'main.go': `package main

import (
	"fmt"

	"example.com/calc/store"
)

func main() {
	var s store.Store
	fmt.Println(s.Add(store.Shout("hi")), store.Half, store.Max)
}
`,
};

describe('moving symbols in Go', () => {
  it('takes comments and imports along within a package', async () => {
    const { files } = await refactored(STORE, { kind: 'move_symbols', from: 'store/store.go', symbols: ['Shout', 'ErrFull', 'Min'], to: 'store/text.go' });
    expect(files['store/text.go']).toBe(`package store

import (
	"errors"
	"strings"
)

// ErrFull says that nothing more fits.
var ErrFull = errors.New("full")

// Min is how few there are.
const Min = 1

// Shout is loud.
func Shout(text string) string { return strings.ToUpper(clean(text)) }
`);
    expect(files['store/store.go']).toContain('import (\n\t"fmt"\n\t"strings"\n)\n\nconst (\n\t// Max is how many fit.\n\tMax = 10\n)');
  });

  it('moves a type with its methods and helpers to another package, and follows it everywhere', async () => {
    const { files, refactoring } = await refactored(STORE, { kind: 'move_symbols', from: 'store/store.go', symbols: ['Level', 'Empty', 'Half', 'Full'], to: 'level/level.go' });
    expect(files['level/level.go']).toBe(`package level

import "strings"

// Level is how full it is.
type Level int

// The levels.
const (
	Empty Level = iota
	Half
	Full
)

// String names the level.
func (l Level) String() string { return strings.ToLower(names[l]) }

var names = []string{"EMPTY", "HALF", "FULL"}
`);
    expect(files['main.go']).toContain('"example.com/calc/level"\n\t"example.com/calc/store"');
    expect(files['main.go']).toContain('level.Half, store.Max');
    expect(refactoring.notes).toContainEqual({ kind: 'also', path: 'store/store.go', line: 33, text: 'names moves along: only the moved code uses it' });
  });

  it('imports the old package where the moved code needs it', async () => {
    const { files } = await refactored(STORE, { kind: 'move_symbols', from: 'main.go', symbols: ['main'], to: 'run.go' });
    expect(files['run.go']).toContain('package main\n\nimport (\n\t"fmt"\n\n\t"example.com/calc/store"\n)\n');
    expect(files['main.go']).toBeUndefined();
  });

  it('leaves other words for what moved', async () => {
    const { files } = await refactored(
      { 'a/a.go': 'package a\n\nimport "strings"\n\n// Up raises.\nfunc Up(s string, n ...int) string { return strings.ToUpper(s) }\n\n// T is one.\ntype T struct{ N int }\n\n// C is c.\nconst C = 1\n', 'b/b.go': 'package b\n\nimport "example.com/calc/a"\n\nvar X = a.Up("x") + string(rune(a.C))\n' },
      { kind: 'move_symbols', from: 'a/a.go', symbols: ['Up', 'T', 'C'], to: 'c/c.go', keepOld: true },
    );
    expect(files['a/a.go']).toBe(`package a

import "example.com/calc/c"

// Deprecated: use c.Up.
func Up(s string, n ...int) string {
	return c.Up(s, n...)
}

// Deprecated: use c.T.
type T = c.T

// Deprecated: use c.C.
const C = c.C
`);
    expect(files['b/b.go']).toBe('package b\n\nimport "example.com/calc/c"\n\nvar X = c.Up("x") + string(rune(c.C))\n');
  });

  it.each([
    ['a helper that others use', { symbols: ['Shout'], to: 'text/text.go' }, /^unsupported: store\/store.go:50: Shout uses clean, which is unexported and also used at store\/store.go:43/],
    ['one of a group that counts', { symbols: ['Half'], to: 'store/half.go' }, /^unsupported: .*iota/],
    ['to make packages import each other', { symbols: ['Max'], to: 'main.go' }, /^(behaviour|import_cycle|unsupported): /],
    ['to hide fields from the code that is left', { symbols: ['Store'], to: 'kept/kept.go' }, /^unsupported: .*clean/],
    ['a name that is taken there', { symbols: ['Shout'], to: 'store/store_test.go' }, /^exported_api/],
    ['what is not there', { symbols: ['Nothing'], to: 'store/a.go' }, /^not_found/],
  ])('refuses %s', async (_what, operation, expected) => {
    expect(await refusal(STORE, { kind: 'move_symbols', from: 'store/store.go', ...operation })).toMatch(expected);
  });

  it.each([
    ['a circle of imports', { 'a/a.go': 'package a\n\ntype T int\n\nfunc Use(t T) {}\n\nfunc Go() { Help(T(1)) }\n\nfunc Help(t T) {}\n' }, { from: 'a/a.go', symbols: ['Help'], to: 'b/b.go' }, /^import_cycle/],
    ['a clash in the other package', { 'a/a.go': 'package a\n\nfunc F() {}\n', 'b/b.go': 'package b\n\nfunc F() {}\n' }, { from: 'a/a.go', symbols: ['F'], to: 'b/b.go' }, /^name_clash/],
    ['an embedded file', { 'a/a.go': 'package a\n\nimport _ "embed"\n\n//go:embed a.txt\nvar Text string\n', 'a/a.txt': 'x' }, { from: 'a/a.go', symbols: ['Text'], to: 'b/b.go' }, /^unsupported: .*embeds/],
    ['another platform', { 'a/a_linux.go': 'package a\n\nfunc F() {}\n' }, { from: 'a/a_linux.go', symbols: ['F'], to: 'a/a.go' }, /^unsupported: .*platforms/],
    ['a place where imports may not come from', { 'a/a.go': 'package a\n\nfunc F() {}\n', 'c/c.go': 'package c\n\nimport "example.com/calc/a"\n\nvar X = a.F\n' }, { from: 'a/a.go', symbols: ['F'], to: 'b/internal/b.go' }, /^behaviour: .*internal/],
  ])('refuses %s', async (_what, files: Record<string, string>, operation, expected) => {
    expect(await refusal(files, { kind: 'move_symbols', ...operation })).toMatch(expected);
  });
});

describe('moving files and packages in Go', () => {
  it('moves a package with its tests and other files, and renames it', async () => {
    const { files } = await refactored({ ...STORE, 'store/testdata/in.txt': 'x', 'store/outer_test.go': 'package store_test\n\nimport (\n\t"testing"\n\n\t"example.com/calc/store"\n)\n\nfunc TestShout(t *testing.T) { store.Shout("a") }\n' }, { kind: 'move_module', from: 'store', to: 'internal/depot' });
    expect(Object.keys(files)).toEqual(['internal/depot/outer_test.go', 'internal/depot/store.go', 'internal/depot/store_test.go', 'internal/depot/testdata/in.txt', 'main.go']);
    expect(files['internal/depot/store.go']).toMatch(/^\/\/ Package depot keeps things.\npackage depot\n/);
    expect(files['internal/depot/outer_test.go']).toBe('package depot_test\n\nimport (\n\t"testing"\n\n\t"example.com/calc/internal/depot"\n)\n\nfunc TestShout(t *testing.T) { depot.Shout("a") }\n');
    expect(files['main.go']).toContain('\t"example.com/calc/internal/depot"\n)\n\nfunc main() {\n\tvar s depot.Store\n\tfmt.Println(s.Add(depot.Shout("hi")), depot.Half, depot.Max)');
  });

  it('keeps the name that a file uses where the new one is taken', async () => {
    const { files } = await refactored({ 'a/a.go': 'package a\n\nfunc F() {}\n', 'm.go': 'package m\n\nimport "example.com/calc/a"\n\nfunc g(b int) { a.F() }\n' }, { kind: 'move_module', from: 'a', to: 'b' });
    expect(files['m.go']).toBe('package m\n\nimport a "example.com/calc/b"\n\nfunc g(b int) { a.F() }\n');
  });

  it('renames a file, and moves one to another package', async () => {
    const renamed = await refactored(STORE, { kind: 'move_module', from: 'store/store.go', to: 'store/depot.go' });
    expect(renamed.files['store/depot.go']).toBe(STORE['store/store.go']);
    const moved = await refactored({ 'a/a.go': '// Copyright me.\n\n// Package a is one.\npackage a\n\n// F is f.\nfunc F() {}\n', 'b/b.go': 'package b\n\nimport "example.com/calc/a"\n\nfunc G() { a.F() }\n' }, { kind: 'move_module', from: 'a/a.go', to: 'b/a.go' });
    expect(moved.files).toEqual({ 'b/a.go': '// Copyright me.\n\n// Package a is one.\npackage b\n\n// F is f.\nfunc F() {}\n', 'b/b.go': 'package b\n\nfunc G() { F() }\n' });
  });

  it.each([
    ['a place that is taken', { from: 'store', to: 'main.go' }, /^name_clash|^unsupported/],
    ['a package out of sight of what imports it', { from: 'store', to: 'other/internal/store' }, /^behaviour: .*internal/],
    ['a file that would be a test', { from: 'store/store.go', to: 'store/all_test.go' }, /^behaviour/],
    ['a file that only some platforms would build', { from: 'store/store.go', to: 'store/store_windows.go' }, /^unsupported/],
    ['a folder without Go', { from: 'docs', to: 'pages' }, /^not_found/],
  ])('refuses %s', async (_what, operation, expected) => {
    expect(await refusal(STORE, { kind: 'move_module', ...operation })).toMatch(expected);
  });

  it('merges files of a package, and splits them', async () => {
    const files = { 'a.go': '// Package p is one.\npackage p\n\nimport "fmt"\n\n// A is a.\nfunc A() { fmt.Println(b) }\n', 'b.go': 'package p\n\nimport (\n\t"fmt"\n\tstr "strings"\n)\n\nvar b = str.ToUpper(fmt.Sprint(1))\n\nfunc init() { b += "!" }\n', 'c.go': 'package p\n\nfunc init() { b += "?" }\n' };
    const merged = await refactored(files, { kind: 'merge_modules', from: ['a.go', 'b.go'], into: 'a.go' });
    expect(merged.files).toEqual({
      'a.go': '// Package p is one.\npackage p\n\nimport (\n\t"fmt"\n\tstr "strings"\n)\n\n// A is a.\nfunc A() { fmt.Println(b) }\n\nvar b = str.ToUpper(fmt.Sprint(1))\n\nfunc init() { b += "!" }\n',
      'c.go': files['c.go'],
    });
    const split = await refactored(merged.files, { kind: 'split_module', path: 'a.go', parts: [{ to: 'b.go', symbols: ['b'] }] });
    expect(split.files['b.go']).toBe('package p\n\nimport (\n\t"fmt"\n\tstr "strings"\n)\n\nvar b = str.ToUpper(fmt.Sprint(1))\n');
    expect(split.files['a.go']).toBe('// Package p is one.\npackage p\n\nimport "fmt"\n\n// A is a.\nfunc A() { fmt.Println(b) }\n\nfunc init() { b += "!" }\n');
  });
});
