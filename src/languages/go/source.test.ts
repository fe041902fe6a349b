import { describe, expect, it } from 'vitest';
import { organiseImports } from './imports.ts';
import { importsByLines, scanByLines, symbolsByLines, testsByLines } from './lines.ts';
import { mutants } from './mutants.ts';
import { projectOf } from './projects.prop.ts';
import { scan } from './scan.ts';
import { outline, parse, staticTests } from './syntax.ts';

const FILE = `// Package shop sells.
package shop

import (
	"fmt"
	str "strings"
)

// Limit is the most.
const Limit, low = 10, 1

var table = map[string]int{}

type Item[T any] struct {
	Name  string
	Price T
}

type Store interface {
	Get(name string) (int, error)
	fmt.Stringer
}

type (
	ID   int
	hook func(int) error
)

// Total adds.
func Total(prices ...int) (sum int) {
	for _, price := range prices {
		sum += price
	}
	return sum
}

func (item *Item[T]) String() string { return str.ToUpper(item.Name) + fmt.Sprint(item.Price) }
`;

describe('a Go file', () => {
  it('is read into its declarations and imports', async () => {
    const parsed = await parse(FILE);
    expect(parsed.ok).toBe(true);
    expect(parsed.imports).toEqual([{ module: 'fmt', names: [], line: 5 }, { module: 'strings', names: [], line: 6 }]);
    expect(parsed.symbols.map(({ name, kind, fromLine, toLine, parents, exported }) => [name, kind, fromLine, toLine, parents.join('.'), exported])).toEqual([
      ['Limit', 'constant', 10, 10, '', true], ['low', 'constant', 10, 10, '', false], ['table', 'constant', 12, 12, '', false],
      ['Item', 'class', 14, 17, '', true], ['Store', 'type', 19, 22, '', true], ['ID', 'type', 25, 25, '', true], ['hook', 'type', 26, 26, '', false],
      ['Total', 'function', 30, 35, '', true], ['String', 'method', 37, 37, 'Item', true],
    ]);
  });

  it('is outlined by its signatures', async () => {
    expect((await outline(FILE)).split('\n')).toEqual([
      'package shop', 'imports fmt, strings', '10: const Limit', '10: const low', '12: var table', '14-17: type Item[T any] struct { Name string; Price T }',
      '19-22: type Store interface { Get(name string) (int, error); fmt.Stringer }', '25: type ID int', '26: type hook func(int) error',
      '30-35: func Total(prices ...int) (sum int)', '37: func (item *Item[T]) String() string',
    ]);
  });

  it('that is broken says where, and keeps what could be read', async () => {
    const parsed = await parse('package a\n\nfunc Good() {}\n\nfunc Bad( {\n');
    expect(parsed).toMatchObject({ ok: false, error: { line: 5 } });
    expect(parsed.symbols[0]).toMatchObject({ name: 'Good' });
  });

  it('is read by its lines where there is no Go', () => {
    expect(symbolsByLines(FILE).map(({ name, fromLine, toLine }) => [name, fromLine, toLine])).toEqual([['Limit', 10, 10], ['table', 12, 12], ['Item', 14, 17], ['Store', 19, 22], ['Total', 30, 35], ['String', 37, 37]]);
    expect(importsByLines(FILE).map((one) => one.module)).toEqual(['fmt', 'strings']);
    expect(testsByLines('package a\n\nfunc TestA(t *testing.T) {\n\tt.Skip()\n}\n\nfunc Testify() {}\n')).toMatchObject([{ name: 'TestA', skipped: true, fromLine: 3, toLine: 5 }]);
    expect(scanByLines('a.go', 'package a\n\nimport "os/exec"\n')).toMatchObject([{ severity: 'block', line: 3 }]);
  });
});

describe('tests as they stand', () => {
  it.each([
    ['TestA(t *testing.T) {}', ['TestA']],
    ['Test(t *testing.T) {}', ['Test']],
    ['TestÄ(t *testing.T) {}', ['TestÄ']],
    ['Testify(t *testing.T) {}', []],
    ['TestHelper(a int) {}', []],
    ['TestMain(m *testing.M) {}', []],
    ['FuzzA(f *testing.F) {}', ['FuzzA']],
    ['BenchmarkA(b *testing.B) {}', ['BenchmarkA']],
    ['ExampleA() {}', ['ExampleA']],
    ['(s *Suite) TestA() {}', ['Suite.TestA']],
  ])('func %s gives %j', async (head, names) => {
    expect((await staticTests(`package a\n\nimport "testing"\n\nfunc ${head}\n`)).map((one) => one.name)).toEqual(names);
  });

  it('are skipped when they give up whatever happens', async () => {
    const source = (body: string) => `package a\n\nfunc TestA(t *testing.T) {\n${body}\n}\n`;
    const skipped = async (text: string) => (await staticTests(text))[0]?.skipped;
    expect(await skipped(source('\tt.Skip("x")'))).toBe(true);
    expect(await skipped(source('\tif testing.Short() {\n\t\tt.Skip("x")\n\t}'))).toBe(false);
    expect(await skipped(`//go:build ignore\n\n${source('')}`)).toBe(true);
    expect(await skipped(`//go:build linux\n\n${source('')}`)).toBe(false);
  });

  it('differ when what an example prints does', async () => {
    const body = async (output: string) => (await staticTests(`package a\n\nfunc ExampleA() {\n\tfmt.Println(1)\n\t// Output: ${output}\n}\n`))[0]?.body;
    expect(await body('1')).not.toBe(await body('2'));
  });
});

