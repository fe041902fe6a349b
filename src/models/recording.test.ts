import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { modelConfig, startModelServer } from '../../test/support/model-server.ts';
import type { ModelServer, ModelServerOptions } from '../../test/support/model-server.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { createModels } from './client.ts';
import type { HttpModels, ModelsOptions } from './client.ts';
import { durable } from './durable.ts';
import type { FinishedCall } from './durable.ts';
import { readRecording, redactor } from './recording.ts';
import { withoutSplitSecrets } from './split-secret.ts';
import type { AskOptions } from './types.ts';

let directory: string;
let file: string;
const open: ModelServer[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'recording-'));
  file = join(directory, 'run.jsonl');
});
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  rmSync(directory, { recursive: true });
});

async function serve(replies: ModelServerOptions['replies'], more: Partial<ModelServerOptions> = {}): Promise<{ server: ModelServer; config: LoadedConfig }> {
  const server = await startModelServer({ replies, ...more });
  open.push(server);
  return { server, config: modelConfig({ VLLM_URL: server.url, VLLM_MODEL: 'm' }) };
}
const quick: ModelsOptions = { sleep: async () => {} };
const noNetwork: typeof fetch = async (input) => {
  throw new Error(`unexpected request to ${String(input)}`);
};
const replay = (path = file): Promise<HttpModels> => createModels(modelConfig({}), { replay: path, fetch: noNetwork });

const ask = (key: string, content = key): AskOptions<string> => ({ role: 'coder', system: 'Be brief.', messages: [{ role: 'user', content }], key });
const schema = z.object({ answer: z.number() });
const askJson = (key: string): AskOptions<{ answer: number }> => ({ ...ask(key), schema, schemaName: 'result' }) as AskOptions<{ answer: number }>;

describe('a recorded run', () => {
  test('replays without a server: the same answers, pieces and retries', async () => {
    const { config } = await serve([{ content: 'streamed in some pieces' }, { status: 503 }, { content: 'not json' }, { json: { answer: 5 } }]);
    const run = async (models: HttpModels): Promise<unknown[]> => {
      const pieces: string[] = [];
      const first = await models.ask({ ...ask('a'), onText: (piece) => void pieces.push(piece) });
      const second = await models.ask(askJson('b'));
      return [{ ...first, ms: 0 }, { ...second, ms: 0 }, pieces];
    };
    const recorder = await createModels(config, { ...quick, record: file });
    const live = await run(recorder);
    recorder.close();
    const player = await replay();
    expect(player.remaining()).toBe(4);
    expect(await run(player)).toEqual(live);
    expect(player.remaining()).toBe(0);
    expect(player.describe()[0]).toEqual({ role: 'planner', provider: 'openai-compatible', model: 'm' });
  });

  test('replays after a server that refused the schema', async () => {
    const { config } = await serve([{ json: { answer: 1 } }, { json: { answer: 2 } }], { refuseSchema: true });
    const run = async (models: HttpModels): Promise<number[]> => [(await models.ask(askJson('a'))).value.answer, (await models.ask(askJson('b'))).value.answer];
    expect(await run(await createModels(config, { record: file }))).toEqual([1, 2]);
    expect(await run(await replay())).toEqual([1, 2]);
  });

  test('asks in the order of the calls, also when they are made at once', async () => {
    const { config } = await serve([{ content: '1', delay_ms: 30 }, { content: '2' }, { content: '3' }]);
    const run = async (models: HttpModels): Promise<string[]> => (await Promise.all(['a', 'b', 'c'].map((key) => models.ask(ask(key))))).map((answer) => answer.text);
    expect(await run(await createModels(config, { record: file }))).toEqual(['1', '2', '3']);
    expect(await run(await replay())).toEqual(['1', '2', '3']);
  });

  test('goes by its own temperature and limits, whatever the reader has set', async () => {
    const { config } = await serve([{ content: 'x' }]);
    config.settings.models.default.temperature = 0.7;
    await (await createModels(config, { record: file })).ask(ask('a'));
    const player = await createModels(modelConfig({ OPENAI_API_KEY: 'sk-of-the-reader' }, { default: { temperature: 0.1 } }), { replay: file, fetch: noNetwork });
    expect((await player.ask(ask('a'))).text).toBe('x');
  });

  test('is a private file with one exchange a line', async () => {
    const { config, server } = await serve([{ content: 'x' }]);
    await (await createModels(config, { record: file })).ask(ask('a'));
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, any>);
    expect(lines[0]).toMatchObject({ format: 'untilgreen-recording', version: 1, product: expect.stringMatching(/^\d+\.\d+\.\d+/), models: expect.arrayContaining([{ role: 'planner', provider: 'openai-compatible', model: 'm' }]) });
    expect(lines[1]).toMatchObject({ key: 'a', request: { method: 'POST', path: '/chat/completions', body: { model: 'm' } }, response: { status: 200, content_type: 'text/event-stream' } });
    expect(readFileSync(file, 'utf8')).not.toContain(String(server.port));
  });
});

