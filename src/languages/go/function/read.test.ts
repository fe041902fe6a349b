import { describe, expect, test } from 'vitest';
import type { Expected } from '../../function/types.ts';
import { goFunctions as go } from './language.ts';

// The reader of Go source is built once for a machine.
const BUILDING_MS = 300_000;

const valued = (expected: Expected): string => (expected.kind === 'value' ? expected.text : expected.kind === 'raises' ? `raises ${expected.error ?? 'anything'}${expected.message ? `: ${expected.message}` : ''}` : `prints ${expected.text}`);

describe('heads', () => {
  test.each([
    ['as Go writes it', 'func Area(r float64) float64 {', 'func Area(r float64) float64 {'],
    ['without a brace', 'func Area(r float64) float64', 'func Area(r float64) float64 {'],
    ['with its body', 'func Area(r float64) float64 {\n\treturn r\n}', 'func Area(r float64) float64 {'],
    ['without func', 'Area(r float64) (area float64, err error)', 'func Area(r float64) (area float64, err error) {'],
    ['without a name', '(r float64) float64', 'func Area(r float64) float64 {'],
    ['without names of parameters', 'func Area(float64, ...int)', 'func Area(arg1 float64, arg2 ...int) {'],
    ['over several lines', 'func Area(\n\ta int,\n\tb []string,\n) map[string]int {', 'func Area(a int, b []string) map[string]int {'],
  ])(
    'a head is read %s',
    async (_, text, head) => {
      expect((await go.parseSignature(text, 'Area')).text).toBe(head);
    },
    BUILDING_MS,
  );

  test('parameters have shapes, what is declared beside the head is its preamble', async () => {
    const signature = await go.parseSignature('type Point struct{ X, Y int }\n\nfunc Far(ps []Point, limits ...int) (Point, error) {', 'Far');
    expect(signature.parameters).toEqual([
      { name: 'ps', type: { kind: 'list', item: { kind: 'other', text: 'Point' } }, typeText: '[]Point', optional: false },
      { name: 'limits', type: { kind: 'list', item: { kind: 'int' } }, typeText: '...int', optional: true, rest: 'list' },
    ]);
    expect(signature.returnsText).toBe('(Point, error)');
    expect(signature.preamble).toBe('type Point struct{ X, Y int }');
    expect(signature.returns).toEqual({ kind: 'tuple', items: [{ kind: 'record', fields: [{ name: 'X', type: { kind: 'int' } }, { name: 'Y', type: { kind: 'int' } }] }, { kind: 'other', text: 'error' }] });
  });

  test.each([
    ['another function', 'func Volume(r float64) float64', 'Area', "The signature is of 'Volume', not of 'Area'."],
    ['no head', 'func Area(r float64', 'Area', 'The signature is no head of a Go function'],
    ['type parameters', 'func Area[T any](r T) T', 'Area', 'has type parameters'],
    ['a keyword for a name', 'func func(r float64) float64', 'func', "'func' cannot be the name of a Go function."],
    ['a name that runs by itself', 'func init()', 'init', "'init' cannot be the name of a Go function."],
  ])('%s is refused', async (_, text, name, message) => {
    await expect(go.parseSignature(text, name)).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining(message) });
  });
});

