import { beforeEach, describe, expect, it } from 'vitest';
import { UntilgreenError } from '../../core/errors.ts';
import { localBaseUrl, localFetch } from './endpoint.ts';
import type { GenerateRequest, LocalEngine } from './engine.ts';
import { enginePool } from './pool.ts';

/** An engine that answers `reply` to everything and writes down what it was asked. */
let asked: GenerateRequest[];
let opened: string[];
let reply: (request: GenerateRequest) => Promise<void>;
let chat: boolean;
const engine = (path: string): LocalEngine => ({
  info: { path, name: 'tiny', billions: 0.135, chat, trainedContext: 8192 },
  renderChat: (messages, prefill = '') => `${messages.map(({ role, content }) => `<${role}>${content}`).join('')}<reply>${prefill}`,
  tokenCount: (text) => text.length,
  async generate(request) {
    asked.push(request);
    await reply(request);
    const samples = Array.from({ length: request.n }, (_, index) => {
      for (const piece of ['re', `ply ${index}`]) request.onText?.(piece, index);
      const sample = { text: `reply ${index}`, tokens: 3, finish: index === 0 ? ('stop' as const) : ('length' as const) };
      request.onEnd?.(sample, index);
      return sample;
    });
    return { samples, promptTokens: 20, cachedTokens: 16 };
  },
  close: async () => {},
});
const call = localFetch(enginePool({}, async (path) => {
  opened.push(path);
  if (path.includes('damaged')) throw new UntilgreenError('model_file_invalid', `${path} is cut off.`);
  if (path.includes('absent')) throw new UntilgreenError('no_model', 'There is no library.');
  return engine(path);
}));
const base = (): string => localBaseUrl(`/models/tiny ${serial}.gguf`); // an engine of its own for each test
let serial = 0;
beforeEach(() => {
  serial += 1;
  asked = [];
  opened = [];
  reply = async () => {};
  chat = true;
});
const post = (path: string, body: unknown, signal?: AbortSignal) => call(`${base()}${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' }, signal });
const hello = [{ role: 'user', content: 'hello' }];

/** The values of a stream's lines. */
async function lines(response: Response): Promise<unknown[]> {
  const text = await response.text();
  return text.split('\n\n').filter(Boolean).map((line) => (line === 'data: [DONE]' ? 'done' : JSON.parse(line.replace(/^data: /, ''))));
}

describe('what a request asks of the engine', () => {
  it.each<[title: string, path: string, body: Record<string, unknown>, generate: Partial<GenerateRequest>]>([
    ['the limits and sampling of a chat', '/v1/chat/completions', { messages: hello, n: 3, temperature: 0, top_p: 0.9, seed: 7, max_tokens: 50, stop: 'x' }, { prompt: '<user>hello<reply>', special: true, n: 3, temperature: 0, topP: 0.9, seed: 7, maxTokens: 50, stop: ['x'] }],
    ['the newer name of the limit', '/v1/chat/completions', { messages: hello, max_completion_tokens: 9 }, { maxTokens: 9 }],
    ['several stop strings', '/chat/completions', { messages: hello, stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
    ['one sample of 512 tokens where it does not say', '/v1/chat/completions', { messages: hello, n: null }, { n: 1, temperature: 1, topP: 1, maxTokens: 512, stop: [] }],
    ['content in parts', '/v1/chat/completions', { messages: [{ role: 'developer', content: 'be' }, { role: 'user', content: [{ type: 'text', text: 'a' }, { type: 'text', text: 'b' }] }] }, { prompt: '<system>be<user>ab<reply>' }],
    ['the beginning of the reply', '/v1/chat/completions', { messages: [...hello, { role: 'assistant', content: 'def ' }] }, { prompt: '<user>hello<reply>def ' }],
    ['a schema', '/v1/chat/completions', { messages: hello, response_format: { type: 'json_schema', json_schema: { name: 'n', schema: { type: 'object' } } } }, { schema: { type: 'object' } }],
    ['any object', '/v1/chat/completions', { messages: hello, response_format: { type: 'json_object' } }, { schema: { type: 'object', additionalProperties: true } }],
    ['no schema for text', '/v1/chat/completions', { messages: hello, response_format: { type: 'text' } }, {}],
    ['a text to continue, in which the template\'s marks are plain text', '/v1/completions', { prompt: 'def f', stop: ['\n'] }, { prompt: 'def f', special: false, stop: ['\n'] }],
    ['a text to continue, as a list of one', '/completions', { prompt: ['def f'] }, { prompt: 'def f' }],
  ])('%s', async (_title, path, body, generate) => {
    const response = await post(path, body);
    expect(response.status).toBe(200);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject(generate);
    if (!('schema' in generate)) expect(asked[0]).not.toHaveProperty('schema');
    expect(opened).toEqual([`/models/tiny ${serial}.gguf`]);
  });

  it('another seed each time where it gives none', async () => {
    await post('/v1/completions', { prompt: 'a' });
    await post('/v1/completions', { prompt: 'a' });
    expect(asked[0]!.seed).not.toBe(asked[1]!.seed);
  });
});

describe('the answer', () => {
  it('to a chat holds every sample, the prefill in each, and counts the prompt once', async () => {
    const answer = await (await post('/v1/chat/completions', { messages: [...hello, { role: 'assistant', content: 'A ' }], n: 2 })).json();
    expect(answer).toMatchObject({
      object: 'chat.completion',
      model: 'tiny',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'A reply 0' }, finish_reason: 'stop' },
        { index: 1, message: { role: 'assistant', content: 'A reply 1' }, finish_reason: 'length' },
      ],
      usage: { prompt_tokens: 20, completion_tokens: 6, total_tokens: 26, prompt_tokens_details: { cached_tokens: 16 } },
    });
  });

  it('to a text holds the continuations', async () => {
    const answer = await (await post('/v1/completions', { prompt: 'x', n: 2 })).json();
    expect(answer).toMatchObject({ object: 'text_completion', choices: [{ index: 0, text: 'reply 0', finish_reason: 'stop' }, { index: 1, text: 'reply 1', finish_reason: 'length' }] });
  });

  it('streamed, comes in pieces with the number of their choice, the end of each, figures and the last line', async () => {
    const response = await post('/v1/chat/completions', { messages: [...hello, { role: 'assistant', content: 'A ' }], n: 2, stream: true, stream_options: { include_usage: true } });
    expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const pieces = await lines(response);
    const choices = pieces.flatMap((piece) => (piece as { choices?: unknown[] }).choices ?? []);
    expect(choices).toEqual([
      { index: 0, delta: { content: 'A ' }, finish_reason: null },
      { index: 1, delta: { content: 'A ' }, finish_reason: null },
      { index: 0, delta: { content: 're' }, finish_reason: null },
      { index: 0, delta: { content: 'ply 0' }, finish_reason: null },
      { index: 0, delta: {}, finish_reason: 'stop' },
      { index: 1, delta: { content: 're' }, finish_reason: null },
      { index: 1, delta: { content: 'ply 1' }, finish_reason: null },
      { index: 1, delta: {}, finish_reason: 'length' },
    ]);
    expect(pieces.at(-2)).toMatchObject({ object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 20, completion_tokens: 6 } });
    expect(pieces.at(-1)).toBe('done');
  });

  it('streamed without a wish for figures has none', async () => {
    const pieces = await lines(await post('/v1/completions', { prompt: 'x', stream: true }));
    expect(pieces.filter((piece) => typeof piece === 'object' && 'usage' in piece!)).toEqual([]);
    expect(pieces[0]).toMatchObject({ object: 'text_completion', choices: [{ index: 0, text: 're', finish_reason: null }] });
  });

  it.each([
    ['/v1/models', { object: 'list', data: [{ id: 'tiny', meta: { n_ctx_train: 8192, n_params: 135_000_000 } }] }],
    ['/props', { model_alias: 'tiny', default_generation_settings: { n_ctx: 8192 }, chat_template_caps: { supports_tools: false } }],
  ])('to GET %s says what the model is', async (path, answer) => {
    expect(await (await call(`${base()}${path}`)).json()).toMatchObject(answer);
  });
});

describe('what is refused', () => {
  it.each<[title: string, path: string, body: unknown, status: number, code: string, message: RegExp]>([
    ['no messages', '/v1/chat/completions', { messages: [] }, 400, 'invalid_request', /^messages: /],
    ['an unknown role', '/v1/chat/completions', { messages: [{ role: 'robot', content: '' }] }, 400, 'invalid_request', /^messages\.0\.role: /],
    ['zero samples', '/v1/completions', { prompt: 'a', n: 0 }, 400, 'invalid_request', /^n: /],
    ['tools, instead of leaving them out in silence', '/v1/chat/completions', { messages: hello, tools: [{}] }, 400, 'unsupported', /response_format/],
    ['a beginning of the reply without a question', '/v1/chat/completions', { messages: [{ role: 'assistant', content: 'a' }] }, 400, 'invalid_request', /no question/],
    ['a beginning of the reply together with a schema', '/v1/chat/completions', { messages: [...hello, { role: 'assistant', content: 'a' }], response_format: { type: 'json_object' } }, 400, 'unsupported', /schema/],
    ['an unknown endpoint', '/v1/embeddings', { input: 'a' }, 404, 'not_found', /embeddings/],
    ['a question to the list of models', '/v1/models', {}, 405, 'method_not_allowed', /GET/],
  ])('%s', async (_title, path, body, status, code, message) => {
    const response = await post(path, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code, type: 'invalid_request_error', message: expect.stringMatching(message) } });
    expect(asked).toEqual([]);
  });

  it('messages to a base model, by a code of its own', async () => {
    chat = false;
    const response = await post('/v1/chat/completions', { messages: hello });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'no_chat_template', message: expect.stringContaining('/completions') } });
  });

  it('a body that is no JSON', async () => {
    const response = await call(`${base()}/v1/completions`, { method: 'POST', body: '{' });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { message: 'The body is not JSON.' } }]);
  });

  it.each([
    ['a damaged file', '/models/damaged.gguf', 400, 'model_file_invalid', 'is cut off'],
    ['a library that cannot be had', '/models/absent.gguf', 424, 'no_model', 'no library'],
  ])('%s, with the same words', async (_title, path, status, code, said) => {
    const response = await call(`${localBaseUrl(path)}/v1/models`);
    expect([response.status, await response.json()]).toMatchObject([status, { error: { code, message: expect.stringContaining(said) } }]);
  });

  it.each([false, true])('a request that does not fit, with a status also where the answer was to be streamed (%s)', async (stream) => {
    reply = async () => Promise.reject(new UntilgreenError('model_refused', 'It is too long.', { promptTokens: 9000 }));
    const response = await post('/v1/completions', { prompt: 'x', stream });
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: 'model_refused', message: 'It is too long.', promptTokens: 9000 } }]);
  });
});

/** An engine that gets nowhere and minds the signal. */
const hang = (request: GenerateRequest): Promise<void> =>
  new Promise((_resolve, reject) => {
    request.onText?.('he', 0);
    request.signal!.addEventListener('abort', () => reject(request.signal!.reason as Error));
  });

describe('a request that is given up', () => {
  it('rejects as fetch does, before and while it works', async () => {
    reply = hang;
    await expect(post('/v1/completions', { prompt: 'x' }, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    const stop = new AbortController();
    const answer = post('/v1/completions', { prompt: 'x' }, stop.signal);
    setTimeout(() => stop.abort(), 5);
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('breaks the stream', async () => {
    reply = hang;
    const stop = new AbortController();
    const response = await post('/v1/completions', { prompt: 'x', stream: true }, stop.signal);
    stop.abort();
    await expect(response.text()).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('ends the work also when only the stream is put away', async () => {
    let ended!: (reason: unknown) => void;
    const end = new Promise((resolve) => (ended = resolve));
    reply = (request) => {
      request.signal!.addEventListener('abort', () => ended(request.signal!.reason));
      return hang(request);
    };
    const response = await post('/v1/completions', { prompt: 'x', stream: true });
    await response.body!.cancel('enough');
    expect(await end).toBe('enough');
  });

  it('goes at once also while the model is loaded', async () => {
    const loading = localFetch(enginePool({}, () => new Promise(() => {})));
    const stop = new AbortController();
    const answer = loading(`${base()}/v1/completions`, { method: 'POST', body: '{"prompt": "x", "stream": true}', signal: stop.signal });
    setTimeout(() => stop.abort(), 5);
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});
