import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { UntilgreenError } from '../../core/errors.ts';
import { fauxSampler } from '../../models/faux.ts';
import { openSandbox } from '../../sandbox/open.ts';
import { readTasks } from './rows.ts';
import { runSuite } from './run.ts';
import type { SuiteOptions } from './run.ts';
import type { TaskResult } from './types.ts';

const sandbox = await openSandbox();
let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'suite-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const tasks = readTasks(
  ['double', 'square', 'broken'].map((name) => JSON.stringify({
    task_id: `t/${name}`, entry_point: name,
    prompt: `def ${name}(n: int) -> int:\n    """What ${name} does.\n\n    >>> ${name}(2)\n    4\n    """\n`,
    test: `def check(candidate):\n    assert candidate(3) == ${name === 'double' ? 6 : 9}, "secret of ${name}"\n`,
  })).join('\n'),
  'tasks',
);

/** One body for `double`, which is right; the same for `square`, which fits the example and is wrong; nothing that fits for the third. */
const sampler = () =>
  fauxSampler(({ chat, n }) => {
    const name = /def (\w+)/.exec(chat.user)![1]!;
    const body = name === 'broken' ? 'return 5' : 'return n * 2';
    return Array<string>(n).fill(`\`\`\`python\ndef ${name}(n: int) -> int:\n    ${body}\n\`\`\``);
  });
const options: SuiteOptions = { seeds: [1], job: { decode: 'greedy', candidates: 5, maxNewTokens: 64 }, measure: 4, jobs: 2 };
const facts = ({ task, answered, solved, greedy, samples, right }: TaskResult) => [task, answered, solved, greedy, samples, right];

test('a suite tells right answers from those that only look right, and goes on where it was killed', async () => {
  const out = join(folder, 'results.jsonl');
  const first = sampler();
  const results = await runSuite(tasks, { ...options, out }, { sampler: first, sandbox });
  expect(results.map(facts)).toEqual([
    ['t/double', true, true, true, 4, 4],
    ['t/square', true, false, false, 4, 0],
    ['t/broken', false, false, false, 4, 0],
  ]);
  expect(results[1]!.reason).toMatch(/^wrong: .*secret of square/);
  expect(results[2]!.reason).toMatch(/^no answer: wrong_answer/);
  expect(results[0]!.outputTokens).toBeGreaterThan(0);
  expect(JSON.stringify(first.calls)).not.toContain('secret');

  // The last line of the file as a kill may leave it.
  const lines = readFileSync(out, 'utf8').trimEnd().split('\n');
  rmSync(out);
  appendFileSync(out, `${lines.slice(0, 2).join('\n')}\n${lines[2]!.slice(0, 40)}`);
  const missing = (JSON.parse(lines[2]!) as TaskResult).fn;
  const second = sampler();
  const told: [string, boolean][] = [];
  const again = await runSuite(tasks, { ...options, out, onResult: ({ fn }, { again: known }) => void told.push([fn, known]) }, { sampler: second, sandbox });
  expect(again.map(facts)).toEqual(results.map(facts));
  expect(told.filter(([, known]) => !known)).toEqual([[missing, false]]);
  expect(second.calls.every(({ chat }) => chat.user.includes(`def ${missing}`))).toBe(true);
  expect(readFileSync(out, 'utf8').trimEnd().split('\n')).toHaveLength(3);
});

test('what is wrong with the model ends the suite; what is wrong with a task does not', async () => {
  const gone = new UntilgreenError('model_unreachable', 'The model server is gone.');
  await expect(runSuite(tasks, options, { sampler: fauxSampler(() => Promise.reject(gone)), sandbox })).rejects.toMatchObject({ code: 'model_unreachable' });
  const odd = [{ ...tasks[0]!, id: 'odd', task: { ...tasks[0]!.task, signature: 'def other(n):' } }];
  const [result] = await runSuite(odd, options, { sampler: sampler(), sandbox });
  expect(result).toMatchObject({ answered: false, ended: 'refused', reason: expect.stringMatching(/^not begun: .*other/) as string });
});

test('a file of something else is not written to', async () => {
  const out = join(folder, 'notes.txt');
  appendFileSync(out, 'notes\n');
  await expect(runSuite(tasks, { ...options, out }, { sampler: sampler(), sandbox })).rejects.toMatchObject({ code: 'replay_missing' });
  expect(readFileSync(out, 'utf8')).toBe('notes\n');
});
