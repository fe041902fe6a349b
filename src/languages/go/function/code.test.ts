import { beforeAll, describe, expect, test } from 'vitest';
import type { Example, Problem, Signature } from '../../function/types.ts';
import { goFunctions as go } from './language.ts';

let signature: Signature;
let stub: string;

beforeAll(async () => {
  signature = await go.parseSignature('func Sum(xs []int) int', 'Sum');
  stub = go.stub(signature, 'Sum adds.', []);
}, 300_000);

const BODY = 'func Sum(xs []int) int {\n\ttotal := 0\n\tfor _, x := range xs {\n\t\ttotal += x\n\t}\n\treturn total\n}\n';
const MODULE = `package solution\n\n${BODY}`;

describe('the module in a reply', () => {
  test.each<[said: string, form: 'chat' | 'completion', text: string, code: string | undefined]>([
    ['a fenced block', 'chat', `Here it is:\n\n\`\`\`go\n${BODY}\`\`\`\n\nIt adds.`, MODULE],
    ['a block that was cut before its fence', 'chat', `\`\`\`go\n${BODY}`, MODULE],
    ['code without a fence, with prose after it', 'chat', `${BODY}\nThis adds the numbers.`, MODULE],
    ['a whole program: main and its imports go', 'chat', `\`\`\`go\npackage main\n\nimport (\n\t"fmt"\n\t"os"\n)\n\n${BODY}\nfunc main() {\n\tfmt.Println(Sum(nil), os.Args)\n}\n\`\`\``, MODULE],
    ['a call at top level, which is no Go', 'chat', `\`\`\`go\n${BODY}\nfmt.Println(Sum([]int{1}))\n\`\`\``, MODULE],
    ['tests beside it', 'chat', `\`\`\`go\n${BODY}\nfunc TestSum(t *testing.T) {\n\tif Sum(nil) != 0 {\n\t\tt.Fail()\n\t}\n}\n\`\`\``, MODULE],
    ['the function twice: the first counts', 'chat', `\`\`\`go\n${BODY}\n${BODY.replace('0', '1')}\`\`\``, MODULE],
    ['the block with the function, of several', 'chat', `\`\`\`sh\ngo run .\n\`\`\`\n\n\`\`\`go\n${BODY}\`\`\``, MODULE],
    ['a helper that it needs, and an import that it forgot', 'chat', `\`\`\`go\nfunc size(x int) int {\n\treturn int(math.Abs(float64(x)))\n}\n\n${BODY.replace('+= x', '+= size(x)')}\`\`\``, `package solution\n\nimport "math"\n\nfunc size(x int) int {\n\treturn int(math.Abs(float64(x)))\n}\n\n${BODY.replace('+= x', '+= size(x)')}`],
    ['the body alone', 'completion', '\treturn len(xs)\n}\n\nfunc Next(', 'package solution\n\n// Sum adds.\nfunc Sum(xs []int) int {\n\treturn len(xs)\n}\n'],
    ['a body whose last brace was the stop', 'completion', '\treturn len(xs)', 'package solution\n\n// Sum adds.\nfunc Sum(xs []int) int {\n\treturn len(xs)\n}\n'],
    ['a completion that writes the head again', 'completion', BODY, MODULE],
    ['no code', 'chat', 'I cannot do that.', undefined],
    ['another function', 'chat', '```go\nfunc Total(xs []int) int {\n\treturn 0\n}\n```', undefined],
  ])('%s', async (_, form, text, code) => {
    expect(await go.extract(text, form, signature, stub)).toBe(code);
  });

  test('what does not parse is given back with its head, for others to speak of', async () => {
    const code = await go.extract('```go\nfunc Sum(xs []int) int {\n\tfor {\n', 'chat', signature, stub);
    expect(code).toBe('package solution\n\nfunc Sum(xs []int) int {\n\tfor {\n');
  });
});

describe('what stands against a code before it runs', () => {
  const body = (statements: string, imports = ''): string => `package solution\n\n${imports}func Sum(xs []int) int {\n\t${statements}\n}\n`;
  test.each<[said: string, code: string, problem: Partial<Problem> | undefined]>([
    ['nothing', MODULE, undefined],
    ['names of parameters and spelling of types are free', MODULE.replaceAll('xs', 'numbers'), undefined],
    ['packages that compute', body('return len(strings.Fields("a")) + len(net.ParseIP("::1"))', 'import (\n\t"net"\n\t"strings"\n)\n\n'), undefined],
    ['syntax', body('return ('), { class: 'syntax', line: 5 }],
    ['no such function', 'package solution\n\nfunc Total(xs []int) int { return 0 }\n', { class: 'no_function' }],
    ['other parameters', MODULE.replace('[]int', '[]float64'), { class: 'signature', expected: 'func Sum(xs []int) int', got: 'func Sum(xs []float64) int', line: 3 }],
    ['other results', MODULE.replace(') int', ') (int, error)'), { class: 'signature' }],
    ['a variable that nobody uses', body('x := 1\n\treturn 0'), { class: 'compile', message: 'declared and not used: x', line: 4 }],
    ['an unknown name', body('return add(xs)'), { class: 'name', message: 'undefined: add' }],
    ['a return that is missing', body('for range xs {\n\t}'), { class: 'compile', message: 'missing return' }],
    ['files', body('os.Exit(0)\n\treturn 0', 'import "os"\n\n'), { class: 'side_effect', message: 'imports os, which no pure function needs', line: 3 }],
    ['processes', body('exec.Command("ls")\n\treturn 0', 'import "os/exec"\n\n'), { class: 'side_effect' }],
    ['sockets', body('net.Dial("tcp", "a:1")\n\treturn 0', 'import "net"\n\n'), { class: 'side_effect', message: 'uses net.Dial, which no pure function needs' }],
    ['sockets under another name', body('n.Dial("tcp", "a:1")\n\treturn 0', 'import n "net"\n\n'), { class: 'side_effect' }],
    ['sockets without a name', body('return 0', 'import . "net"\n\n'), { class: 'side_effect' }],
    ['memory', body('return *(*int)(unsafe.Pointer(&xs))', 'import "unsafe"\n\n'), { class: 'side_effect' }],
    ['memory by reflection', body('_ = reflect.ValueOf(&xs).UnsafePointer()\n\treturn 0', 'import "reflect"\n\n'), { class: 'side_effect' }],
    ['the tests themselves', body('testing.Main(nil, nil, nil, nil)\n\treturn 0', 'import "testing"\n\n'), { class: 'side_effect' }],
    ['C', body('return 0', 'import "C"\n\n'), { class: 'side_effect' }],
    ['what runs by itself', `${MODULE}\nfunc init() { println("PASS") }\n`, { class: 'side_effect' }],
    ['a goroutine of the package', `${MODULE}\nvar started = func() bool { go func() {}(); return true }()\n`, { class: 'side_effect' }],
    ['names of the run time', `${MODULE}\n//go:linkname exit os.Exit\nfunc exit(int)\n`, { class: 'side_effect' }],
  ])('%s', async (_, code, problem) => {
    const found = await go.screen(code, signature);
    if (problem) expect(found).toMatchObject(problem);
    else expect(found).toBeUndefined();
  });
});