describe('examples', () => {
  test.each<[said: string, head: string, text: string, read: string[]]>([
    ['prompts with the value below', 'F(x int) int', '>>> F(1)\n2\n>>> F(2)\n3', ['F(1) → 2', 'F(2) → 3']],
    ['every sign between', 'F(x int) int', 'F(1) => 2\nF(2) == 3\nF(3) // 4\nF(4) -> 5\n- F(5) ➞ 6\nF(6) returns 7', ['F(1) → 2', 'F(2) → 3', 'F(3) → 4', 'F(4) → 5', 'F(5) → 6', 'F(6) → 7']],
    ['in a comment with prose between', 'F(x int) int', '// F adds one.\n//\n// Example:\n//   F(1) => 2 // one more\n// That is all.', ['F(1) → 2']],
    ['values as Python has them, by the types of the function', "F(xs []float64, s string) []string", ">>> F([1, 2], 'ab')\n['a', 'b']", ['F([]float64{1.0, 2.0}, "ab") → []string{"a", "b"}']],
    ['output of Println', 'F(x int) int', 'fmt.Println(F(1)) // Output: 2\nF(3)\n// Output: 4', ['fmt.Println(F(1)) → prints 2', 'F(3) → 4']],
    ['several results, with and without the error that is nil', 'F(x int) (int, error)', 'F(1) => 2\nF(2) => 3, nil\nF(3) => (4, nil)', ['F(1) → 2, nil', 'F(2) → 3, nil', 'F(3) → 4, nil']],
    ['failures', 'F(x int) (int, error)', 'F(1) => error\nF(2) => error: too big\nF(3) => panic', ['F(1) → raises error', 'F(2) → raises error: too big', 'F(3) → raises anything']],
    ['nil for a slice', 'F(x int) []int', 'F(0) => nil', ['F(0) → []int{}']],
    ['an expression around the call', 'F(x int) []int', 'len(F(3)) == 2', ['len(F(3)) → 2']],
    ['statements before', 'F(xs []int) int', '>>> xs := []int{1, 2}\n>>> F(xs)\n3', ['F(xs) → 3']],
  ])('%s', async (_, head, text, read) => {
    const examples = await go.parseExamples(text, 'F', await go.parseSignature(head, 'F'));
    expect(examples.map(({ expression, expected }) => `${expression} → ${valued(expected)}`)).toEqual(read);
    expect(examples.every(({ trust }) => trust === 'user')).toBe(true);
  });

  test('without a signature a literal says its own type', async () => {
    const [example] = await go.parseExamples('F([1, 2]) => (3, "a")', 'F');
    expect(example).toMatchObject({ expression: 'F([]int{1, 2})', note: "'F([1, 2])' is read as 'F([]int{1, 2})'", line: 1 });
    expect(example!.expected).toMatchObject({ kind: 'value', value: { kind: 'tuple' } });
  });

  test.each([
    ['a prompt without a value', '>>> F(1)', 'Line 1 is no example: it says no value'],
    ['a call that does not parse', 'F(1) => 2\n>>> F(1\n2', 'Line 2 is no example'],
    ['a value of another type', 'F(1) => "a"', `Line 1 is no example: '"a"' is no value of its type`],
    ['two that contradict each other', 'F(1) => 2\n\nF( 1 ) => 3', 'line 1 says F(1) gives 2, line 3 says 3'],
  ])('%s is refused by line', async (_, text, message) => {
    const signature = await go.parseSignature('F(x int) int', 'F');
    await expect(go.parseExamples(text, 'F', signature)).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining(message) });
  });
});

