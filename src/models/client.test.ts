import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { modelConfig, startModelServer } from '../../test/support/model-server.ts';
import type { ModelServer, ModelServerOptions, Reply } from '../../test/support/model-server.ts';
import type { ModelSettings } from '../config/schema.ts';
import { createModels } from './client.ts';
import type { HttpModels, ModelsOptions } from './client.ts';
import { httpFetch } from './http-fetch.ts';
import type { AskOptions } from './types.ts';

const open: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

interface Bench {
  server: ModelServer;
  models: HttpModels;
  /** Waits between tries, in milliseconds; none is really waited. */
  waits: number[];
}

async function bench(replies: ModelServerOptions['replies'], more: { server?: Partial<ModelServerOptions>; models?: Record<string, ModelSettings | number>; env?: Record<string, string>; options?: ModelsOptions } = {}): Promise<Bench> {
  const server = await startModelServer({ replies, ...more.server });
  open.push(server);
  const waits: number[] = [];
  const models = await createModels(modelConfig({ VLLM_URL: server.url, VLLM_MODEL: 'm', ...more.env }, more.models), {
    random: () => 1,
    sleep: async (ms) => void waits.push(ms),
    ...more.options,
  });
  return { server, models, waits };
}

const question: AskOptions<string> = { role: 'coder', system: 'Be brief.', messages: [{ role: 'user', content: 'hello' }] };
const answerSchema = z.object({ answer: z.number() });
const structured: AskOptions<{ answer: number }> = { ...question, schema: answerSchema, schemaName: 'result' } as AskOptions<{ answer: number }>;

describe('a question', () => {
  test('is answered in pieces as they come, with what the server counted', async () => {
    const { models } = await bench([{ content: 'one two three four five six', usage: { prompt_tokens: 1_000, completion_tokens: 10, cached_tokens: 900 } }], { models: { default: { price_input: 2, price_output: 10 } } });
    const pieces: string[] = [];
    const answer = await models.ask({ ...question, onText: (piece) => void pieces.push(piece) });
    expect(answer).toMatchObject({ text: 'one two three four five six', value: 'one two three four five six', model: 'm', requests: 1 });
    expect(answer.usage).toMatchObject({ inputTokens: 1_000, outputTokens: 10, cachedTokens: 900 });
    expect(answer.usage.cost).toBeCloseTo(0.0021, 10);
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toBe(answer.text);
  });

  test('has an unknown cost without a price, and unknown cached tokens where the server does not say', async () => {
    const { models } = await bench([{ content: 'x' }]);
    expect((await models.ask(question)).usage).toMatchObject({ cachedTokens: undefined, cost: undefined });
  });

  test('is sent with equal bytes each time, the stable part first', async () => {
    const bodies: string[] = [];
    const spy: typeof fetch = (input, init) => {
      if (init?.body) bodies.push(String(init.body));
      return httpFetch(input, init);
    };
    const { models } = await bench([{ json: { answer: 1 } }], { server: { repeat: true }, options: { fetch: spy } });
    await models.ask(structured);
    await models.ask({ ...structured, messages: [...structured.messages] });
    expect(bodies[0]).toBe(bodies[1]);
    await models.ask({ ...structured, messages: [...structured.messages, { role: 'assistant', content: 'a' }, { role: 'user', content: 'more' }] });
    const prefix = bodies[0]!.slice(0, bodies[0]!.indexOf('hello'));
    expect(bodies[2]!.startsWith(prefix)).toBe(true);
  });

  test('carries the temperature and the limit of its role, unless it names its own', async () => {
    const { models, server } = await bench([{ content: 'x' }], { server: { repeat: true }, models: { coder: { temperature: 0.4, max_output_tokens: 77 } } });
    await models.ask(question);
    await models.ask({ ...question, temperature: 0.9, maxOutputTokens: 5 });
    await models.ask({ ...question, role: 'planner' });
    expect(server.requests.map(({ body }) => [body.temperature, body.max_tokens])).toEqual([[0.4, 77], [0.9, 5], [0, undefined]]);
  });

  test('says that its text was cut at the limit', async () => {
    const { models } = await bench([{ content: 'def f(', finish_reason: 'length' }]);
    expect(await models.ask(question)).toMatchObject({ text: 'def f(', truncated: true });
  });

  test('is answered by a server that does not stream', async () => {
    const whole = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(request.url === '/v1/models' ? { data: [] } : { id: 'x', choices: [{ index: 0, message: { role: 'assistant', content: '{"answer": 7}' }, finish_reason: 'stop' }], usage: { prompt_tokens: 3, completion_tokens: 2 } }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => whole.once('listening', resolve));
    const models = await createModels(modelConfig({ VLLM_URL: `http://127.0.0.1:${(whole.address() as AddressInfo).port}`, VLLM_MODEL: 'm' }));
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 7 }, usage: { inputTokens: 3, outputTokens: 2 }, requests: 1 });
    await new Promise((resolve) => whole.close(resolve));
  });

  test('shows what answers each role without the password in an address', async () => {
    const { server } = await bench([]);
    const models = await createModels(modelConfig({ VLLM_URL: server.url.replace('http://', 'http://me:secret@'), VLLM_MODEL: 'm' }));
    expect(server.all.at(-1)!.headers.authorization).toBe(`Basic ${Buffer.from('me:secret').toString('base64')}`);
    expect(models.describe()).toHaveLength(5);
    expect(models.describe()[0]).toEqual({ role: 'planner', provider: 'openai-compatible', model: 'm', baseUrl: server.url });
  });
});

