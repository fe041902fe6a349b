import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { languages } from '../languages/registry.ts';
import { openSandbox } from '../sandbox/open.ts';
import { openWorkbench } from '../workspace/open.ts';
import type { OpenWorkbench } from '../workspace/types.ts';
import { characterise, type Characterisation } from './characterise.ts';
import { scoreTests, type FileScore } from './score-tests.ts';

const SOURCE = `import datetime


class Cart:
    def __init__(self, limit: int = 3):
        self.limit = limit
        self.items = []

    def add(self, name: str) -> int:
        if len(self.items) >= self.limit:
            raise ValueError("the cart is full")
        self.items.append(name)
        return len(self.items)


def grade(points: int) -> str:
    """
    >>> grade(50)
    'passed'
    """
    if points >= 90:
        return "excellent"
    if points >= 50:
        return "passed"
    return "failed"


def halves(values):
    for value in values:
        yield value / 2


def stamp() -> str:
    return datetime.datetime.now().isoformat()


def settings(path: str) -> str:
    with open(path) as file:
        return file.read()


def forever(n: int) -> int:
    while True:
        n += 1


def _hidden(n):
    return n
`;

let root: string;
let project: string;
let bench: OpenWorkbench;
let made: Characterisation;
let score: FileScore;

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'ug-mutation-')));
  project = join(root, 'project');
  mkdirSync(join(project, 'tests'), { recursive: true });
  writeFileSync(join(project, 'shop.py'), SOURCE);
  writeFileSync(join(project, 'tests', 'test_shop.py'), 'from shop import grade\n\n\ndef test_grade():\n    assert grade(90) == "excellent"\n');
  bench = await openWorkbench({ source: project, root: join(root, 'work'), blobs: join(root, 'blobs') });
  const sandbox = await openSandbox();
  made = await characterise({ paths: ['shop.py'], bench, sandbox, languages, budgetMs: 8_000, maxMutants: 60 });
  score = (await scoreTests({ paths: ['shop.py'], functions: ['grade'], bench, sandbox, languages })).files[0]!;
}, 240_000);
afterAll(async () => {
  await bench.dispose();
  rmSync(root, { recursive: true, force: true });
});

describe('tests that pin what Python functions do', () => {
  const of = (name: string) => made.functions.find((one) => one.name === name);
  const why = (name: string): string | undefined => made.skipped.find((one) => one.name === name)?.why;

  it('are one new file with a free name, and nothing is written', async () => {
    expect(made.files.map(({ path }) => path)).toEqual(['tests/test_shop_2.py']);
    expect(existsSync(join(project, 'tests/test_shop_2.py'))).toBe(false);
    expect(await bench.deltas()).toEqual([]);
    expect(readFileSync(join(project, 'shop.py'), 'utf8')).toBe(SOURCE);
  });

  it('kill every mutant of a function of plain numbers', () => {
    expect(of('grade')).toMatchObject({ score: 1 });
    expect(made.files[0]!.text).toMatch(/def test_grade_returns_the_text\(points, expected\)/);
  });

  it('construct objects, and pin exceptions and what a generator yields', () => {
    expect(of('Cart.add')!.score).toBeGreaterThan(0.5);
    expect(made.files[0]!.text).toMatch(/list\(halves\(/);
  });

  it.each([['stamp', 'it reads the clock'], ['settings', 'opens files (line 38)'], ['forever', 'it takes longer than half a second']])('leave out %s: %s', (name, reason) => {
    expect(why(name)).toBe(reason);
  });

  it('call no private function', () => {
    expect(made.files[0]!.text).not.toContain('_hidden');
  });

  it('tell which lines of functions are reached before and after', () => {
    const { before, after } = made.sources[0]!.coverage;
    expect(before.covered).toBe(2);
    expect(after.covered).toBeGreaterThan(before.covered);
  });
});

describe("the score of a project's own tests", () => {
  it('names what one assertion leaves alive', () => {
    const [grade] = score.functions;
    expect(grade!.name).toBe('grade');
    expect(grade!.score).toBeGreaterThan(0);
    expect(grade!.score).toBeLessThan(1);
    expect(grade!.survivors.map(({ line }) => line)).toContain(23);
  });
});