describe('a replay refuses', () => {
  beforeEach(async () => {
    const { config } = await serve([{ content: 'x' }, { content: 'y' }]);
    const recorder = await createModels(config, { record: file });
    await recorder.ask(ask('a', 'first line\nsecond line'));
    await recorder.ask(ask('b'));
    recorder.close();
  });

  test('a different request, and shows the difference', async () => {
    const player = await replay();
    const failure = await player.ask(ask('a', 'first line\nchanged line')).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'replay_mismatch', exitCode: 2, data: { request: 1, key: 'a' } });
    const message = (failure as Error).message;
    expect(message).toMatch(/^-second line/m);
    expect(message).toMatch(/^\+changed line/m);
    expect(message.split('\n').length).toBeLessThanOrEqual(22);
  });

  test('requests in another order', async () => {
    const player = await replay();
    await expect(player.ask(ask('b'))).rejects.toMatchObject({ code: 'replay_mismatch', data: { expectedKey: 'a', key: 'b' } });
  });

  test('a request after the end', async () => {
    const player = await replay();
    await player.ask(ask('a', 'first line\nsecond line'));
    expect(player.remaining()).toBe(1);
    await player.ask(ask('b'));
    await expect(player.ask(ask('c'))).rejects.toMatchObject({ code: 'replay_missing', message: expect.stringMatching(/^Request 3 \(c\) is not in the recording .* ends after 2\.\n/) });
  });

  test.each<[string, string | undefined, RegExp]>([
    ['a missing file', undefined, /There is no recording at/],
    ['a file of another kind', 'hello\nworld\n', /line 1/],
    ['a recording of another version', '{"format":"untilgreen-recording","version":99,"product":"9","models":[]}\n', /line 1/],
    ['a broken line in the middle', '{"format":"untilgreen-recording","version":1,"product":"1","models":[]}\n{"request": \n{}\n', /line 2/],
  ])('%s', async (_title, content, message) => {
    const path = join(directory, 'other.jsonl');
    if (content !== undefined) writeFileSync(path, content);
    await expect(replay(path)).rejects.toMatchObject({ code: 'replay_missing', exitCode: 2, message: expect.stringMatching(message) });
  });

  test('to record at the same time', async () => {
    await expect(createModels(modelConfig({}), { replay: file, record: join(directory, 'b') })).rejects.toMatchObject({ code: 'usage' });
  });

  test('to write over a file that is no recording', async () => {
    const { config } = await serve([]);
    const path = join(directory, 'notes.txt');
    writeFileSync(path, 'my notes');
    await expect(createModels(config, { record: path })).rejects.toMatchObject({ code: 'replay_missing' });
    expect(readFileSync(path, 'utf8')).toBe('my notes');
  });
});

describe('no secret is recorded', () => {
  const secret = 'sk-very"secret/key-123';
  test('from headers, prompts and replies, streamed or not', async () => {
    const { server } = await serve([{ content: `you told me ${secret}, in pieces`, piece: 5 }, { status: 400, error: `bad key ${secret}` }], { requireKey: secret });
    const config = modelConfig({ VLLM_URL: server.url, VLLM_MODEL: 'm', VLLM_API_KEY: secret, DB_PASSWORD: 'hunter2hunter2' });
    const models = await createModels(config, { record: file });
    const answer = await models.ask(ask('a', `my key is ${secret} and hunter2hunter2`));
    expect(answer.text).toContain(secret);
    await expect(models.ask(ask('b'))).rejects.toMatchObject({ code: 'model_refused' });
    models.close();
    const text = readFileSync(file, 'utf8');
    expect(text).toContain('my key is [secret] and [secret]');
    for (const trace of [secret, JSON.stringify(secret).slice(1, -1), 'very', 'hunter2', 'authorization', 'Bearer']) expect(text).not.toContain(trace);
    const player = await createModels(config, { replay: file, fetch: noNetwork });
    expect((await player.ask(ask('a', `my key is ${secret} and hunter2hunter2`))).text).toBe('you told me [secret], in pieces');
  });

  test.each([
    ['MY_API_KEY', true], ['GITHUB_TOKEN', true], ['client_secret', true], ['APIKEY', true], ['KEYBOARD', false], ['HOME', false], ['MONKEY', false],
  ])('the value of %s is one: %s', (name, hidden) => expect(redactor({ [name]: 'abcdefgh12' })('x abcdefgh12')).toBe(hidden ? 'x [secret]' : 'x abcdefgh12'));

  test('words that are short or empty are left alone', () => expect(redactor({ A_KEY: '', B_TOKEN: 'none' })('none of it')).toBe('none of it'));

  test('a stream without one keeps its bytes', () => {
    const body = 'data: {"choices": [ {"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n';
    expect(withoutSplitSecrets(body, redactor({ A_KEY: 'abcdefgh12' }))).toBe(body);
  });
});

