import { beforeAll, describe, expect, test } from 'vitest';
import { CodeSandbox, openSandbox } from '../../../sandbox/index.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import { meets } from '../../function/expect.ts';
import type { Candidate, CandidateReport, Signature } from '../../function/types.ts';
import { goFunctions as go } from './language.ts';
import { waveSeed } from './seed.ts';
import { toolchain } from '../toolchain.ts';

let sandbox: Sandbox;
let signature: Signature;

const BUILDING_MS = 600_000;
const RUNNING_MS = 240_000;

beforeAll(async () => {
  sandbox = await openSandbox();
  // Built once for a machine: the packages that candidates import, and the reader of source.
  await waveSeed(sandbox, await toolchain());
  signature = await go.parseSignature('func F(n int) int', 'F');
}, BUILDING_MS);

const body = (statements: string, imports: readonly string[] = []): string => `package solution\n\n${imports.map((one) => `import "${one}"\n`).join('')}\nfunc F(n int) int {\n\t${statements}\n}\n`;
const cases = ['F(1)', 'F(2)', 'F(3)', 'F(4)', 'F(5)', 'F(6)', 'F(7)'].map((expression) => ({ setup: '', expression }));
const byId = (reports: readonly CandidateReport[]): Map<string, CandidateReport> => new Map(reports.map((report) => [report.id, report]));

test(
  'hostile candidates never pass and change nothing for the others',
  async () => {
    const hostile: Record<string, [code: string, seen: RegExp]> = {
      loop: [body('for {\n\t}'), /timeout/],
      sleep: [body('time.Sleep(time.Hour)\n\treturn n + 1', ['time']), /timeout/],
      deadlock: [body('<-make(chan int)\n\treturn n + 1'), /deadlock|timeout/],
      exit: [body('log.SetFlags(0)\n\tlog.Fatal("PASS")\n\treturn n + 1', ['log']), /exit 1/],
      exitZero: [body('os.Exit(0)\n\treturn n + 1', ['os']), /side_effect/],
      stack: ['package solution\n\nfunc F(n int) int {\n\treturn F(n+1) + 1\n}\n', /stack overflow|timeout/],
      memory: [body('all := [][]byte{}\n\tfor {\n\t\tall = append(all, make([]byte, 256<<20))\n\t\tfor i := range all[len(all)-1] {\n\t\t\tall[len(all)-1][i] = 1\n\t\t}\n\t}'), /memory|timeout/],
      output: [body('for {\n\t\tfmt.Println("{\\"end\\":0,\\"outcome\\":{\\"kind\\":\\"value\\"}} --- PASS: TestF (0.00s)")\n\t}', ['fmt']), /timeout/],
      panics: [body('panic("no")'), /raised.*panic/],
      elsewhere: [body('done := make(chan int)\n\tgo func() { panic("no") }()\n\treturn <-done'), /panic in a goroutine/],
      race: [body('m := map[int]int{}\n\tfor range 8 {\n\t\tgo func() {\n\t\t\tfor i := 0; ; i++ {\n\t\t\t\tm[i%100] = i\n\t\t\t}\n\t\t}()\n\t}\n\tfor {\n\t}'), /concurrent map|timeout|fatal|exit|panic/],
      init: [`${body('return n + 1')}\nfunc init() { println("PASS") }\n`, /side_effect/],
      compile: [body('return "a" + n'), /"type"/],
      other: [body('return n + 1').replace('n int', 'n string'), /signature/],
    };
    const good: Record<string, string> = {
      plain: body('return n + 1'),
      printing: body('fmt.Println("n is", n)\n\treturn n + 1', ['fmt']),
      leaking: body('go func() {\n\t\tfor {\n\t\t}\n\t}()\n\tgo func() { <-make(chan int) }()\n\treturn n + 1'),
    };
    const candidates: Candidate[] = [...Object.entries(good).map(([id, code]) => ({ id, code })), ...Object.entries(hostile).map(([id, [code]]) => ({ id, code }))];
    const reports = byId(await go.check({ sandbox, signature, candidates, cases, caseMs: 2_000, timeouts: 1 }));
    for (const id of Object.keys(good)) {
      expect([id, reports.get(id)?.problem, reports.get(id)?.outcomes.map((outcome) => (outcome.kind === 'value' ? outcome.text : outcome))]).toEqual([id, undefined, ['2', '3', '4', '5', '6', '7', '8']]);
    }
    expect(reports.get('printing')?.outcomes[1]).toMatchObject({ printed: 'n is 2\n' });
    for (const [id, [, seen]] of Object.entries(hostile)) {
      const report = reports.get(id)!;
      expect(`${id}: ${JSON.stringify(report.problem ?? report.outcomes[0])}`).toMatch(seen);
      expect(report.outcomes.some((outcome) => meets({ kind: 'value', text: '2', value: { kind: 'int', value: '2' } }, outcome))).toBe(false);
    }
    const kinds = (id: string): string[] => reports.get(id)!.outcomes.map(({ kind }) => kind);
    expect(kinds('loop')).toEqual(['timeout', ...Array.from({ length: 6 }, () => 'skipped')]);
    expect(kinds('exit')).toEqual([...Array.from({ length: 5 }, () => 'crashed'), 'skipped', 'skipped']);
    expect(reports.get('panics')?.outcomes[2]).toMatchObject({ kind: 'raised', error: 'panic', message: 'no', line: 5 });
  },
  RUNNING_MS,
);

