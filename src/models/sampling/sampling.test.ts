import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { modelConfig, startModelServer } from '../../../test/support/model-server.ts';
import type { ModelServer, ModelServerOptions } from '../../../test/support/model-server.ts';
import type { ModelSettings } from '../../config/schema.ts';
import { createModels } from '../client.ts';
import type { HttpModels, ModelsOptions } from '../client.ts';
import type { SampleRequest } from '../sampler.ts';

const open: ModelServer[] = [];
const directories: string[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

async function bench(options: ModelServerOptions, more: { settings?: ModelSettings; models?: ModelsOptions; name?: string } = {}): Promise<{ server: ModelServer; models: HttpModels }> {
  const server = await startModelServer(options);
  open.push(server);
  const config = modelConfig({ VLLM_URL: server.url, VLLM_MODEL: more.name ?? 'm' }, { default: more.settings ?? {} });
  return { server, models: await createModels(config, { sleep: async () => {}, ...more.models }) };
}

const request: SampleRequest = {
  chat: { system: 'You write Python.', user: 'Write f.', prefill: '```python', stop: ['\n```'] },
  completion: { prompt: 'def f():', stop: ['\ndef '] },
  n: 3,
  temperature: 0.8,
  maxTokens: 64,
  seed: 40,
};
const LLAMA = { total_slots: 8, chat_template: '{{ messages }}' };
const texts = (of: { samples: { text: string }[] }): string[] => of.samples.map(({ text }) => text);

describe('samples of one prompt', () => {
  test('come from one request, each in its place, told as it ends', async () => {
    const { models, server } = await bench({ replies: [{ contents: ['first of all', 'two', 'and the third'] }] });
    const told: [number, string][] = [];
    const got = await models.sampler().sample({ ...request, onSample: (sample, index) => void told.push([index, sample.text]) });
    expect(texts(got)).toEqual(['first of all', 'two', 'and the third']);
    expect(told).toEqual([[0, 'first of all'], [1, 'two'], [2, 'and the third']]);
    expect(got).toMatchObject({ form: 'chat', requests: 1 });
    expect(server.requests.map(({ body }) => body)).toEqual([{
      model: 'm', n: 3, seed: 40, temperature: 0.8, top_p: 0.95, max_tokens: 64, stream: true, stream_options: { include_usage: true },
      messages: [{ role: 'system', content: 'You write Python.' }, { role: 'user', content: 'Write f.' }],
    }]);
  });

  test.each([
    ['ignores `n`', 'one', [[3, 40], [undefined, 41], [undefined, 42]]],
    ['refuses `n`', 'refused', [[3, 40], [undefined, 40], [undefined, 41], [undefined, 42]]],
  ] as const)('come one by one, with seeds of their own, from a server that %s, which is remembered', async (_title, choices, first) => {
    const { models, server } = await bench({ replies: [({ body }) => ({ content: `sample ${body.seed}` })], repeat: true, choices });
    const sampler = models.sampler();
    expect(texts(await sampler.sample(request))).toEqual(['sample 40', 'sample 41', 'sample 42']);
    const asked = (): unknown[] => server.requests.map(({ body }) => [body.n, body.seed]);
    expect(new Set(asked().map(String))).toEqual(new Set(first.map(String)));
    expect(texts(await sampler.sample({ ...request, n: 2 }))).toEqual(['sample 40', 'sample 41']);
    expect(asked()).toHaveLength(first.length + 2);
    expect(server.requests.slice(-2).every(({ body }) => body.n === undefined)).toBe(true);
  });

  test('are asked for in as many requests as the slots of a llama.cpp server make needful', async () => {
    const { models, server } = await bench({ replies: [{ contents: ['a', 'b'] }], repeat: true, props: { ...LLAMA, total_slots: 2 } });
    expect((await models.sampler().sample({ ...request, n: 5 })).samples).toHaveLength(5);
    expect(server.requests.map(({ body }) => [body.n, body.seed])).toEqual([[2, 40], [2, 42], [undefined, 44]]);
  });

  test.each([
    ['is cut in mid-stream', { break_after: 1 }],
    ['ends before its choices do', { break_after: 1, break_with: 'end' }],
    ['meets a busy server', { status: 503 }],
  ] as const)('are asked for again with the same request when it %s', async (_title, broken) => {
    const { models, server } = await bench({ replies: [{ contents: ['one text', 'another'], ...broken }, { contents: ['one text', 'another'] }] });
    const told: number[] = [];
    const got = await models.sampler().sample({ ...request, n: 2, onSample: (_, index) => void told.push(index) });
    expect(texts(got)).toEqual(['one text', 'another']);
    expect(got.requests).toBe(2);
    expect(told).toEqual([0, 1]);
    expect(server.requests[0]!.body).toEqual(server.requests[1]!.body);
  });

  test('that are cut at the limit say so, and reasoning is no part of them', async () => {
    const { models } = await bench({ replies: [{ contents: ['<think>hm</think>\ndef f(', 'def'], finish_reason: 'length' }] });
    expect((await models.sampler().sample({ ...request, n: 2 })).samples).toMatchObject([{ text: 'def f(', finish: 'length' }, { text: 'def', finish: 'length' }]);
  });

  test('can be cancelled while they come', async () => {
    const stop = new AbortController();
    const { models } = await bench({ replies: [{ contents: ['one long text', 'two'], break_after: 1, break_with: 'hang' }] });
    const asked = models.sampler().sample({ ...request, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  });

  test('that stop coming are given up after the time-out', async () => {
    const { server } = await bench({ replies: [{ contents: ['one long text', 'two'], break_after: 1, break_with: 'hang' }], repeat: true });
    const models = await createModels(modelConfig({ VLLM_URL: server.url, VLLM_MODEL: 'm' }, { timeout_ms: 100, max_retries: 0 }));
    await expect(models.sampler().sample(request)).rejects.toMatchObject({ code: 'model_unreachable', message: expect.stringMatching(/stream stopped/) as string });
  });

  test.each([0, -1, 1.5])('are at least one: %s is refused', async (n) => {
    const { models } = await bench({ replies: [] });
    await expect(async () => models.sampler().sample({ ...request, n })).rejects.toMatchObject({ code: 'bad_arguments' });
  });

  test('have the error of any question where the server refuses them', async () => {
    const { models } = await bench({ replies: [{ status: 404, error: 'no such model' }], repeat: true });
    await expect(models.sampler().sample({ ...request, n: 1 })).rejects.toMatchObject({ code: 'model_refused' });
  });
});

describe('what was counted', () => {
  const usage = { prompt_tokens: 100, completion_tokens: 7, cached_tokens: 90 };
  test.each([
    ['each choice by itself', { counts: 'each' }, {}, { inputTokens: 100, outputTokens: 6, cachedTokens: undefined }, [2, 1, 3]],
    ['all of them at the end', {}, {}, { inputTokens: 100, outputTokens: 6, cachedTokens: undefined }, [undefined, undefined, undefined]],
    ['one of them for all', {}, { ...usage, completion_tokens: 2 }, { inputTokens: 100, outputTokens: undefined, cachedTokens: 90 }, [undefined, undefined, undefined]],
  ] as const)('is told as the server means it: %s', async (_title, server, counted, expected, each) => {
    const reply = { contents: ['12345678', '1234', '123456789'], usage: { prompt_tokens: 100, ...counted } as typeof usage };
    const { models } = await bench({ replies: [reply], ...server });
    const got = await models.sampler().sample(request);
    expect(got.usage).toEqual({ ...expected, cost: undefined });
    expect(got.samples.map(({ outputTokens }) => outputTokens)).toEqual(each);
  });

  test('costs what the prices say', async () => {
    const { models } = await bench({ replies: [{ contents: ['12345678', '1234', '1234'], usage }] }, { settings: { price_input: 1, price_output: 10 } });
    expect((await models.sampler().sample(request)).usage.cost).toBeCloseTo(0.00017, 10);
  });
});

describe('the beginning of the reply', () => {
  test.each([
    ['llama.cpp continues it', { props: LLAMA }, {}],
    ['vLLM continues it when it is told to', { version: '0.30.0' }, { continue_final_message: true, add_generation_prompt: false }],
  ] as const)('%s, and it stands in each sample once', async (_title, server, extras) => {
    const { models, server: asked } = await bench({ replies: [{ contents: ['\ndef f(): 1', '```python\ndef f(): 2'] }], ...server });
    expect(texts(await models.sampler().sample({ ...request, n: 2 }))).toEqual(['```python\ndef f(): 1', '```python\ndef f(): 2']);
    expect(asked.requests[0]!.body).toMatchObject({ stop: ['\n```'], ...extras });
    expect(asked.requests[0]!.body.messages.at(-1)).toEqual({ role: 'assistant', content: '```python' });
    expect('continue_final_message' in asked.requests[0]!.body).toBe('continue_final_message' in extras);
  });

  test('is left out, with the stop that belongs to it, where a server refuses it', async () => {
    const refusing = { status: 400, error: 'Assistant response prefill is incompatible with enable_thinking.' };
    const { models, server } = await bench({ replies: [refusing, { content: 'plain' }, { content: 'again' }], props: LLAMA });
    const sampler = models.sampler();
    expect(texts(await sampler.sample({ ...request, n: 1 }))).toEqual(['plain']);
    expect(texts(await sampler.sample({ ...request, n: 1 }))).toEqual(['again']);
    expect(server.requests.map(({ body }) => [body.messages.length, body.stop])).toEqual([[3, ['\n```']], [2, undefined], [2, undefined]]);
  });
});

describe('a base model', () => {
  const plain = { prompt: 'def f():', stop: ['\ndef '] };
  test.each([
    ['that llama.cpp serves without a chat template', { props: { total_slots: 8, chat_template: '' } }, {}, 1],
    ['that turns chat away for want of a template', { base: true }, {}, 2],
    ['that the settings call one', { props: LLAMA }, { api: 'completion' }, 1],
  ] as const)('%s continues plain text', async (_title, server, settings, requests) => {
    const { models, server: asked } = await bench({ replies: [{ contents: ['\n    return 1', '\n    return 2'] }], repeat: true, ...server }, { settings });
    const sampler = models.sampler();
    const got = await sampler.sample({ ...request, n: 2 });
    expect(got).toMatchObject({ form: 'completion', requests, samples: [{ text: '\n    return 1' }, { text: '\n    return 2' }] });
    expect(asked.requests.at(-1)).toMatchObject({ path: '/v1/completions', body: { ...plain, n: 2 } });
    expect(sampler.describe().form).toBe('completion');
    await sampler.sample(request);
    expect(asked.requests).toHaveLength(requests + 1);
  });

  test('is asked by chat where the settings say so', async () => {
    const { models, server } = await bench({ replies: [{ content: 'x' }], props: { total_slots: 8, chat_template: '' } }, { settings: { api: 'chat' } });
    expect(await models.sampler().sample({ ...request, n: 1 })).toMatchObject({ form: 'chat' });
    expect(server.requests[0]!.path).toBe('/v1/chat/completions');
  });
});

test('a service whose package knows what to leave out is asked for single replies through it', async () => {
  const server = await startModelServer({ replies: [{ content: 'same text' }], repeat: true });
  open.push(server);
  const models = await createModels(modelConfig({ OPENAI_API_KEY: 'k' }, { default: { provider: 'openai', base_url: server.url, model: 'gpt-5.5' } }));
  const told: number[] = [];
  const got = await models.sampler().sample({ ...request, n: 2, onSample: (_, index) => void told.push(index) });
  expect(got).toMatchObject({ form: 'chat', requests: 2, samples: [{ text: 'same text', finish: 'stop' }, { text: 'same text' }] });
  expect(told.toSorted()).toEqual([0, 1]);
  expect(server.requests.map(({ body }) => [body.n, body.temperature, body.stop, body.messages.length])).toEqual([[undefined, undefined, undefined, 2], [undefined, undefined, undefined, 2]]);
});

test('the size of a model is what its server says, else what its name says', async () => {
  const { models } = await bench({ replies: [{ content: 'x' }] }, { name: 'coder-7b' });
  expect(models.sampler().describe()).toMatchObject({ model: 'coder-7b', form: 'auto', billions: 7, provider: 'openai-compatible' });
});

describe('a recording', () => {
  const record = async (server: Partial<ModelServerOptions>): Promise<{ file: string; live: unknown[]; asked: ModelServer }> => {
    const directory = mkdtempSync(join(tmpdir(), 'sampling-'));
    directories.push(directory);
    const file = join(directory, 'run.jsonl');
    const { models, server: asked } = await bench({ replies: [({ body }) => ({ contents: [`sample ${body.seed}`, 'b', 'c'] })], repeat: true, ...server }, { models: { record: file } });
    const live = await twice(models);
    models.close();
    return { file, live, asked };
  };
  const twice = async (models: HttpModels): Promise<unknown[]> => {
    const sampler = models.sampler();
    const got = await Promise.all([sampler.sample({ ...request, key: 'wave 1' }), models.ask({ role: 'coder', system: 's', messages: [{ role: 'user', content: 'u' }] }), sampler.sample({ ...request, seed: 50, key: 'wave 2' })]);
    return got.map((each) => ({ ...each, ms: 0 }));
  };

  test.each([
    ['a server with `n`', { props: { ...LLAMA, model_path: '/home/me/models/x.gguf' } }],
    ['a server without `n`', { choices: 'one' }],
    ['a base model', { props: { total_slots: 2, chat_template: '' } }],
  ] as const)('of %s replays without it, and names no path', async (_title, server) => {
    const { file, live, asked } = await record(server);
    const player = await createModels(modelConfig({}), { replay: file, fetch: async () => Promise.reject(new Error('no network')) });
    expect(await twice(player)).toEqual(live);
    expect(player.remaining()).toBe(0);
    expect(player.sampler().describe()).not.toHaveProperty('baseUrl');
    expect(readFileSync(file, 'utf8')).not.toMatch(/\/home\/me|127\.0\.0\.1/);
    expect(asked.requests.length).toBeGreaterThan(2);
  });

  test('that is continued knows what it learned of the server, and replays as one', async () => {
    const { file, asked } = await record({ choices: 'one' });
    const before = asked.requests.length;
    const more = await createModels(modelConfig({ VLLM_URL: asked.url, VLLM_MODEL: 'm' }), { record: file });
    const third = await more.sampler().sample({ ...request, seed: 60, key: 'wave 3' });
    more.close();
    expect(asked.requests.slice(before).map(({ body }) => body.n)).toEqual([undefined, undefined, undefined]);
    const player = await createModels(modelConfig({}), { replay: file });
    await twice(player);
    expect({ ...(await player.sampler().sample({ ...request, seed: 60, key: 'wave 3' })), ms: 0 }).toEqual({ ...third, ms: 0 });
  });
});
