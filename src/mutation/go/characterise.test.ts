import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../../languages/registry.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { openWorkbench } from '../../workspace/open.ts';
import type { OpenWorkbench } from '../../workspace/types.ts';
import { characterise, type Characterisation } from '../characterise.ts';
import { scoreTests, type FileScore } from '../score-tests.ts';

const SOURCE = `package shop

import (
	"errors"
	"os"
	"time"
)

type Cart struct {
	limit int
	Items []string
}

func NewCart(limit int) *Cart { return &Cart{limit: limit} }

func (c *Cart) Add(name string, _ ...int) (int, error) {
	if len(c.Items) >= c.limit {
		return 0, errors.New("the cart is full")
	}
	c.Items = append(c.Items, name)
	return len(c.Items), nil
}

func Grade(points int) string {
	if points >= 90 {
		return "excellent"
	} else if points >= 50 {
		return "passed"
	}
	return "failed"
}

func Second[T any](items []T) T { return items[1] }

func Checked(n int) int {
	if n < 0 {
		panic("negative")
	}
	return n
}

func Stamp() string { return moment().String() }

func moment() time.Time { return time.Now() }

func Settings(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

func Forever(n int) int {
	for n != n+1 {
		n++
	}
	return n
}

func hidden(n int) int { return n + 1 }
`;

let root: string;
let project: string;
let bench: OpenWorkbench;
let made: Characterisation;
let score: FileScore;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-go-mutation-')));
  project = join(root, 'project');
  mkdirSync(project);
  writeFileSync(join(project, 'go.mod'), 'module example.com/shop\n\ngo 1.21\n');
  writeFileSync(join(project, 'shop.go'), SOURCE);
  writeFileSync(join(project, 'shop_test.go'), 'package shop\n\nimport "testing"\n\nfunc TestGradeAtPresent(t *testing.T) {\n\tif Grade(90) != "excellent" {\n\t\tt.Fatal("no longer excellent")\n\t}\n}\n');
  bench = await openWorkbench({ source: project, root: join(root, 'work'), blobs: join(root, 'blobs') });
  const sandbox = await openSandbox();
  made = await characterise({ paths: ['shop.go'], bench, sandbox, languages, budgetMs: 1 });
  score = (await scoreTests({ paths: ['shop.go'], functions: ['Grade'], bench, sandbox, languages })).files[0]!;
}, 400_000);
afterAll(async () => {
  await bench.dispose();
  rmSync(root, { recursive: true, force: true });
});

describe('tests that pin what Go functions do', () => {
  const of = (name: string) => made.functions.find((one) => one.name === name);
  const text = (): string => made.files[0]!.text;

  it('are one new file with a free name and free names of tests, and nothing is written', async () => {
    expect(made.files.map(({ path }) => path)).toEqual(['shop_2_test.go']);
    expect(text()).toContain('func TestGradeAtPresent2(t *testing.T)');
    expect(existsSync(join(project, 'shop_2_test.go'))).toBe(false);
    expect(await bench.deltas()).toEqual([]);
  });

  it.each(['Grade', 'Cart.Add', 'NewCart', 'Second', 'Checked'])('kill every mutant of %s that counts', (name) => {
    expect(of(name)!.mutants).toBeGreaterThan(0);
    expect(of(name)!.survivors).toEqual([]);
  });

  it.each([
    ['tables with a sentence for each row', /\{"Grade of 90 is as it was", 90, "excellent"\},\n/],
    ['errors by what they say', /err == nil \|\| err\.Error\(\) != test\.want/],
    ['what a method leaves of its object', /&Cart\{limit: \d+, Items: \[\]string\{/],
    ['panics by what they say', /fmt\.Sprint\(thrown\) != test\.message/],
    ['type parameters by a type', /Second\[int\]\(test\.items\)/],
  ])('hold %s', (_, pattern) => {
    expect(text()).toMatch(pattern);
  });

  it.each([['Stamp', 'reads the clock'], ['Settings', 'opens files'], ['Forever', 'it takes longer than half a second']])('leave out %s: %s', (name, reason) => {
    expect(made.skipped.find((one) => one.name === name)?.why).toBe(reason);
    expect(text()).not.toContain(`${name}(`);
  });

  it('call no unexported function', () => {
    expect(text()).not.toContain('hidden');
  });
});

describe("the score of a Go project's own tests", () => {
  it('names what one assertion leaves alive', () => {
    const [grade] = score.functions;
    expect(grade!.killed).toBeGreaterThan(0);
    expect(grade!.survivors.map(({ line }) => line)).toEqual(expect.arrayContaining([27, 30]));
    expect(score.coverage.covered).toBe(2);
  });
});
