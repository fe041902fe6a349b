import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pathToFileURL } from 'node:url';
import type { LoadedConfig, ModelSettings } from '../../src/config/schema.ts';
import { settingsSchema } from '../../src/config/schema.ts';

/**
 * A scripted OpenAI-compatible model server on the loopback, streaming and not, for tests of everything that talks to a model.
 *
 * As a process: `node --import tsx test/support/model-server.ts SCRIPT.json` prints its URL as the first line. SCRIPT.json is a list of
 * replies, or `{replies, repeat, models, requireKey, countFile, port}`. `countFile` holds the number of chat requests so far.
 */
export type Reply =
  /** The connection stays open and silent. */
  | 'hang'
  /** The connection is cut before an answer. */
  | 'reset'
  /** A stream that is no JSON. */
  | 'malformed'
  | {
      /** The reply's text. */
      content?: string;
      /** Texts for the choices of a request with `n`; where they are fewer, they repeat. */
      contents?: string[];
      /** The reply's text, given as a value. */
      json?: unknown;
      /** Sent as `reasoning_content` before the text. */
      reasoning?: string;
      tool_calls?: { name: string; arguments: unknown }[];
      /** An HTTP status that is no success, with `error` as its message (default: the status) or `body` as it is. */
      status?: number;
      error?: string;
      body?: string;
      headers?: Record<string, string>;
      /** Characters in one piece of the stream; default 20. */
      piece?: number;
      /** Milliseconds before each piece; default 0. */
      delay_ms?: number;
      /** After this many pieces the connection is cut (`reset`), ended without a finish (`end`), goes silent (`hang`) or sends rubbish (`malformed`). */
      break_after?: number;
      break_with?: 'reset' | 'end' | 'hang' | 'malformed';
      /** Default `stop`. */
      finish_reason?: string;
      usage?: { prompt_tokens: number; completion_tokens: number; cached_tokens?: number };
      /** The request must contain this text, or it is answered with HTTP 418: keeps a script in step with what asks. */
      expect?: string;
    };

export interface ServerRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed JSON; undefined without a body. */
  body: any;
}

export interface ModelServerOptions {
  replies: (Reply | ((request: ServerRequest, n: number) => Reply))[];
  /** The last reply answers every further request; without it they get HTTP 500. */
  repeat?: boolean;
  /** Ids of `GET /v1/models`; default `['test-model']`. */
  models?: string[];
  /** Bearer key without which everything is HTTP 401. */
  requireKey?: string;
  /**
   * What the server does with `n`: `one` ignores it, `refused` is HTTP 400. Default: as many choices as asked for, mixed in the stream.
   */
  choices?: 'one' | 'refused';
  /** `each`: as llama.cpp, which counts the tokens of each choice by itself. Default: all at the end. */
  counts?: 'each';
  /** Answer of `GET /props`, as llama.cpp has it. */
  props?: Record<string, unknown>;
  /** Answer of `GET /version`, as vLLM has it. */
  version?: string;
  /** Chat is HTTP 400: the model has no chat template. */
  base?: boolean;
  /** `json_schema` is refused with HTTP 400, as by servers without structured output. */
  refuseSchema?: boolean;
  /** File that holds the number of chat requests. */
  countFile?: string;
  /** Default: a free one. */
  port?: number;
}

export interface ModelServer {
  /** `http://127.0.0.1:PORT/v1` */
  url: string;
  port: number;
  /** Chat requests in order. */
  requests: ServerRequest[];
  /** All requests, `GET /v1/models` included. */
  all: ServerRequest[];
  close(): Promise<void>;
}