describe('stubs', () => {
  const SOURCE = `import (
    "math"
)

// Half is what it says.
func Half(x float64) float64 {
    return x / 2
}

// RoundHalves halves each number and rounds it.
// Examples:
// >>> RoundHalves([1.0, 5.0])
// [1, 3]
// >>> RoundHalves([])
// []
func RoundHalves(numbers []float64) []int {
`;

  test('a source gives head, doc, examples with their lines, and what stands before', async () => {
    const read = await go.readStub(SOURCE, 'RoundHalves');
    expect(read?.doc).toBe('RoundHalves halves each number and rounds it.');
    expect(read?.examples.map(({ expression, expected, line }) => [line, expression, valued(expected)])).toEqual([
      [12, 'RoundHalves([]float64{1.0, 5.0})', '[]int{1, 3}'],
      [14, 'RoundHalves([]float64{})', '[]int{}'],
    ]);
    expect(go.stub(read!.signature, read!.doc, read!.examples)).toMatch(/^import \(\n {4}"math"\n\)\n\n\/\/ Half is[\s\S]+\/\/ >>> RoundHalves\(\[\]float64\{\}\)\n\/\/ \[\]int\{\}\nfunc RoundHalves\(numbers \[\]float64\) \[\]int \{\n$/);
    await expect(go.readStub(SOURCE, 'Other')).resolves.toBeUndefined();
  });

  test('a completion of a stub is a module, with the imports that it uses and no others', async () => {
    const { signature, doc, examples } = (await go.readStub(SOURCE, 'RoundHalves'))!;
    const body = '\tall := []int{}\n\tfor _, n := range numbers {\n\t\tall = append(all, int(math.Round(Half(n))))\n\t}\n\treturn all\n}\n\nfunc main() {\n\tfmt.Println(RoundHalves(nil))\n}\n\nfunc unfinished(';
    const code = await go.extract(body, 'completion', signature, go.stub(signature, doc, examples));
    expect(code).toMatch(/^package solution\n\nimport "math"\n\n\/\/ Half/);
    expect(code).not.toMatch(/main|fmt|unfinished/);
    await expect(go.screen(code!, signature)).resolves.toBeUndefined();
  });
});

describe('test files', () => {
  test('calls that are compared with literals are examples, also in the rows of a table', async () => {
    const source = `package area_test

import (
	"errors"
	"testing"

	"example.com/area"
)

func TestPlain(t *testing.T) {
	if got := area.Area(2); got != 4 {
		t.Errorf("got %d", got)
	}
	got := area.Area(-3)
	want := 9
	if got != want {
		t.Fatal("no")
	}
	if area.Area(7) != 50 {
		return
	}
	for i := 0; i < 3; i++ {
		if area.Area(i) != i*i {
			t.Error(i)
		}
	}
}

func TestTable(t *testing.T) {
	tests := []struct {
		name string
		in   int
		want int
	}{
		{"one", 1, 1},
		{name: "five", in: 5, want: 25},
		{name: "zero"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := area.Area(tt.in); got != tt.want {
				t.Errorf("Area(%d) = %d", tt.in, got)
			}
		})
	}
}
`;
    const tests = await go.parseTests('area_test.go', source, 'Area');
    expect(tests).toMatchObject({ name: 'area_test.go', framework: 'go test', module: 'example.com/area', tests: 2 });
    expect(tests.examples.map(({ line, expression, expected }) => `${line}: ${expression} → ${valued(expected)}`)).toEqual([
      '11: Area(2) → 4', '14: Area(-3) → 9', '35: Area(1) → 1', '36: Area(5) → 25', '37: Area(0) → 0',
    ]);
  });

  test('errors that a row wants, and asserts as testify writes them', async () => {
    const source = `package main

import (
	"testing"
	"github.com/stretchr/testify/assert"
)

func TestParse(t *testing.T) {
	for _, tc := range []struct {
		in      string
		want    []int
		wantErr bool
	}{
		{"1 2", []int{1, 2}, false},
		{"", nil, false},
		{"x", nil, true},
	} {
		got, err := Parse(tc.in)
		if (err != nil) != tc.wantErr {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, tc.want) {
			t.Error(got)
		}
	}
}

func TestValid(t *testing.T) {
	assert := assert.New(t)
	assert.Equal(true, Parse("a"))
	assert.False(Parse("b"))
}
`;
    const tests = await go.parseTests('parse_test.go', source, 'Parse');
    expect(tests.module).toBeUndefined();
    expect(tests.examples.map(({ expression, expected }) => `${expression} → ${valued(expected)}`)).toEqual([
      'Parse("1 2") → []int{1, 2}, nil', 'Parse("") → nil, nil', 'Parse("x") → raises error', 'Parse("a") → true', 'Parse("b") → false',
    ]);
  });

  test.each([
    ['that does not parse', 'package a\nfunc TestA(t *testing.T) {', 'a_test.go is no Go test file (line 2'],
    ['without tests', 'package a\nfunc helper() { F(1) }', 'a_test.go has no test'],
    ['of another function', 'package a\nimport "testing"\nfunc TestA(t *testing.T) { G(1) }', "a_test.go never calls 'F'"],
  ])('a file %s is refused', async (_, source, message) => {
    await expect(go.parseTests('a_test.go', source, 'F')).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining(message) });
  });
});