describe('mending without a model', () => {
  test.each<[said: string, code: string, has: string | undefined]>([
    ['cuts behind the last statement that parses', 'package solution\n\nfunc Sum(xs []int) int {\n\tif len(xs) > 0 {\n\t\treturn xs[0]\n\t}\n\treturn 0 +\n', '\t\treturn xs[0]\n'],
    ['uses a variable that nobody uses', MODULE.replace('_, x', 'i, x'), '_ = i'],
    ['ends what must not end', MODULE.replace('\treturn total\n', '\t_ = total\n'), 'panic("unreachable")'],
    ['adds imports', MODULE.replace('return total', 'return int(math.Sqrt(float64(total)))'), 'import "math"'],
    ['takes unused imports away', MODULE.replace('func', 'import "fmt"\n\nfunc'), 'func Sum'],
    ['finds nothing to mend', MODULE, undefined],
    ['has nothing to begin with', 'package solution\n\nfunc Sum(xs', undefined],
  ])('%s', async (_, code, has) => {
    const mended = await go.mend(code, signature);
    if (has === undefined) {
      expect(mended).toBeUndefined();
      return;
    }
    expect(mended).toContain(has);
    expect(mended).not.toContain('"fmt"');
    await expect(go.screen(mended!, signature)).resolves.toBeUndefined();
  });
});

test('codes that differ in layout, comments and local names are one', async () => {
  const other = 'import "fmt"\n// Sum is written otherwise.\nfunc Sum(list []int) int { sum := 0 // none\n for _, item := range list { sum += item }\n return sum }';
  expect(await go.normalise(other.replace('import "fmt"\n', ''))).toBe(await go.normalise(MODULE));
  expect(await go.normalise(MODULE.replace('total := 0', 'total := 1'))).not.toBe(await go.normalise(MODULE));
  expect(await go.normalise('func (')).toBeUndefined();
});

describe('finished texts', () => {
  const examples: Example[] = [
    { setup: '', expression: 'Sum([]int{1, 2})', args: [{ kind: 'list', items: [{ kind: 'int', value: '1' }, { kind: 'int', value: '2' }] }], expected: { kind: 'value', text: '3', value: { kind: 'int', value: '3' } }, trust: 'user', text: '' },
    { setup: '', expression: 'Sum([]int{9})', args: [{ kind: 'list', items: [{ kind: 'int', value: '9' }] }], expected: { kind: 'value', text: '8', value: { kind: 'int', value: '8' } }, trust: 'guessed', text: '' },
  ];
  const request = { code: MODULE.replace('+= x', '+= int(math.Abs(float64(x)))').replace('func', 'import "math"\n\nfunc'), cleanDoc: false, doc: 'Sum adds. All of it.', examples: examples.slice(0, 1) };

  test('the function has its doc with examples, and no imports', async () => {
    const text = await go.render({ ...request, signature, form: 'function', header: 'Made on a Monday' });
    expect(text).toMatch(/^\/\/ Made on a Monday\n\n\/\/ Sum adds\. All of it\.\n\/\/\n\/\/ >>> Sum\(\[\]int\{1, 2\}\)\n\/\/ 3\nfunc Sum/);
  });

  test('with imports it is a file, a clean doc is one sentence', async () => {
    const text = await go.render({ ...request, signature, form: 'imports', cleanDoc: true });
    expect(text).toMatch(/^package solution\n\nimport "math"\n\n\/\/ Sum adds\.\nfunc Sum/);
  });

  test('tests are a table of what somebody vouches for', () => {
    const { name, source } = go.renderTests({ signature, examples, module: 'sum.go' });
    expect(name).toBe('sum_test.go');
    expect(source).toContain('{[]int{1, 2}, 3},');
    expect(source).not.toContain('9');
  });

  test('a program is tried with the words of the first example', () => {
    expect(go.scriptTrial(signature, examples)).toEqual({ argv: ['[1,2]'], prints: '3' });
    expect(go.scriptTrial(signature, [])).toEqual({ argv: ['--help'] });
    expect(go.scriptCommand('sum.go')).toEqual(['go', 'run', 'sum.go']);
  });
});
