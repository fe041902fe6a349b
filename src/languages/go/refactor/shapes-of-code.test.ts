import { describe, expect, it, vi } from 'vitest';
import type { Operation } from '../../refactor/types.ts';
import { refactored, refusal } from './small-projects.prop.ts';

// The first run on a machine builds the program and reads the standard library.
vi.setConfig({ testTimeout: 300_000 });

const one = async (source: string, operation: Operation): Promise<string | undefined> => (await refactored({ 'a.go': source }, operation)).files['a.go'];

describe('changing a signature in Go', () => {
  const GREET = `package a

import "fmt"

type Greeter interface{ Greet(name string, loud bool) string }

type Plain struct{}

func (Plain) Greet(name string, loud bool) string { return name }

type Loud struct{}

func (l Loud) Greet(who string, unused bool) string { return who + "!" }

func Join(sep string, n int, parts ...string) string { return fmt.Sprint(sep, parts) }

func use(g Greeter) string { return Join("-", 1, g.Greet("x", true), Join("+", 2)) }
`;

  it('drops a parameter of an interface with all that stands behind it', async () => {
    const text = await one(GREET, { kind: 'change_signature', path: 'a.go', symbol: 'Greeter.Greet', drop: ['loud'] });
    expect(text).toContain('interface{ Greet(name string) string }');
    expect(text).toContain('func (Plain) Greet(name string) string');
    expect(text).toContain('func (l Loud) Greet(who string) string');
    expect(text).toContain('g.Greet("x")');
  });

  it('adds and orders, in calls inside of calls too, and imports what the new words need', async () => {
    const text = await one(GREET, { kind: 'change_signature', path: 'a.go', symbol: 'Join', add: [{ name: 'ctx', type: 'context.Context', value: 'context.Background()' }], drop: ['n'], order: ['ctx', 'sep', 'parts'] });
    expect(text).toContain('import (\n\t"context"\n\t"fmt"\n)');
    expect(text).toContain('func Join(ctx context.Context, sep string, parts ...string) string');
    expect(text).toContain('Join(context.Background(), "-", g.Greet("x", true), Join(context.Background(), "+"))');
  });

  it.each([
    ['a parameter that is used', GREET, { symbol: 'Join', drop: ['sep'] }, /^behaviour: a.go:15: Join still uses sep/],
    ['a function that is a value somewhere', 'package a\n\nfunc f(a, b int) {}\n\nvar g = f\n', { symbol: 'f', drop: ['a'] }, /^unsupported: a.go:5: f is used as a value/],
    ['an argument that does something', 'package a\n\nfunc h() int { return 1 }\n\nfunc f(a int) {}\n\nfunc g() { f(h()) }\n', { symbol: 'f', drop: ['a'] }, /^behaviour: a.go:7: the argument h\(\)/],
    ['another order of what is evaluated', 'package a\n\nfunc h() int { return 1 }\n\nfunc f(a, b int) {}\n\nfunc g() { f(h(), h()) }\n', { symbol: 'f', order: ['b', 'a'] }, /^behaviour: a.go:7/],
    ['all results of another call as arguments', 'package a\n\nfunc h() (int, int) { return 1, 2 }\n\nfunc f(a, b int) {}\n\nfunc g() { f(h()) }\n', { symbol: 'f', drop: ['b'] }, /^unsupported: a.go:7/],
    ['a method that others ask for', 'package a\n\nimport "io"\n\ntype T struct{}\n\nfunc (T) Write(p []byte) (int, error) { return 0, nil }\n\nvar _ io.Writer = T{}\n', { symbol: 'T.Write', add: [{ name: 'n', type: 'int', value: '1' }] }, /^behaviour: .*io.Writer/],
    ['a parameter without a value', GREET, { symbol: 'Join', add: [{ name: 'x', type: 'int' }] }, /^unsupported/],
    ['an unknown parameter', GREET, { symbol: 'Join', drop: ['x'] }, /^not_found/],
  ])('refuses %s', async (_what, source, operation, expected) => {
    expect(await refusal({ 'a.go': source }, { kind: 'change_signature', path: 'a.go', ...operation })).toMatch(expected);
  });
});