describe('structured output', () => {
  test('goes by json_schema, not strict, where the server takes it', async () => {
    const { models, server } = await bench([{ json: { answer: 42 } }]);
    expect((await models.ask(structured)).value).toEqual({ answer: 42 });
    expect(server.requests[0]!.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'result', strict: false, schema: { type: 'object', properties: { answer: { type: 'number' } }, required: ['answer'] } },
    });
  });

  test('steps down to the schema in the prompt where the server refuses it, and remembers', async () => {
    const { models, server } = await bench([{ content: 'Here: {"answer": 1}' }, { json: { answer: 2 } }], { server: { refuseSchema: true } });
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 1 }, requests: 2 });
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 2 }, requests: 1 });
    expect(server.requests.map(({ body }) => body.response_format?.type)).toEqual(['json_schema', undefined, undefined]);
    expect(server.requests[1]!.body.messages[0].content).toMatch(/^Be brief\.\n\n.*JSON schema:\n\{"type":"object"/);
  });

  test.each<[string, Reply]>([
    ['prose', { content: 'The answer is forty-two.' }],
    ['another shape', { json: { result: 42 } }],
    ['nothing', { content: '' }],
    ['JSON cut at the limit', { content: '{"answer": 4', finish_reason: 'length' }],
  ])('that comes as %s gets one corrective turn with the reason', async (_title, bad) => {
    const { models, server } = await bench([bad, { json: { answer: 42 } }]);
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 42 }, requests: 2 });
    const messages = server.requests[1]!.body.messages as { role: string; content: string }[];
    expect(messages.slice(0, 2)).toEqual(server.requests[0]!.body.messages);
    expect(messages.map((m) => m.role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(messages[3]!.content).toMatch(/not valid:\n(.|\n)+Answer again with the whole corrected JSON/);
  });

  test('that stays invalid is an error with the reply and its problems', async () => {
    const { models, server } = await bench([{ content: 'no' }, { json: { answer: 'x' } }]);
    await expect(models.ask({ ...structured, key: 'it1/plan' })).rejects.toMatchObject({
      code: 'model_reply_invalid',
      data: { reply: '{"answer":"x"}', problems: expect.stringContaining('answer'), key: 'it1/plan', requests: 2 },
    });
    expect(server.requests).toHaveLength(2);
  });

  test.each<[string, Reply]>([
    ['printed as text', { content: '<tool_call>\n{"name": "result", "arguments": {"answer": 42}}\n</tool_call>' }],
    ['returned as a call', { tool_calls: [{ name: 'result', arguments: { answer: 42 } }] }],
    ['returned beside thoughts', { reasoning: 'let me think', content: '<think>hm</think>{"answer": 42}' }],
  ])('as a tool call %s is decoded', async (_title, reply) => {
    const { models } = await bench([reply]);
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 42 }, requests: 1 });
  });
});

