import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { openCapabilities } from './engine.ts';
import type { Capabilities } from './interfaces.ts';
import { INITIALS, PERCENTAGE, REVERSE, scriptedModels } from './testing/scripted.ts';

describe('the ask job', { timeout: 120_000 }, () => {
  let home = '';
  const models = scriptedModels([PERCENTAGE, REVERSE, INITIALS]);
  const open = async (): Promise<Capabilities> =>
    openCapabilities({ config: await loadConfig({ cwd: home, env: { ...process.env, UNTILGREEN_HOME: home, UNTILGREEN_EMBEDDER: 'ngram', TOOLS_DIR: join(home, 'tools'), DATABASE_URL: '' } }), models });
  beforeAll(async () => { home = await mkdtemp(join(tmpdir(), 'ask-')); });
  afterAll(() => rm(home, { recursive: true, force: true }));

  it('makes a tool that is missing, keeps it, and answers with it from then on', async () => {
    const capabilities = await open();
    const first = await capabilities.ask('What is 15 percent of 300?');
    expect(first).toMatchObject({ ok: true, answer: '15 percent of 300 is 45.', steps: [{ tool: 'calculate_percentage', version: '1.0.0', made: true }] });
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

  it('makes a tool in the language that is asked for', async () => {
    const capabilities = await open();
    const result = await capabilities.ask("What are the initials of 'grace brewster hopper'?", { language: 'javascript' });
    expect(result).toMatchObject({ ok: true, answer: 'The initials are GBH.', steps: [{ tool: 'initials_of', made: true }] });
    expect((await capabilities.library.read('initials_of'))?.tool).toMatchObject({ language: 'javascript', code: expect.stringContaining('export') });
    await capabilities.close();
  });

  it('makes one tool for two requests at once, and answers both', async () => {
    const capabilities = await open();
    const answers = await Promise.all(["Reverse the string 'hello world'", "Reverse 'Python'"].map((request) => capabilities.ask(request)));
    expect(answers.map(({ answer }) => answer)).toEqual(['dlrow olleh', 'nohtyP']);
    expect((await capabilities.library.list()).tools.map(({ tool }) => tool.name)).toEqual(['calculate_percentage', 'initials_of', 'reverse_text']);
    await capabilities.close();
  });
});

describe('a tool in the folder', { timeout: 120_000 }, () => {
  let home = '';
  const models = scriptedModels([PERCENTAGE, REVERSE]);
  let capabilities: Capabilities;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'ask-folder-'));
    capabilities = await openCapabilities({ config: await loadConfig({ cwd: home, env: { ...process.env, UNTILGREEN_HOME: home, UNTILGREEN_EMBEDDER: 'ngram', TOOLS_DIR: join(home, 'tools'), DATABASE_URL: '' } }), models });
    await capabilities.seed(['calculate_percentage']);
  });
  afterAll(async () => {
    await capabilities.close();
    await rm(home, { recursive: true, force: true });
  });

  it('is called by name, and what it is not given is said by name', async () => {
    expect((await capabilities.use('calculate_percentage', { percent: 15, number: 300 })).result).toMatchObject({ ok: true, result: 45 });
    expect((await capabilities.use('calculate_percentage', { percent: 15 })).result).toMatchObject({ ok: false, kind: 'arguments' });
    await expect(capabilities.use('calculate_percentages', {})).rejects.toMatchObject({ code: 'not_found', message: expect.stringContaining('calculate_percentage') });
  });

  it('is a new version when somebody edited it and it still holds, and is refused when it does not', async () => {
    const file = join(home, 'tools/calculate_percentage/calculate_percentage.py');
    const code = await readFile(file, 'utf8');
    await writeFile(file, `# A remark of a person.\n${code}`);
    const { tool, result } = await capabilities.use('calculate_percentage', { percent: 10, number: 50 });
    expect([tool.version, result]).toEqual(['1.0.1', expect.objectContaining({ result: 5 })]);
    await writeFile(file, code.replace(/return [^\n]*\n/, 'return 0.0\n'));
    await expect(capabilities.use('calculate_percentage', { percent: 10, number: 50 })).rejects.toMatchObject({ code: 'tool_failed', data: { gate: expect.any(String) } });
    await capabilities.rollback('calculate_percentage', '1.0.0');
    expect((await capabilities.use('calculate_percentage', { percent: 10, number: 50 })).tool.version).toBe('1.0.0');
  });

  it.each([
    ['Write me a poem', {}, { ok: false, outcome: 'impossible', impossible: 'not_a_computation' }],
    ["Reverse 'abc'", { make: false }, { ok: false, outcome: 'not_made' }],
  ])('does not answer %j with %j', async (request, options, expected) => {
    expect(await capabilities.ask(request, options)).toMatchObject(expected);
  });

  it('is not made twice when the request is cancelled and asked again', async () => {
    const stop = new AbortController();
    const cancelled = await capabilities.ask("Reverse 'abc'", { signal: stop.signal, emit: (event) => event === 'wave_checked' && stop.abort() });
    expect(cancelled).toMatchObject({ ok: false, outcome: 'cancelled' });
    expect(await capabilities.unfinished()).toMatchObject([{ request: "Reverse 'abc'" }]);
    models.asked.length = 0;
    expect(await capabilities.ask("Reverse 'abc'")).toMatchObject({ ok: true, answer: 'cba' });
    expect(models.asked).not.toContain('tool_specification');
    expect(models.asked).not.toContain('sample');
    expect(await capabilities.unfinished()).toEqual([]);
  });
});