/**
 * @example
 * const server = await startModelServer({ replies: [{ status: 429, headers: { 'retry-after': '0' } }, { json: { answer: 42 } }] });
 * const config = …; // with env { VLLM_URL: server.url }
 * await server.close();
 */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const requests: ServerRequest[] = [];
  const all: ServerRequest[] = [];
  const server = createServer((incoming, response) => {
    void handle(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece as Buffer);
    const text = Buffer.concat(pieces).toString();
    const path = new URL(incoming.url ?? '/', 'http://localhost').pathname;
    const request: ServerRequest = { method: incoming.method ?? 'GET', path, headers: incoming.headers, body: text ? JSON.parse(text) : undefined };
    all.push(request);
    const fail = (status: number, message: string, headers: Record<string, string> = {}): void => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify({ error: { message, type: 'error', code: status } }));
    };
    if (options.requireKey !== undefined && incoming.headers.authorization !== `Bearer ${options.requireKey}`) return fail(401, 'Invalid API key.');
    if (path === '/v1/models') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: (options.models ?? ['test-model']).map((id) => ({ id, object: 'model' })) }));
      return;
    }
    const told = path === '/props' ? options.props : path === '/version' && options.version !== undefined ? { version: options.version } : undefined;
    if (told) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(told));
      return;
    }
    if (path !== '/v1/chat/completions' && path !== '/v1/completions') return fail(404, `no ${path} here`);
    if (options.base && path === '/v1/chat/completions') {
      requests.push(request);
      return fail(400, 'This model has no chat template, and none was given with --chat-template.');
    }
    if (options.choices === 'refused' && (request.body?.n ?? 1) > 1) {
      requests.push(request);
      return fail(400, "Field 'n': only 1 is supported");
    }
    if (options.refuseSchema && request.body?.response_format?.type === 'json_schema') {
      requests.push(request);
      return fail(400, "response_format type 'json_schema' is not supported");
    }
    const n = replied;
    replied += 1;
    requests.push(request);
    if (options.countFile) writeFileSync(options.countFile, String(requests.length));
    const scripted = options.replies[n] ?? (options.repeat ? options.replies.at(-1) : undefined);
    if (scripted === undefined) return fail(500, `the script has no reply ${n + 1}`);
    await answer(typeof scripted === 'function' ? scripted(request, n) : scripted, request, n, response, fail, options);
  }
  let replied = 0;

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    port,
    requests,
    all,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A configuration as the loader gives it, from an environment and settings of `models`. */
export function modelConfig(
  env: Record<string, string | undefined>,
  models: { [role: string]: ModelSettings | number | undefined } = {},
): LoadedConfig {
  return { settings: settingsSchema.parse({ models }), origins: {}, files: [], env };
}

type Fail = (status: number, message: string, headers?: Record<string, string>) => void;

