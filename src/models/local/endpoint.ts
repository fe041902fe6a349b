import { randomUUID } from 'node:crypto';
import { UntilgreenError } from '../../core/errors.ts';
import type { LocalEngine } from './engine.ts';
import { EventStream } from './event-stream.ts';
import { enginePool, type EnginePool } from './pool.ts';
import { answerPiece, ProtocolError, readChat, readText, usagePiece, wholeAnswer, type Asked, type Head } from './protocol.ts';

let shared: EnginePool | undefined;

/** The base URL under which `localFetch` answers for a file: `gguf:///absolute/path.gguf`. */
export function localBaseUrl(path: string): string {
  return `gguf://${path.split('/').map(encodeURIComponent).join('/')}`;
}

/**
 * `fetch` for models in this process: the OpenAI protocol without a port. What speaks to a server (provider packages, recordings, the
 * sampler) speaks to a file in the same words.
 *
 * Base URLs are `gguf:///absolute/path/model.gguf`, with or without `/v1`. Answers `GET /models` and `/props`, `POST /chat/completions` and
 * `/completions`, streamed and whole, with `n`, `seed`, `stop`, `max_tokens`, `temperature`, `top_p` and `response_format`. An assistant
 * message at the end is the reply's beginning, and is part of the reply as in llama.cpp. Errors are HTTP statuses with OpenAI's bodies;
 * only an abort rejects.
 *
 * @param pool the loaded models; default one for the process
 *
 * @example
 * const reply = await localFetch()('gguf:///models/smollm2.gguf/v1/completions', { method: 'POST', body: JSON.stringify({ prompt: 'Once', n: 4 }) });
 */
export function localFetch(pool: EnginePool = (shared ??= enginePool())): typeof fetch {
  return async (input, init) => {
    const request = new URL(input instanceof Request ? input.url : String(input));
    const signal = init?.signal ?? (input instanceof Request ? input.signal : undefined) ?? undefined;
    signal?.throwIfAborted();
    try {
      const { path, endpoint } = readAddress(request);
      const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
      if (endpoint === 'models' || endpoint === 'props') {
        if (method !== 'GET') throw new ProtocolError(405, `/${endpoint} takes GET.`, 'method_not_allowed');
        return await pool.use(path, async (engine) => json(200, endpoint === 'models' ? models(engine) : props(engine)));
      }
      if (method !== 'POST') throw new ProtocolError(405, `/${endpoint} takes POST.`, 'method_not_allowed');
      const body = await readBody(input, init);
      return await answer(pool, path, endpoint, body, signal);
    } catch (error) {
      signal?.throwIfAborted();
      return refusal(error);
    }
  };
}

const ENDPOINT = /^(.*?)(?:\/v1)?\/(chat\/completions|completions|models|props)\/?$/;

function readAddress(url: URL): { path: string; endpoint: string } {
  if (url.protocol !== 'gguf:') throw new ProtocolError(400, `${url.protocol} is not the address of a model file.`, 'invalid_request');
  const match = ENDPOINT.exec(url.pathname);
  if (!match) throw new ProtocolError(404, `There is nothing at ${url.pathname.slice(-60)}.`, 'not_found');
  return { path: decodeURIComponent(match[1]!), endpoint: match[2]! };
}

async function readBody(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<unknown> {
  const text = typeof init?.body === 'string' ? init.body : await new Response(init?.body ?? (input instanceof Request ? input.body : null)).text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new ProtocolError(400, 'The body is not JSON.', 'invalid_request');
  }
}

async function answer(pool: EnginePool, path: string, endpoint: string, body: unknown, signal: AbortSignal | undefined): Promise<Response> {
  const stop = new AbortController();
  const ended = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const work = async (engine: LocalEngine, events: EventStream | undefined): Promise<Response | undefined> => {
    const asked = endpoint === 'completions' ? readText(body) : readChat(body, engine);
    const head = { id: `${endpoint === 'completions' ? 'cmpl' : 'chatcmpl'}-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: engine.info.name };
    if (!events) return json(200, wholeAnswer(head, asked, await engine.generate({ ...asked.generate, signal: ended })));
    await streamed(engine, asked, head, ended, events);
    return undefined;
  };
  return await new Promise<Response>((resolve, reject) => {
    const events = wantsStream(body) ? new EventStream(resolve, (reason) => stop.abort(reason)) : undefined;
    const fail = (error: unknown): void => {
      if (events?.begun && !ended.aborted) return events.refuse(refusalBody(error));
      events?.cut(error);
      reject(error as Error);
    };
    // Whoever gives up goes at once; a model that is being loaded for it stays for the next request.
    ended.addEventListener('abort', () => fail(ended.reason), { once: true });
    pool.use(path, (engine) => work(engine, events)).then((response) => response && resolve(response), fail);
  });
}

const wantsStream = (body: unknown): boolean => (body as { stream?: unknown } | null)?.stream === true;

async function streamed(engine: LocalEngine, asked: Asked, head: Head, signal: AbortSignal, events: EventStream): Promise<void> {
  let open = false;
  const send = (index: number, text: string | undefined, finish: 'stop' | 'length' | null): void => {
    if (!open && asked.prefill !== '') for (let each = 0; each < asked.generate.n; each += 1) events.send(answerPiece(head, asked, each, asked.prefill, null));
    open = true;
    events.send(answerPiece(head, asked, index, text, finish));
  };
  const result = await engine.generate({
    ...asked.generate,
    signal,
    onText: (piece, index) => send(index, piece, null),
    onEnd: ({ finish }, index) => send(index, undefined, finish),
  });
  if (asked.usage) events.send(usagePiece(head, asked, result));
  events.done();
}

function models(engine: LocalEngine): unknown {
  const { name, trainedContext, billions } = engine.info;
  return { object: 'list', data: [{ id: name, object: 'model', owned_by: 'local', meta: { n_ctx_train: trainedContext, ...(billions === undefined ? {} : { n_params: Math.round(billions * 1e9) }) } }] };
}

/** As llama.cpp's server tells it, as far as it applies. */
function props(engine: LocalEngine): unknown {
  const { name, path, trainedContext, chat } = engine.info;
  return { model_alias: name, model_path: path, default_generation_settings: { n_ctx: trainedContext }, chat_template: chat, chat_template_caps: { supports_tools: false, supports_tool_calls: false } };
}

const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

/** All refusals are 4xx: nothing here becomes better by asking again. */
function refusal(error: unknown): Response {
  if (error instanceof ProtocolError) return json(error.status, refusalBody(error));
  if (error instanceof UntilgreenError) return json(error.code === 'no_model' ? 424 : 400, refusalBody(error));
  throw error;
}

function refusalBody(error: unknown): unknown {
  const about = error instanceof ProtocolError ? { code: error.code, ...(error.param ? { param: error.param } : {}) } : error instanceof UntilgreenError ? { code: error.code, ...error.data } : {};
  return { error: { message: (error as Error).message, type: 'invalid_request_error', ...about } };
}
