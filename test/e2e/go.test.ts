import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Lab, plan, reflection, snapshot } from '../support/lab.ts';

// The first run on a machine compiles Go's standard library; nothing here is about time.
vi.setConfig({ testTimeout: 300_000 });
let lab: Lab;
beforeAll(async () => {
  lab = await Lab.open();
});
afterAll(() => lab.close());

type Step = [action: string, args: Record<string, unknown>];
const edit = (path: string, oldText: string, newText: string): Step => ['edit_file', { path, edits: [{ oldText, newText }] }];

const PROJECT: Record<string, string> = {
  'go.mod': 'module example.com/shop\n\ngo 1.23\n',
  'price/price.go': 'package price\n\n// Total is the sum of all prices, in cents.\nfunc Total(prices ...int) int {\n\tsum := 0\n\tfor _, price := range prices {\n\t\tsum -= price\n\t}\n\treturn sum\n}\n',
  'price/price_test.go': 'package price\n\nimport "testing"\n\nfunc TestTotal(t *testing.T) {\n\tif got := Total(1, 2, 3); got != 6 {\n\t\tt.Errorf("Total(1, 2, 3) = %d, want %d", got, 6)\n\t}\n}\n\nfunc TestNothing(t *testing.T) {\n\tif got := Total(); got != 0 {\n\t\tt.Errorf("Total() = %d, want 0", got)\n\t}\n}\n',
};
const FIX = edit('price/price.go', 'sum -= price', 'sum += price');
const TEST = 'price/price_test.go';

describe('a run on a Go project', () => {
  it('turns its red test green, applies, and says so', async () => {
    const directory = await lab.project(PROJECT);
    const played = await lab.play({ directory, request: 'Total is negative' }, [() => plan(FIX)]);
    expect(played.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    expect(played.named('project_detected')[0]?.data).toMatchObject({ languages: ['go'], checks: [{ id: 'go test' }] });
    expect(readFileSync(join(directory, 'price/price.go'), 'utf8')).toContain('sum += price');
    const receipt = JSON.parse(readFileSync(join(played.outcome.folder, 'receipt.json'), 'utf8')) as Record<string, unknown>;
    expect(receipt).toMatchObject({ verdict: { proof: 'red_to_green' }, tests: expect.arrayContaining([expect.objectContaining({ id: `${TEST}::TestTotal`, before: 'failed', after: 'passed' })]) });
    expect(readdirSync(directory).toSorted()).toEqual(['go.mod', 'price']);
    // What the model was asked holds what the test said.
    expect(JSON.stringify(played.requests[0])).toContain('want 6');
  });

  it('from an empty folder is green with a module, its code and its test', async () => {
    const directory = await lab.project({});
    const steps: Step[] = [
      ['create_file', { path: 'go.mod', content: 'module example.com/greet\n\ngo 1.23\n' }],
      ['create_file', { path: 'greet.go', content: 'package greet\n\n// Hello greets someone by name.\nfunc Hello(name string) string {\n\treturn "Hello, " + name + "!"\n}\n' }],
      ['create_file', { path: 'greet_test.go', content: 'package greet\n\nimport "testing"\n\nfunc TestHello(t *testing.T) {\n\tif got := Hello("Ada"); got != "Hello, Ada!" {\n\t\tt.Errorf("Hello() = %q, want %q", got, "Hello, Ada!")\n\t}\n}\n' }],
    ];
    const played = await lab.play({ directory, request: 'a Go package that greets people' }, [() => plan(...steps)]);
    expect(played.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    expect(readdirSync(directory).toSorted()).toEqual(['go.mod', 'greet.go', 'greet_test.go']);
  });

  it.each<[string, Step[]]>([
    ['changes what is expected', [edit(TEST, 'got != 6 {', 'got != -6 {')]],
    ['skips the test', [edit(TEST, 'func TestTotal(t *testing.T) {\n', 'func TestTotal(t *testing.T) {\n\tt.Skip("later")\n')]],
    ['renames the test away', [edit(TEST, 'func TestTotal(', 'func testTotal(')]],
    ['puts the file behind a build constraint', [edit(TEST, 'package price\n', '//go:build ignore\n\npackage price\n')]],
    ['deletes the tests', [['delete_file', { path: TEST }]]],
  ])('that %s is never green, nothing touched', async (_what, steps) => {
    const directory = await lab.project(PROJECT);
    const before = await snapshot(directory);
    const { outcome, named } = await lab.play({ directory, request: 'Total is negative' }, [plan(...steps), reflection(), plan(...steps)], { repeat: true, settings: (s) => (s.orchestrator.max_iterations = 2) });
    expect([4, 5, 6]).toContain(outcome.exitCode);
    expect(named('verdict').length).toBeGreaterThan(0);
    for (const verdict of named('verdict')) expect(verdict.data['green']).toBe(false);
    expect(await snapshot(directory)).toEqual(before);
  });
});

describe('a project of no known language', () => {
  it('is green by the command that it is given, in C with a Makefile', async () => {
    const directory = await lab.project({
      'add.c': 'int add(int a, int b) { return a - b; }\n',
      'check.c': '#include <stdio.h>\n\nint add(int a, int b);\n\nint main(void) {\n  if (add(2, 3) != 5) {\n    fprintf(stderr, "add(2, 3) is %d, not 5\\n", add(2, 3));\n    return 1;\n  }\n  return 0;\n}\n',
      Makefile: 'check: add.c check.c\n\tcc -o check.out add.c check.c\n\t./check.out\n\n.PHONY: check\n',
    });
    const played = await lab.play({ directory, request: 'add subtracts', checks: ['make check'] }, [() => plan(edit('add.c', 'a - b', 'a + b'))]);
    expect(played.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
    expect(readFileSync(join(directory, 'add.c'), 'utf8')).toContain('a + b');
    expect(readdirSync(directory).toSorted()).toEqual(['Makefile', 'add.c', 'check.c']);
    expect(JSON.stringify(played.requests[0])).toContain('is -1, not 5');
  });

  it('is green by the command that it is given, in shell', async () => {
    const directory = await lab.project({ 'greet.sh': '#!/bin/sh\necho "Bye, $1"\n', 'check.sh': '[ "$(sh greet.sh Ada)" = "Hello, Ada" ] || { echo "it said: $(sh greet.sh Ada)"; exit 1; }\n' });
    const played = await lab.play({ directory, request: 'greet says bye', checks: ['sh check.sh'] }, [() => plan(edit('greet.sh', 'Bye', 'Hello'))]);
    expect(played.outcome).toMatchObject({ outcome: 'green', exitCode: 0 });
  });

  it('is not green while the command fails', async () => {
    const directory = await lab.project({ 'greet.sh': 'echo "Bye, $1"\n' });
    const before = await snapshot(directory);
    const played = await lab.play({ directory, request: 'greet says bye', checks: ['sh greet.sh Ada | grep -q Hello'] }, [() => plan(edit('greet.sh', 'Bye', 'Hullo'))], { settings: (s) => (s.orchestrator.max_iterations = 1) });
    expect(played.outcome.exitCode).not.toBe(0);
    expect(await snapshot(directory)).toEqual(before);
  });
});