describe('a request is repeated', () => {
  const good: Reply = { content: 'ok' };
  test.each<[string, Reply, number]>([
    ['after as many seconds as Retry-After says', { status: 429, headers: { 'retry-after': '7' } }, 7_000],
    ['after as many milliseconds as retry-after-ms says', { status: 503, headers: { 'retry-after-ms': '1234', 'retry-after': '9' } }, 1_234],
    ['after 429', { status: 429 }, 1_000],
    ['after 500', { status: 500 }, 1_000],
    ['after 529', { status: 529 }, 1_000],
    ['after an HTML page of a proxy', { status: 502, body: '<html><h1>Bad gateway</h1></html>' }, 1_000],
    ['after a reset', 'reset', 1_000],
    ['after a reset in mid-stream', { content: 'a long enough text to be cut', piece: 4, break_after: 3 }, 1_000],
    ['after a stream that ends early', { content: 'a long enough text to be cut', piece: 4, break_after: 3, break_with: 'end' }, 1_000],
    ['after a malformed stream', 'malformed', 1_000],
    ['after rubbish in mid-stream', { content: 'a long enough text to be cut', piece: 4, break_after: 3, break_with: 'malformed' }, 1_000],
  ])('%s', async (_title, bad, wait) => {
    const { models, waits, server } = await bench([bad, good]);
    expect(await models.ask(question)).toMatchObject({ text: 'ok', requests: 2 });
    expect(waits).toEqual([wait]);
    expect(server.requests[0]!.body).toEqual(server.requests[1]!.body);
  });

  test('with growing waits, and given up after max_retries', async () => {
    const { models, waits } = await bench([{ status: 500, error: 'out of memory' }], { server: { repeat: true }, models: { max_retries: 3 } });
    await expect(models.ask(question)).rejects.toMatchObject({ code: 'model_refused', exitCode: 8, message: expect.stringContaining('out of memory') });
    expect(waits).toEqual([1_000, 2_000, 4_000]);
  });

  test('not when the server asks for longer than a reply may take', async () => {
    const { models, waits } = await bench([{ status: 429, headers: { 'retry-after': '3600' } }]);
    await expect(models.ask(question)).rejects.toMatchObject({ code: 'model_refused' });
    expect(waits).toEqual([]);
  });

  test.each<[string, Reply, string, RegExp]>([
    ['a bad request', { status: 400, error: 'temperature must be >= 0' }, 'model_refused', /temperature must be/],
    ['a prompt that is too long', { status: 400, error: "This model's maximum context length is 4096 tokens" }, 'model_refused', /Lower models\.context_tokens/],
    ['an unknown model', { status: 404, error: 'The model `m` does not exist.' }, 'model_refused', /Check the model name/],
    ['a refused key', { status: 401, error: 'Incorrect API key' }, 'model_auth', /API key \(HTTP 401\)/],
    ['a spent account', { status: 429, error: 'You exceeded your current quota: insufficient_quota' }, 'model_refused', /billing/],
  ])('not after %s', async (_title, bad, code, message) => {
    const { models, waits } = await bench([bad, good]);
    await expect(models.ask(question)).rejects.toMatchObject({ code, exitCode: 8, message: expect.stringMatching(message) });
    expect(waits).toEqual([]);
  });
});

describe('a silent server', () => {
  test.each<[string, Reply]>([
    ['that never answers', 'hang'],
    ['that stops in mid-stream', { content: 'a long enough text', piece: 4, break_after: 2, break_with: 'hang' }],
  ])('%s is asked again, and given up after two more tries', async (_title, silent) => {
    const { models, server } = await bench([silent], { server: { repeat: true }, models: { timeout_ms: 100 } });
    await expect(models.ask(question)).rejects.toMatchObject({ code: 'model_unreachable', message: expect.stringMatching(/no answer in 0\.1 s|the stream stopped for 0\.1 s/) });
    expect(server.requests).toHaveLength(3);
  });

  test('that comes back is no error', async () => {
    const { models } = await bench(['hang', { content: 'late' }], { server: { repeat: true }, models: { timeout_ms: 500 } });
    expect((await models.ask(question)).text).toBe('late');
  });
});