describe('a run that was killed', () => {
  const script = ['x', 'y', 'z'].map((content) => ({ content }));

  test('leaves what was finished, and its recording replays whole once it is resumed', async () => {
    const { config, server } = await serve([{ content: 'x' }, { content: 'no json' }, { json: { answer: 1 } }, { content: 'z' }]);
    const first = await createModels(config, { record: file });
    await first.ask(ask('a'));
    await first.ask(askJson('b'));
    first.close();
    // Killed in the corrective turn of b: its line is cut short, and b is not in the run's memo.
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, `${lines.slice(0, 3).join('\n')}\n${lines[3]!.slice(0, 40)}`);
    expect(readRecording(file)!.exchanges.map((e) => e.key)).toEqual(['a', 'b']);

    const kept = new Map<string, Record<string, unknown>>([['a', { text: 'x', model: 'm', usage: {}, ms: 1, requests: 1 }]]);
    const memo = { get: async (key: string) => kept.get(key), put: async (call: FinishedCall) => void kept.set(call.key, call.reply) };
    const asked = server.requests.length;
    const { server: again, config: second } = await serve([{ json: { answer: 1 } }, { content: 'z' }]);
    const recorder = await createModels(second, { record: file });
    const resumed = durable(recorder, memo);
    expect((await resumed.ask(ask('a'))).text).toBe('x');
    expect((await resumed.ask(askJson('b'))).value).toEqual({ answer: 1 });
    expect((await resumed.ask(ask('c'))).text).toBe('z');
    recorder.close();
    expect([asked, again.requests.length]).toEqual([3, 2]);

    const player = await replay();
    expect([(await player.ask(ask('a'))).text, (await player.ask(askJson('b'))).value.answer, (await player.ask(ask('c'))).text]).toEqual(['x', 1, 'z']);
    expect(player.remaining()).toBe(0);
  });

  test('may be a replay: answers in the memo are passed over', async () => {
    const { config } = await serve(script);
    const recorder = await createModels(config, { record: file });
    for (const key of ['a', 'b', 'c']) await recorder.ask(ask(key));
    const kept = new Map<string, Record<string, unknown>>();
    const memo = { get: async (key: string) => kept.get(key), put: async (call: FinishedCall) => void kept.set(call.key, call.reply) };
    await durable(await replay(), memo).ask(ask('a'));
    const player = await replay();
    const resumed = durable(player, memo);
    expect([(await resumed.ask(ask('a'))).text, (await resumed.ask(ask('b'))).text, (await resumed.ask(ask('c'))).text]).toEqual(['x', 'y', 'z']);
    expect(player.remaining()).toBe(0);
  });

  test('with SIGKILL while a reply streams, leaves a file that reads', async () => {
    const { server } = await serve([{ content: 'x' }, { content: 'a longer text that comes slowly', piece: 1, delay_ms: 200 }]);
    const program = `
      import { createModels } from '${new URL('./client.ts', import.meta.url).href}';
      import { settingsSchema } from '${new URL('../config/schema.ts', import.meta.url).href}';
      const config = { settings: settingsSchema.parse({}), origins: {}, files: [], env: { VLLM_URL: '${server.url}', VLLM_MODEL: 'm' } };
      const models = await createModels(config, { record: ${JSON.stringify(file)} });
      await models.ask({ role: 'coder', system: '', messages: [{ role: 'user', content: 'a' }], key: 'a' });
      await models.ask({ role: 'coder', system: '', messages: [{ role: 'user', content: 'b' }], key: 'b', onText: () => process.stdout.write('.') });
    `;
    const path = join(directory, 'run.mts');
    writeFileSync(path, program);
    const child = spawn(process.execPath, ['--import', 'tsx', path], { stdio: ['ignore', 'pipe', 'inherit'], cwd: new URL('../..', import.meta.url) });
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(readRecording(file)!.exchanges.map((e) => [e.key, e.response.status])).toEqual([['a', 200]]);
  });

  test('cannot go on in the same recording with another model', async () => {
    const { config } = await serve(script);
    await (await createModels(config, { record: file })).ask(ask('a'));
    const content = readFileSync(file, 'utf8');
    config.env.VLLM_MODEL = 'other';
    await expect(createModels(config, { record: file })).rejects.toMatchObject({ code: 'replay_mismatch', message: expect.stringContaining('was recorded with m; it cannot be continued with other') });
    expect(readFileSync(file, 'utf8')).toBe(content);
  });

  test('before its first line was whole is recorded anew', async () => {
    appendFileSync(file, '{"format":"until');
    const { config } = await serve(script);
    await (await createModels(config, { record: file })).ask(ask('a'));
    expect(readRecording(file)!.exchanges).toHaveLength(1);
  });
});