test('nothing runs without Go, or once it is cancelled', async () => {
  const path = process.env['PATH'];
  const request = { sandbox, signature, candidates: [{ id: 'a', code: body('return n') }], cases, caseMs: 500 };
  await expect(go.check({ ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  process.env['PATH'] = '/nowhere';
  try {
    await expect(go.check(request)).rejects.toMatchObject({ code: 'file_missing', message: expect.stringContaining('Go is not on the PATH') });
  } finally {
    process.env['PATH'] = path;
  }
});

test(
  'a function is called with what its parameters take: loose values are typed, what has no literal is not run, no result is null',
  async () => {
    const head = await go.parseSignature('func Show(xs []float64, b byte)', 'Show');
    const code = 'package solution\n\nimport "fmt"\n\nfunc Show(xs []float64, b byte) {\n\tfmt.Println(xs, b)\n}\n';
    const calls = ["Show([1, 2.5], 'a')", 'Show(nil, "x")', go.callOf(head, [{ kind: 'list', items: [] }, { kind: 'int', value: '300' }])];
    const [report] = await go.check({ sandbox, signature: head, candidates: [{ id: 'a', code }], cases: calls.map((expression) => ({ setup: '', expression })), caseMs: 2_000 });
    expect(report?.outcomes).toMatchObject([
      { kind: 'value', value: { kind: 'null' }, printed: '[1 2.5] 97\n' },
      { kind: 'raised', error: 'compile error' },
      { kind: 'raised', error: 'compile error', message: 'no literal of type byte' },
    ]);
  },
  RUNNING_MS,
);

test(
  'what Go can return comes out as values, failures as raised',
  async () => {
    const expressions: [expression: string, outcome: object][] = [
      ['[]float64{1, 2.5}', { value: { kind: 'list', items: [{ kind: 'float', value: 1 }, { kind: 'float', value: 2.5 }] }, text: '[]float64{1.0, 2.5}' }],
      ['[]int(nil)', { value: { kind: 'list', items: [] } }],
      ['map[string][]int{"b": {1}, "a": nil}', { text: 'map[string][]int{"a": {}, "b": {1}}' }],
      ['[2]bool{true}', { value: { kind: 'tuple', items: [{ kind: 'bool', value: true }, { kind: 'bool', value: false }] } }],
      ['[]byte("é")', { value: { kind: 'bytes', value: 'c3a9' } }],
      ['struct{ A int; b string }{1, "x"}', { value: { kind: 'map', entries: [[{ kind: 'string', value: 'A' }, { kind: 'int', value: '1' }], [{ kind: 'string', value: 'b' }, { kind: 'string', value: 'x' }]] } }],
      ['[]any{nil, 1, "a", math.Inf(-1)}', { text: '[]any{nil, 1, "a", -Inf}' }],
      ['&[]int{1}', { value: { kind: 'list', items: [{ kind: 'int', value: '1' }] } }],
      ['uint64(math.MaxUint64)', { value: { kind: 'int', value: '18446744073709551615' } }],
      ['big.NewInt(7)', { value: { kind: 'int', value: '7' } }],
      ['strconv.Atoi("12")', { value: { kind: 'tuple', items: [{ kind: 'int', value: '12' }, { kind: 'null' }] }, text: '12, nil' }],
      ['strconv.Atoi("x")', { kind: 'raised', error: 'error', message: 'strconv.Atoi: parsing "x": invalid syntax' }],
      ['[]int{}[len("")]', { kind: 'raised', error: 'index out of range' }],
      ['"\\xff"', { value: { kind: 'object', type: 'string', text: '"\\xff"' } }],
      ['nowhere', { kind: 'raised', error: 'compile error', message: 'undefined: nowhere' }],
      ['1 +', { kind: 'raised', error: 'syntax error' }],
    ];
    const outcomes = await go.evaluate(sandbox, expressions.map(([expression]) => ({ setup: '', expression })));
    for (const [at, [expression, outcome]] of expressions.entries()) expect([expression, outcomes[at]]).toMatchObject([expression, outcome]);
  },
  RUNNING_MS,
);

test(
  'laws are tried on inputs made for them, and what breaks one is made small',
  async () => {
    const candidates = [{ id: 'right', code: body('return n + 1') }, { id: 'wrong', code: body('if n > 3 {\n\t\treturn 0\n\t}\n\treturn n + 1') }, { id: 'endless', code: body('for n > 0 {\n\t}\n\treturn n + 1') }];
    const laws = ['F(n) > n', 'F(F(n)) == n+2', 'F(n) == nowhere'];
    const request = { sandbox, signature, candidates, caseMs: 300, seed: 7, properties: laws.map((expression) => ({ text: expression, expression, trust: 'guessed' as const })) };
    const reports = await go.checkProperties(request);
    const unusable = { kind: 'unusable', reason: 'compile error: undefined: nowhere' };
    expect(reports).toEqual([
      { id: 'right', results: [{ kind: 'held' }, { kind: 'held' }, unusable] },
      { id: 'wrong', results: [{ kind: 'broken', counterexample: 'n = 4', detail: 'it is false' }, { kind: 'broken', counterexample: 'n = 3', detail: 'it is false' }, unusable] },
      { id: 'endless', results: [expect.objectContaining({ kind: 'broken', detail: 'no answer in 1500 ms' }), expect.objectContaining({ kind: 'broken' }), unusable] },
    ]);
  },
  RUNNING_MS,
);

describe('a test file', () => {
  test(
    'is run against each candidate: only its exit code and its own tests count',
    async () => {
      const examples = await go.parseExamples('F(1) => 2\nF(2) => 3', 'F', signature);
      const own = go.renderTests({ signature, examples, module: 'f.go' }).source;
      const tests = await go.parseTests('f_test.go', `${own.replace('package solution', 'package main')}\nfunc TestOther(t *testing.T) {\n\tif got := F(5); got != 6 {\n\t\tt.Errorf("F(5) = %d, want 6", got)\n\t}\n}\n`, 'F');
      const fake = 'fmt.Println("=== RUN   TestF\\n--- PASS: TestF (0.00s)\\n--- PASS: TestOther (0.00s)\\nPASS\\n\\x16--- PASS: TestOther (0.00s)")';
      const codes: Record<string, string> = {
        right: body('return n + 1'),
        wrong: body('return 2 * n'),
        fake: body(`${fake}\n\treturn 0`, ['fmt']),
        exits: body(`${fake}\n\tlog.Fatal()\n\treturn 0`, ['fmt']).replace('import', 'import "log"\nimport'),
        exitsZero: body('os.Exit(0)\n\treturn 0', ['os']),
        endless: body('for n == 5 {\n\t}\n\treturn n + 1'),
        broken: body('return x'),
      };
      const candidates = Object.entries(codes).map(([id, code]) => ({ id, code }));
      const reports = await go.runTests({ sandbox, signature, candidates, tests, caseMs: 500 });
      const found = new Map(reports.map((report) => [report.id, report]));
      expect(reports.filter(({ passed }) => passed).map(({ id }) => id)).toEqual(['right']);
      expect(found.get('right')).toEqual({ id: 'right', passed: true, ran: 2, problems: [] });
      expect(found.get('wrong')?.problems).toContainEqual({ class: 'wrong_answer', message: 'F(2) = 4, want 3', call: 'F(2)', expected: '3', got: '4' });
      expect(found.get('exitsZero')?.problems[0]).toMatchObject({ class: 'side_effect' });
      expect(found.get('endless')?.problems[0]).toMatchObject({ class: 'timeout' });
      expect(found.get('broken')?.problems).toEqual([{ class: 'name', message: 'undefined: x', line: 5 }]);
    },
    RUNNING_MS,
  );

  test('with packages that are not there says so', async () => {
    const tests = await go.parseTests('f_test.go', 'package a\n\nimport (\n\t"testing"\n\n\t"github.com/stretchr/testify/assert"\n)\n\nfunc TestF(t *testing.T) {\n\tassert.Equal(t, 2, F(1))\n}\n', 'F');
    expect(tests.examples).toMatchObject([{ expression: 'F(1)', expected: { value: { kind: 'int', value: '2' } } }]);
    const [report] = await go.runTests({ sandbox, signature, candidates: [{ id: 'a', code: body('return n + 1') }], tests, caseMs: 500 });
    expect(report).toMatchObject({ passed: false, problems: [{ class: 'import', message: 'the test file imports github.com/stretchr/testify/assert: only the standard library is there' }] });
  });
});

test(
  'a finished program reads its words by their types and ends with what came of it',
  async () => {
    const head = await go.parseSignature('func Mean(label string, xs ...float64) (float64, error)', 'Mean');
    const code = 'package solution\n\nimport "errors"\n\nfunc Mean(label string, xs ...float64) (float64, error) {\n\tif len(xs) == 0 {\n\t\treturn 0, errors.New("no numbers in " + label)\n\t}\n\ttotal := 0.0\n\tfor _, x := range xs {\n\t\ttotal += x\n\t}\n\treturn total / float64(len(xs)), nil\n}\n';
    const script = await go.render({ code, signature: head, form: 'standalone', cleanDoc: true, doc: 'Mean is the mean.', examples: [] });
    await using box = new CodeSandbox({ sandbox });
    const run = async (...args: string[]): Promise<[number | null, string]> => {
      const result = await box.run(script, { language: 'go', args });
      return [result.exitCode, `${result.stdout}${result.stderr}`.trim()];
    };
    expect(await run('a', '1', '2')).toEqual([0, '1.5']);
    expect(await run('a')).toEqual([1, 'no numbers in a']);
    expect(await run('a', 'x')).toEqual([2, expect.stringContaining('argument 2: "x" is not of type float64')]);
    expect(await run('--help')).toEqual([0, expect.stringContaining('usage: Mean <label> [xs...]')]);
  },
  RUNNING_MS,
);
