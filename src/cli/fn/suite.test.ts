import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startModelServer } from '../../../test/support/model-server.ts';
import { EXIT } from '../../core/errors.ts';
import { buildProgram } from '../program.ts';

const folder = mkdtempSync(join(tmpdir(), 'fn-suite-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command in this process; what it prints to stdout comes back. */
async function run(...words: string[]): Promise<{ code: number | undefined; out: string }> {
  let code: number | undefined;
  let out = '';
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => ((out += text), true)) as typeof write;
  try {
    await buildProgram('0', (exitCode) => void (code = exitCode)).parseAsync(['node', 'untilgreen', 'fn', 'suite', '--quiet', ...words]);
  } finally {
    process.stdout.write = write;
  }
  return { code, out };
}

const tasks = join(folder, 'tasks.jsonl');
writeFileSync(tasks, ['one', 'two'].map((name) => JSON.stringify({
  task_id: `t/${name}`, entry_point: name, prompt: `def ${name}(n: int) -> int:\n    """The number itself.\n\n    >>> ${name}(2)\n    2\n    """\n`, test: 'def check(candidate):\n    assert candidate(7) == 7\n',
})).join('\n'));

describe('fn suite', () => {
  test('runs the tasks that were asked for with each seed, prints figures, and answers from kept samples without a server', async () => {
    const server = await startModelServer({ replies: [({ body }) => ({ content: `\`\`\`python\n${/def \w+.*:/.exec(body.messages[1].content)![0]}\n    return n\n\`\`\`` })], repeat: true });
    const samples = join(folder, 'samples.jsonl');
    const words = [tasks, '--tasks', 't/t*', '--seed', '3', '--seed', '4', '--measure', '4', '--candidates', '5', '--samples', samples];
    const table = await run(...words, '--base-url', server.url, '--model', 'm');
    await server.close();
    expect(table.code).toBe(EXIT.green);
    expect(table.out).toMatch(/^t\/two +2\/2 +2\/2 +8\/8 /m);
    expect(table.out).toMatch(/^solved +100\.0 %/m);
    expect(table.out).not.toContain('t/one');
    const again = await run(...words, '--json');
    const figures = JSON.parse(again.out) as { seeds: number[]; solved: { mean: number }; results: unknown[] };
    expect(figures).toMatchObject({ seeds: [3, 4], solved: { mean: 1 } });
    expect(figures.results).toHaveLength(2);
    expect(readFileSync(samples, 'utf8')).toContain('"model":"m"');
  });

  test.each([
    ['a file that is not there', [join(folder, 'none.jsonl')], /cannot be read/],
    ['a pattern that fits nothing', [tasks, '--tasks', 'x*'], /No task is left to run\. There are 2, such as t\/one/],
    ['a number that is none', [tasks, '--candidates', '0'], /--candidates 0/],
    ['a model that is no file', [tasks, '--model', join(folder, 'none.gguf')], /none\.gguf does not exist/],
    ['the same file twice', [tasks, tasks], /t\/one stands in two of the files/],
  ])('refuses %s before any work', async (_title, words, message) => {
    await expect(run(...words)).rejects.toThrow(message);
  });
});