describe('extracting a function in Go', () => {
  const SUM = `package a

import "strings"

func total(lines []string, limit int) (int, error) {
	sum := 0
	for _, line := range lines {
		// Words count.
		words := strings.Fields(line)
		n := len(words)
		if n > limit {
			n = limit
		}
		sum += n
	}
	return sum, nil
}
`;

  it('gives what is born inside and used after', async () => {
    expect(await one(SUM, { kind: 'extract_function', path: 'a.go', fromLine: 8, toLine: 13, name: 'count' })).toBe(`package a

import "strings"

func total(lines []string, limit int) (int, error) {
	sum := 0
	for _, line := range lines {
		// Words count.
		n := count(line, limit)
		sum += n
	}
	return sum, nil
}

func count(line string, limit int) int {
	words := strings.Fields(line)
	n := len(words)
	if n > limit {
		n = limit
	}

	return n
}
`);
  });

  it('gives back what it changes', async () => {
    const text = await one(SUM, { kind: 'extract_function', path: 'a.go', fromLine: 7, toLine: 15, name: 'add' });
    expect(text).toContain('\tsum := 0\n\tsum = add(lines, limit, sum)\n\treturn sum, nil');
    expect(text).toContain('func add(lines []string, limit int, sum int) int {');
  });

  it('takes one expression, or an end with its return', async () => {
    const expression = await one(SUM, { kind: 'extract_function', path: 'a.go', fromLine: 9, toLine: 9, fromColumn: 12, toColumn: 32, name: 'split' });
    expect(expression).toContain('words := split(line)');
    expect(expression).toContain('func split(line string) []string {\n\treturn strings.Fields(line)\n}');
    const end = await one(SUM, { kind: 'extract_function', path: 'a.go', fromLine: 16, toLine: 16, name: 'done' });
    expect(end).toContain('\treturn done(sum)\n}\n\nfunc done(sum int) (int, error) {\n\treturn sum, nil\n}');
  });

  it.each([
    ['a return in the middle', 'package a\n\nfunc f(n int) int {\n\tif n > 1 {\n\t\treturn 1\n\t}\n\treturn 0\n}\n', { fromLine: 4, toLine: 6 }, /^behaviour: a.go:5: a return/],
    ['a defer', 'package a\n\nfunc f() {\n\tdefer f()\n\tf()\n}\n', { fromLine: 4, toLine: 4 }, /^behaviour: a.go:4: a defer/],
    ['a continue of a loop outside', 'package a\n\nfunc f() {\n\tfor {\n\t\tcontinue\n\t}\n}\n', { fromLine: 5, toLine: 5 }, /^behaviour: a.go:5: continue/],
    ['a variable whose address is taken', 'package a\n\nfunc f() *int {\n\tx := 1\n\tp := &x\n\treturn p\n}\n', { fromLine: 5, toLine: 5 }, /^behaviour: a.go:5: the address of x/],
    ['half a statement', SUM, { fromLine: 7, toLine: 9 }, /^unsupported/],
    ['a name that is taken', SUM, { fromLine: 8, toLine: 13, name: 'total' }, /^name_clash/],
    ['lines that are not there', SUM, { fromLine: 80, toLine: 81 }, /^not_found/],
  ])('refuses %s', async (_what, source, operation, expected) => {
    expect(await refusal({ 'a.go': source }, { kind: 'extract_function', path: 'a.go', name: 'part', ...operation })).toMatch(expected);
  });
});

describe('inlining a function in Go', () => {
  it('puts the value in the place of calls, with parentheses and conversions where they count', async () => {
    const { files } = await refactored(
      {
        'a/a.go': 'package a\n\nimport "strings"\n\nconst Factor = 2\n\nfunc Twice(x float64) float64 { return x * Factor }\n\nfunc Up(s string) string { return strings.ToUpper(s) }\n\nfunc local(n int) float64 { return 1 / Twice(3) }\n',
        'b.go': 'package b\n\nimport "example.com/calc/a"\n\nfunc f(y float64) float64 { return -a.Twice(y + 1) }\n\nfunc g(t string) string { return a.Up(t) }\n',
      },
      { kind: 'inline_function', path: 'a/a.go', symbol: 'Twice' },
    );
    expect(files['b.go']).toContain('return -((y + 1) * a.Factor)');
    expect(files['a/a.go']).toContain('return 1 / (float64(3) * Factor)');
    expect(files['a/a.go']).not.toContain('func Twice');
    const up = await refactored(files, { kind: 'inline_function', path: 'a/a.go', symbol: 'Up' });
    expect(up.files['b.go']).toContain('import (\n\t"strings"\n\n\t"example.com/calc/a"\n)');
    expect(up.files['b.go']).toContain('return strings.ToUpper(t)');
    expect(up.files['a/a.go']).not.toContain('strings');
  });

  it('puts statements in the place of a call', async () => {
    const text = await one('package a\n\nvar log []string\n\nfunc note(s string) {\n\tt := s + "."\n\tlog = append(log, t)\n}\n\nfunc f() {\n\tnote("x")\n\tx := "y"\n\tnote(x)\n}\n', { kind: 'inline_function', path: 'a.go', symbol: 'note' });
    expect(text).toBe('package a\n\nvar log []string\n\nfunc f() {\n\t{\n\t\tt := "x" + "."\n\t\tlog = append(log, t)\n\t}\n\tx := "y"\n\t{\n\t\tt := x + "."\n\t\tlog = append(log, t)\n\t}\n}\n');
  });

  it.each([
    ['an argument that would be evaluated twice', 'package a\n\nfunc h() int { return 1 }\n\nfunc sq(x int) int { return x * x }\n\nvar y = sq(h())\n', 'sq', /^behaviour: a.go:7/],
    ['a function that is a value', 'package a\n\nfunc sq(x int) int { return x * x }\n\nvar y = sq\n', 'sq', /^unsupported: a.go:5/],
    ['a recursion', 'package a\n\nfunc f(x int) int { return f(x - 1) }\n', 'f', /^unsupported: .*itself/],
    ['more than one return', 'package a\n\nfunc f(x int) int {\n\tif x > 1 {\n\t\treturn 1\n\t}\n\treturn 2\n}\n', 'f', /^unsupported/],
    ['a name that means something else there', 'package a\n\nvar k = 1\n\nfunc f() int { return k }\n\nfunc g(k string) int { return f() }\n', 'f', /^name_clash: a.go:5: k would mean/],
    ['a deferred call', 'package a\n\nfunc f() { println() }\n\nfunc g() { defer f() }\n', 'f', /^unsupported: a.go:5/],
  ])('refuses %s', async (_what, source, symbol, expected) => {
    expect(await refusal({ 'a.go': source }, { kind: 'inline_function', path: 'a.go', symbol })).toMatch(expected);
  });
});
