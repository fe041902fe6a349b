import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { startLlamaServer, type LlamaServer } from '../support/llama-server.ts';
import { startModelServer, type Reply } from '../support/model-server.ts';
import { smallModel } from '../support/small-model.ts';

let root: string;
let real: LlamaServer | undefined;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ug-servers-'));
  real = await startLlamaServer(await smallModel('smollm2'));
}, 180_000);
afterAll(async () => {
  await real?.close();
  rmSync(root, { recursive: true, force: true });
});

const COMMAND = [
  'fn', '--task', 'The largest number of a list.', '--fn', 'max_in_list', '--signature', '(values: list[int])', '--doctests', 'max_in_list([3, 9, 2]) => 9',
  '--candidates', '5', '--max_new_tokens', '64', '--json',
];

/** Runs the command against a server; its events without times and ids. */
async function events(url: string, more: string[] = []): Promise<{ event: string; data: unknown }[]> {
  let stdout = '';
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((stdout += String(text)), true)),
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  const exitCode = await main([...COMMAND, '--base-url', url, ...more]);
  for (const spy of spies) spy.mockRestore();
  expect([0, 1]).toContain(exitCode);
  const lines = stdout.trimEnd().split('\n').map((line) => JSON.parse(line) as { event: string; phase: string; iteration: number; data: unknown });
  return lines.filter(({ event }) => event !== 'outcome').map(({ event, phase, iteration, data }) => ({ event, phase, iteration, data }));
}

/** The texts of each request of a recording, with the beginning that the reply was given. */
function textsOf(recording: string): string[][] {
  const exchanges = readFileSync(recording, 'utf8').trimEnd().split('\n').slice(1).map((line) => JSON.parse(line) as { request: { path: string }; response: { body: string } });
  return exchanges.filter(({ request }) => request.path === '/chat/completions').map(({ response }) => {
    const texts: string[] = [];
    for (const line of response.body.split('\n').filter((one) => one.startsWith('data: {'))) {
      const { choices } = JSON.parse(line.slice(6)) as { choices: { index: number; delta: { content?: string | null } }[] };
      for (const { index, delta } of choices) texts[index] = (texts[index] ?? '') + (delta.content ?? '');
    }
    return texts.map((text) => (text.startsWith('```') ? text : `\`\`\`python${text}`));
  });
}

describe('one command against a real llama.cpp server and the scripted one', () => {
  it('tells the same events where both give the same texts', { timeout: 180_000 }, async ({ skip }) => {
    if (!real) return skip();
    const recording = join(root, 'real.jsonl');
    const told = await events(real.url, ['--record', recording]);
    const replies = textsOf(recording).map((contents): Reply => ({ contents }));
    const scripted = await startModelServer({ replies });
    try {
      expect(await events(scripted.url)).toEqual(told);
    } finally {
      await scripted.close();
    }
    expect(told.map(({ event }) => event)).toEqual(expect.arrayContaining(['wave_started', 'candidate_checked', 'wave_finished', 'finished']));
  });
});
