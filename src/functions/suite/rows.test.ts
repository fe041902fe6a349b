import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { OWN_TASKS } from './own.ts';
import { readTasks } from './rows.ts';

const line = (...rows: unknown[]): string => rows.map((row) => JSON.stringify(row)).join('\n');
const humaneval = { task_id: 'HumanEval/9', prompt: 'import math\n\n\ndef area(r: float) -> float:\n    """Area."""\n', entry_point: 'area', test: 'def check(candidate):\n    assert candidate(0) == 0\n' };
const mbpp = { task_id: 7, text: 'Write a function to add two numbers.', test_list: ['assert add(1, 2) == 3', 'assert add(0, 0) == 0'] };

describe('a row of a tasks file', () => {
  test('in the form of HumanEval is its prompt as the signature, and its test apart from it', () => {
    const [one] = readTasks(line(humaneval), 'f');
    expect(one).toMatchObject({ id: 'HumanEval/9', task: { task: '', fn: 'area', lang: 'python', signature: humaneval.prompt }, hidden: { name: 'test_hidden.py' } });
    expect(one!.hidden.source).toContain('from solution import area');
    expect(JSON.stringify(one!.task)).not.toContain('candidate(0)');
  });

  test.each([
    ['JavaScript by its identifier', { ...humaneval, task_id: 'JavaScript/2', prompt: 'const area = (r) => {\n' }, 'javascript', 'hidden.test.mjs'],
    ['Go by its identifier', { ...humaneval, task_id: 'Go/2', entry_point: 'Area', prompt: 'func Area(r float64) float64 {\n' }, 'go', 'hidden_test.go'],
    ['TypeScript by its language', { ...humaneval, language: 'ts', prompt: 'function area(r: number): number {\n' }, 'typescript', 'hidden.test.ts'],
    ['Python where nothing says otherwise', { ...humaneval, task_id: 'mine-1' }, 'python', 'test_hidden.py'],
  ])('is in %s', (_title, row, lang, name) => {
    expect(readTasks(line(row), 'f')[0]).toMatchObject({ task: { lang }, hidden: { name } });
  });

  test('in Go has the imports of its prompt that its tests use', () => {
    const row = { task_id: 'Go/2', prompt: 'import (\n    "math"\n    "strings"\n)\n\nfunc Area(r float64) float64 {\n', entry_point: 'Area', test: 'func TestArea(t *testing.T) {\n    assert := assert.New(t)\n    assert.Equal(true, math.Abs(Area(1)-3) < 1)\n}\n' };
    const { source } = readTasks(line(row), 'f')[0]!.hidden;
    expect(source).toContain('\t"math"\n');
    expect(source).not.toMatch(/strings|testify/);
  });

  test('names its function in the prompt where no field does', () => {
    const { entry_point: _, ...rest } = humaneval;
    expect(readTasks(line({ ...rest, prompt: 'function half(n: number) {}\nfunction area(r: number): number {', language: 'typescript' }), 'f')[0]!.task.fn).toBe('area');
  });

  test('in the form of MBPP shows its first test, and hides all of them', () => {
    const [one] = readTasks(line(mbpp), 'f');
    expect(one).toMatchObject({ id: '7', task: { task: mbpp.text, fn: 'add', lang: 'python', doctests: 'assert add(1, 2) == 3' } });
    expect(one!.hidden.source).toContain('    assert add(0, 0) == 0');
  });

  test('in the form of MBPP+ shows what its prompt shows, and keeps numbers that JSON does not have', () => {
    const row = { task_id: 'Mbpp/1', prompt: '"""\nThe smaller of two numbers.\nassert least(1, 2) == 1\n"""\n', entry_point: 'least', canonical_solution: 'def least(a, b):\n    return min(a, b)\n', base_input: [[1, 2]] };
    const text = line(row).replace('[[1,2]]', '[[-Infinity, 10000000000000000000001]]');
    const [one] = readTasks(text, 'f');
    expect(one!.task).toEqual({ task: 'The smaller of two numbers.', fn: 'least', lang: 'python', doctests: 'assert least(1, 2) == 1' });
    expect(one!.hidden.source).toContain('[[-Infinity, 10000000000000000000001]]');
  });

  test.each([
    ['no JSON', '{"task_id": 1', /f line 1 is no task: it is not JSON/],
    ['without an identifier', line({ prompt: 'x', test: 'y' }), /f line 1 is no task/],
    ['without tests', line({ task_id: 'a', prompt: 'def f():' }), /`prompt` or `test` is missing/],
    ['in a language that is none', line({ ...humaneval, language: 'cobol' }), /"cobol" is none that functions are written in/],
    ['of a name that another has', line(humaneval, humaneval), /f line 2 is no task: the task_id HumanEval\/9 stands twice/],
    ['without a function', line({ task_id: 'a', prompt: 'x', test: 'y' }), /`entry_point` is missing/],
  ])('%s is refused, with its place', (_title, text, message) => {
    expect(() => readTasks(text, 'f')).toThrow(message);
  });
});

test('our own tasks are nine, each with examples in its prompt and others hidden', () => {
  const tasks = readTasks(readFileSync(OWN_TASKS, 'utf8'), 'own');
  expect(tasks.map(({ task }) => task.fn)).toEqual(['max_in_list', 'is_ipv4', 'quad_solver', 'is_palindrome', 'factorial', 'count_vowels', 'reverse_words', 'dedupe', 'fibonacci']);
  for (const { task } of tasks) expect(task.signature).toContain(`>>> ${task.fn}(`);
});
