import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { openCapabilities } from './engine.ts';
import type { Capabilities } from './interfaces.ts';
import { PERCENTAGE, REVERSE, scriptedModels } from './testing/scripted.ts';

describe('the ask job', { timeout: 120_000 }, () => {
  let home = '';
  const models = scriptedModels([PERCENTAGE, REVERSE]);
  const open = async (): Promise<Capabilities> =>
    openCapabilities({ config: await loadConfig({ cwd: home, env: { ...process.env, UNTILGREEN_HOME: home, UNTILGREEN_EMBEDDER: 'ngram', TOOLS_DIR: join(home, 'tools'), DATABASE_URL: '' } }), models });
  beforeAll(async () => { home = await mkdtemp(join(tmpdir(), 'ask-')); });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('makes a tool that is missing, keeps it, and answers with it from then on', async () => {
    const capabilities = await open();
    const events: string[] = [];
    const first = await capabilities.ask('What is 15 percent of 300?', { emit: (event, data) => events.push(`${event} ${JSON.stringify(data)}`) });
    expect(first, events.join('\n')).toMatchObject({ ok: true, answer: '15 percent of 300 is 45.', steps: [{ tool: 'calculate_percentage', version: '1.0.0', made: true }] });
    models.asked.length = 0;
    const second = await capabilities.ask('What is 20 percent of 50?');
    expect(second).toMatchObject({ ok: true, answer: '20 percent of 50 is 10.', steps: [{ tool: 'calculate_percentage', made: false }] });
    expect(models.asked).not.toContain('tool_specification');
    await capabilities.close();
    models.asked.length = 0;
    const reopened = await open();
    expect(await reopened.ask('What is 15 percent of 300?')).toMatchObject({ ok: true, answer: '15 percent of 300 is 45.' });
    expect(models.asked).toEqual([]);
    await reopened.close();
  });

  it('makes one tool for two requests at once, and answers both', async () => {
    const capabilities = await open();
    const answers = await Promise.all(["Reverse the string 'hello world'", "Reverse 'Python'"].map((request) => capabilities.ask(request)));
    expect(answers.map(({ answer }) => answer)).toEqual(['dlrow olleh', 'nohtyP']);
    expect((await capabilities.library.list()).tools.map(({ tool }) => tool.name)).toEqual(['calculate_percentage', 'reverse_text']);
    await capabilities.close();
  });
});