describe('an abort', () => {
  test.each<[string, Reply]>([
    ['before the answer', 'hang'],
    ['in mid-stream', { content: 'text in several pieces', piece: 4, break_after: 3, break_with: 'hang' }],
  ])('%s ends the question at once', async (_title, reply) => {
    const stop = new AbortController();
    const { models, server } = await bench([(): Reply => {
      setTimeout(() => stop.abort(), 30);
      return reply;
    }]);
    await expect(models.ask({ ...question, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled', exitCode: 130 });
    expect(server.requests).toHaveLength(1);
  });

  test('while waiting for a further try ends it too', async () => {
    const stop = new AbortController();
    const { models, server } = await bench([{ status: 503, headers: { 'retry-after': '60' } }], { options: { sleep: undefined, random: undefined } });
    setTimeout(() => stop.abort(), 50);
    await expect(models.ask({ ...question, signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.requests).toHaveLength(1);
  });

  test('before the question sends nothing', async () => {
    const { models, server } = await bench([{ content: 'x' }]);
    await expect(models.ask({ ...question, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
    expect(server.requests).toHaveLength(0);
  });
});

test('a server that is gone is told at once when it never answered, and waited for when it did', async () => {
  const { models, server, waits } = await bench([{ content: 'x' }], { options: { verify: false } });
  await models.ask(question);
  await server.close();
  await expect(models.ask(question)).rejects.toMatchObject({ code: 'model_unreachable', message: expect.stringContaining('nothing listens there') });
  expect(waits).toHaveLength(4);
  const never: number[] = [];
  const fresh = await createModels(modelConfig({ VLLM_URL: server.url, VLLM_MODEL: 'm' }), { verify: false, sleep: async (ms) => void never.push(ms) });
  await expect(fresh.ask(question)).rejects.toMatchObject({ code: 'model_unreachable' });
  expect(never).toEqual([]);
});

describe('other providers speak their own protocol', () => {
  const events = (list: object[]): Response => new Response(list.map((e) => `event: ${(e as { type?: string }).type ?? 'message'}\ndata: ${JSON.stringify(e)}\n\n`).join(''), { headers: { 'content-type': 'text/event-stream' } });
  const seen: { url: string; headers: Headers; body: any }[] = [];
  const stub = (response: () => Response): typeof fetch => async (input, init) => {
    seen.push({ url: String(input), headers: new Headers(init?.headers), body: JSON.parse(String(init?.body)) });
    return response();
  };
  afterEach(() => void seen.splice(0));

  test('Anthropic, with the stable prefix marked for its cache', async () => {
    const reply = (): Response => events([
      { type: 'message_start', message: { id: 'x', model: 'claude-x', role: 'assistant', content: [], usage: { input_tokens: 5, output_tokens: 1, cache_read_input_tokens: 3, cache_creation_input_tokens: 0 } } },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'hi' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ]);
    const models = await createModels(modelConfig({ ANTHROPIC_API_KEY: 'sk-ant-1' }), { fetch: stub(reply) });
    expect(await models.ask(question)).toMatchObject({ text: 'hi', usage: { inputTokens: 8, outputTokens: 2, cachedTokens: 3 } });
    expect(seen[0]!.url).toBe('https://api.anthropic.com/v1/messages');
    expect(seen[0]!.headers.get('x-api-key')).toBe('sk-ant-1');
    expect(seen[0]!.body.system[0].cache_control).toEqual({ type: 'ephemeral' });
  });

  test('Google', async () => {
    const reply = (): Response => events([{ candidates: [{ content: { parts: [{ text: '{"answer": 3}' }], role: 'model' }, finishReason: 'STOP', index: 0 }], usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 2, totalTokenCount: 6 } }]);
    const models = await createModels(modelConfig({ GEMINI_API_KEY: 'g-key-1' }), { fetch: stub(reply) });
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 3 }, usage: { inputTokens: 4, outputTokens: 2 } });
    expect(seen[0]!.headers.get('x-goog-api-key')).toBe('g-key-1');
    expect(seen[0]!.body.generationConfig.responseSchema.properties).toHaveProperty('answer');
  });

  test('OpenAI, by chat completions and not strict', async () => {
    const reply = (): Response => events([
      { id: 'x', model: 'gpt-x', created: 0, choices: [{ index: 0, delta: { role: 'assistant', content: '{"answer": 3}' }, finish_reason: null }] },
      { id: 'x', model: 'gpt-x', created: 0, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { id: 'x', model: 'gpt-x', created: 0, choices: [], usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6, prompt_tokens_details: { cached_tokens: 1 } } },
    ]);
    const models = await createModels(modelConfig({ OPENAI_API_KEY: 'sk-1', OPENAI_MODEL: 'gpt-x' }), { fetch: stub(reply) });
    expect(await models.ask(structured)).toMatchObject({ value: { answer: 3 }, usage: { inputTokens: 4, outputTokens: 2, cachedTokens: 1 } });
    expect(seen[0]!.url).toBe('https://api.openai.com/v1/chat/completions');
    expect(seen[0]!.body.response_format).toMatchObject({ type: 'json_schema', json_schema: { strict: false } });
  });
});