describe('the scan', () => {
  const file = (body: string, imports: string[] = [], name = 'a') => `package ${name}\n\nimport (\n${imports.map((one) => `\t${one}\n`).join('')})\n\n${body}\n`;
  it.each<[string, string, string, string[]]>([
    ['a program that is started', 'a.go', file('func F() { exec.Command("ls").Run() }', ['"os/exec"']), ['block go/process']],
    ['another name for it', 'a.go', file('func F() { x.StartProcess("ls", nil, nil) }', ['x "os"']), ['block go/process']],
    ['unsafe', 'a.go', file('var P unsafe.Pointer', ['"unsafe"']), ['block go/unsafe']],
    ['C', 'a.go', file('func F() { C.x() }', ['"C"']), ['block go/native-code']],
    ['a name of another package', 'a.go', file('//go:linkname f runtime.f\nfunc f()'), ['block go/linkname', 'block go/native-code']],
    ['a system call', 'a.go', file('func F() { syscall.Syscall(1, 2, 3, 4) }', ['"syscall"']), ['block go/syscall']],
    ['a signal’s name', 'a.go', file('var S = syscall.SIGTERM', ['"syscall"']), []],
    ['a socket', 'a.go', file('func F() { net.Dial("tcp", "x:1") }', ['"net"']), ['warn go/network']],
    ['a name hidden by a dot', 'a.go', file('func F() { Exit(0) }', ['. "os"']), ['block go/dot-import']],
    ['a variable that is called as a package is', 'a.go', file('type t struct{}\n\nfunc (t) Exit(int) {}\n\nfunc F() { os := t{}; os.Exit(0) }'), []],
    ['an end in a library', 'a.go', file('func F() { os.Exit(1) }', ['"os"']), ['block go/exit']],
    ['an end in a program', 'main.go', file('func main() { os.Exit(run()) }', ['"os"'], 'main'), []],
    ['a failing end in a program’s helper', 'main.go', file('func fail() { os.Exit(1) }', ['"os"'], 'main'), []],
    ['a good end in a program’s helper', 'main.go', file('func stop() { os.Exit(0) }', ['"os"'], 'main'), ['block go/exit']],
    ['an end that is handed on', 'main.go', file('var exit = os.Exit', ['"os"'], 'main'), ['block go/exit']],
    ['a main that is called', 'main.go', file('func main() {}\n\nfunc init() { main() }', [], 'main'), ['block go/exit']],
    ['an end in a test', 'a_test.go', file('func TestA(t *testing.T) { os.Exit(0) }', ['"os"', '"testing"']), ['block go/exit']],
    ['an honest TestMain', 'a_test.go', file('func TestMain(m *testing.M) {\n\tcode := m.Run()\n\tos.Exit(code)\n}', ['"os"', '"testing"']), []],
    ['a TestMain in one line', 'a_test.go', file('func TestMain(m *testing.M) { os.Exit(m.Run()) }', ['"os"', '"testing"']), []],
    ['a TestMain without tests', 'a_test.go', file('func TestMain(m *testing.M) {}', ['"testing"']), ['block go/test-main']],
    ['a TestMain that forgets the result', 'a_test.go', file('func TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(0)\n}', ['"os"', '"testing"']), ['block go/test-main', 'block go/exit']],
    ['an init in a test', 'a_test.go', file('func init() {}'), ['warn go/init-in-test']],
    ['the question whether it is tested', 'a.go', file('var T = testing.Testing()', ['"testing"']), ['block go/test-detection']],
    ['a flag of the test run', 'a.go', file('var T = flag.Lookup("test.v") != nil', ['"flag"']), ['block go/test-detection', 'block go/test-internals']],
    ['an argument for the test run', 'a.go', file('func init() { os.Args = append(os.Args, "-test.run=^$") }', ['"os"']), ['block go/test-internals']],
    ['the runner’s mark', 'a.go', file('func F() { print("\\x16--- PASS: TestA\\n") }'), ['block go/forged-report']],
    ['nothing of that', 'a.go', FILE, []],
  ])('finds %s', async (_what, path, source, rules) => {
    expect((await scan(path, undefined, source)).map((one) => `${one.severity} ${one.rule}`)).toEqual(expect.arrayContaining(rules));
    if (!rules.length) expect(await scan(path, undefined, source)).toEqual([]);
  });

  it('passes over what was there before', async () => {
    const before = file('func F() { exec.Command("ls") }', ['"os/exec"']);
    expect(await scan('a.go', before, `${before}\nfunc G() {}\n`)).toEqual([]);
  });
});