async function answer(reply: Reply, request: ServerRequest, n: number, response: ServerResponse, fail: Fail, options: ModelServerOptions): Promise<void> {
  if (reply === 'hang') return;
  if (reply === 'reset') return void response.socket?.resetAndDestroy();
  if (reply === 'malformed') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end('data: {"choices": [{"delta": {"content": "half\n\ndata: <html>\n\n');
    return;
  }
  if (reply.expect !== undefined && !JSON.stringify(request.body.messages).includes(JSON.stringify(reply.expect).slice(1, -1))) {
    return fail(418, `request ${n + 1} does not contain ${JSON.stringify(reply.expect)}`);
  }
  if (reply.status !== undefined && reply.status !== 200) {
    if (reply.body === undefined) return fail(reply.status, reply.error ?? `HTTP ${reply.status}`, reply.headers);
    response.writeHead(reply.status, { 'content-type': 'text/html', ...reply.headers });
    response.end(reply.body);
    return;
  }
  const content = reply.json !== undefined ? JSON.stringify(reply.json) : (reply.content ?? '');
  const several = options.choices === 'one' ? 1 : ((request.body.n as number | undefined) ?? 1);
  if (several > 1 || reply.contents || request.path === '/v1/completions') {
    const texts = reply.contents ?? [content];
    return answerChoices(Array.from({ length: several }, (_, index) => texts[index % texts.length]!), reply, request, n, response, options.counts);
  }
  const calls = reply.tool_calls?.map((call, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name: call.name, arguments: typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments) },
  }));
  const finish_reason = reply.finish_reason ?? (calls ? 'tool_calls' : 'stop');
  const counted = reply.usage ?? { prompt_tokens: Math.ceil(JSON.stringify(request.body.messages).length / 4), completion_tokens: Math.ceil(content.length / 4) };
  const usage = {
    prompt_tokens: counted.prompt_tokens,
    completion_tokens: counted.completion_tokens,
    total_tokens: counted.prompt_tokens + counted.completion_tokens,
    ...(counted.cached_tokens !== undefined ? { prompt_tokens_details: { cached_tokens: counted.cached_tokens } } : {}),
  };
  const common = { id: `chatcmpl-${n}`, created: 0, model: request.body.model };
  if (!request.body.stream) {
    response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
    const message = { role: 'assistant', content, ...(reply.reasoning ? { reasoning_content: reply.reasoning } : {}), ...(calls ? { tool_calls: calls } : {}) };
    response.end(JSON.stringify({ ...common, object: 'chat.completion', choices: [{ index: 0, message, finish_reason }], usage }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  const chunk = (delta: object, finish: string | null = null): string =>
    `data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`;
  const size = reply.piece ?? 20;
  const deltas: object[] = [
    { role: 'assistant', content: '' },
    ...(reply.reasoning ? [{ reasoning_content: reply.reasoning }] : []),
    ...Array.from({ length: Math.ceil(content.length / size) }, (_, i) => ({ content: content.slice(i * size, (i + 1) * size) })),
    ...(calls ? [{ tool_calls: calls }] : []),
  ];
  for (const [index, delta] of deltas.entries()) {
    if (reply.break_after !== undefined && index >= reply.break_after) {
      const how = reply.break_with ?? 'reset';
      if (how === 'reset') response.socket?.resetAndDestroy();
      else if (how === 'end') response.end();
      else if (how === 'malformed') response.end('data: {"choices": [{]}\n\n');
      return;
    }
    if (reply.delay_ms) await new Promise((resolve) => setTimeout(resolve, reply.delay_ms));
    if (response.destroyed) return;
    response.write(chunk(delta));
  }
  response.write(chunk({}, finish_reason));
  response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', choices: [], usage })}\n\n`);
  response.end('data: [DONE]\n\n');
}

/** Characters of a token, for counts that are equal from run to run. */
const TOKEN = 4;
const tokensOf = (text: string): number => Math.ceil(text.length / TOKEN);

/** Several choices, or plain completion: pieces of all choices in turn, as servers with parallel sequences send them. */
async function answerChoices(texts: string[], reply: Exclude<Reply, string>, request: ServerRequest, n: number, response: ServerResponse, counts: 'each' | undefined): Promise<void> {
  const chat = request.path === '/v1/chat/completions';
  const prompt_tokens = reply.usage?.prompt_tokens ?? tokensOf(JSON.stringify(request.body.messages ?? request.body.prompt));
  const usageOf = (some: string[]): object => ({
    prompt_tokens,
    completion_tokens: reply.usage?.completion_tokens ?? some.reduce((sum, text) => sum + tokensOf(text), 0),
    ...(reply.usage?.cached_tokens === undefined ? {} : { prompt_tokens_details: { cached_tokens: reply.usage.cached_tokens } }),
  });
  const finish_reason = reply.finish_reason ?? 'stop';
  const common = { id: `cmpl-${n}`, created: 0, model: request.body.model };
  if (!request.body.stream) {
    response.writeHead(200, { 'content-type': 'application/json', ...reply.headers });
    const choices = texts.map((text, index) => ({ index, ...(chat ? { message: { role: 'assistant', content: text } } : { text }), finish_reason }));
    response.end(JSON.stringify({ ...common, object: chat ? 'chat.completion' : 'text_completion', choices, usage: usageOf(texts) }));
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream', ...reply.headers });
  const send = (data: object): void => void response.write(`data: ${JSON.stringify({ ...common, ...data })}\n\n`);
  const part = (index: number, text: string, finish: string | null): object => ({ choices: [{ index, ...(chat ? { delta: text === '' ? {} : { content: text } } : { text }), finish_reason: finish }] });
  const size = reply.piece ?? TOKEN;
  const longest = Math.max(...texts.map((text) => Math.ceil(text.length / size)));
  for (let at = 0; at < longest; at += 1) {
    if (reply.break_after !== undefined && at >= reply.break_after) {
      if (reply.break_with === 'end') response.end();
      else if (reply.break_with !== 'hang') response.socket?.resetAndDestroy();
      return;
    }
    if (reply.delay_ms) await new Promise((resolve) => setTimeout(resolve, reply.delay_ms));
    for (const [index, text] of texts.entries()) {
      const piece = text.slice(at * size, (at + 1) * size);
      if (piece !== '') send(part(index, piece, null));
    }
  }
  for (const [index, text] of texts.entries()) {
    send(part(index, '', finish_reason));
    if (counts === 'each') send({ choices: [], usage: usageOf([text]) });
  }
  if (counts !== 'each') send({ choices: [], usage: usageOf(texts) });
  response.end('data: [DONE]\n\n');
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const script = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Reply[] | ModelServerOptions;
  const server = await startModelServer(Array.isArray(script) ? { replies: script } : script);
  console.log(server.url);
}