describe('mutants', () => {
  it('change comparisons, arithmetic, logic, conditions, results and calls', async () => {
    const source = 'package a\n\nfunc F(a, b int, on bool, s string) (int, error) {\n\tif a < b && !on {\n\t\treturn a * 2, nil\n\t}\n\tlog(s + "x")\n\ta++\n\treturn a - b, nil\n}\n\nfunc log(string) {}\n';
    const found = (await mutants(source, undefined, 100)).map((one) => `${one.line} ${one.description}`);
    expect(found).toEqual(expect.arrayContaining(['4 < became <=', '4 && became ||', '4 `!on` lost its !', '5 * became /', '5 `2` became `(2 + 1)`', '5 returns 0 instead of `a * 2`', '7 `s + "x"` lost its first part', '7 the call `log(s + "x")` was left out', '8 ++ became --', '9 - became +']));
    expect(found.some((one) => one.includes(' + became -'))).toBe(false);
  });

  it('keep to the lines, the limit, and what parses', async () => {
    const source = 'package a\n\nfunc F(a int) int {\n\tb := a + 1\n\treturn b * 2\n}\n';
    const found = await mutants(source, [5], 2);
    expect(found.map((one) => one.line)).toEqual([5, 5]);
    for (const { content } of found) expect((await parse(content)).ok).toBe(true);
    expect(await mutants('package a\n\nfunc F( {\n')).toEqual([]);
  });

  it('leave the loop that would never end', async () => {
    expect((await mutants('package a\n\nfunc F(n int) {\n\tfor i := 0; i < n; i++ {\n\t}\n}\n')).map((one) => one.description)).toEqual(['< became <=']);
  });
});

describe('imports', () => {
  const organised = async (source: string, files: Record<string, string> = {}, path = 'app/a.go') => organiseImports(path, source, await projectOf({ 'go.mod': 'module example.com/shop\n\ngo 1.23\n', [path]: source, ...files }));
  it.each<[string, string, string, Record<string, string>?]>([
    ['those not used are dropped', 'package app\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc F() { fmt.Println() }\n', 'package app\n\nimport (\n\t"fmt"\n)\n\nfunc F() { fmt.Println() }\n'],
    ['all of them', 'package app\n\nimport "os"\n\nfunc F() {}\n', 'package app\n\nfunc F() {}\n'],
    ['a standard package is added', 'package app\n\nfunc F() { fmt.Println() }\n', 'package app\n\nimport "fmt"\n\nfunc F() { fmt.Println() }\n'],
    ['beside a single one', 'package app\n\nimport "fmt"\n\nfunc F() { fmt.Println(strings.ToUpper("a")) }\n', 'package app\n\nimport (\n\t"fmt"\n\t"strings"\n)\n\nfunc F() { fmt.Println(strings.ToUpper("a")) }\n'],
    ['one of the project, in a group of its own', 'package app\n\nimport (\n\t"fmt"\n)\n\nfunc F() { fmt.Println(price.Total()) }\n', 'package app\n\nimport (\n\t"fmt"\n\n\t"example.com/shop/price"\n)\n\nfunc F() { fmt.Println(price.Total()) }\n', { 'price/price.go': 'package price\n\nfunc Total() int { return 1 }\n' }],
    ['none where two could be meant', 'package app\n\nfunc F() int { return rand.Int() }\n', 'package app\n\nfunc F() int { return rand.Int() }\n'],
    ['none for what another file declares', 'package app\n\nfunc F() { fmt.Print() }\n', 'package app\n\nfunc F() { fmt.Print() }\n', { 'app/b.go': 'package app\n\nvar fmt printer\n\ntype printer struct{}\n\nfunc (printer) Print() {}\n' }],
    ['a package of another name than its path stays while a name waits for it', 'package app\n\nimport "example.org/go-things"\n\nfunc F() { stuff.Do() }\n', 'package app\n\nimport "example.org/go-things"\n\nfunc F() { stuff.Do() }\n'],
    ['a renamed one that is not used goes', 'package app\n\nimport x "example.org/things"\n\nfunc F() {}\n', 'package app\n\nfunc F() {}\n'],
    ['those for their effect stay', 'package app\n\nimport _ "example.org/driver"\n\nfunc F() {}\n', 'package app\n\nimport _ "example.org/driver"\n\nfunc F() {}\n'],
    ['a file that does not parse stays', 'package app\n\nimport "os"\n\nfunc F( {\n', 'package app\n\nimport "os"\n\nfunc F( {\n'],
    ['groups are sorted as gofmt does', 'package app\n\nimport (\n\t"os"\n\t"fmt"\n)\n\nfunc F() { fmt.Println(os.Args) }\n', 'package app\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nfunc F() { fmt.Println(os.Args) }\n'],
  ])('%s', async (_what, before, after, files) => {
    expect(await organised(before, files)).toBe(after);
  });
});
