import { randomUUID } from 'node:crypto';
import { UntilgreenError } from '../../core/errors.ts';
import type { GenerateResult, LocalEngine } from './engine.ts';
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
  const read = (engine: LocalEngine): { asked: Asked; head: Head } => ({
    asked: endpoint === 'completions' ? readText(body) : readChat(body, engine),
    head: { id: `${endpoint === 'completions' ? 'cmpl' : 'chatcmpl'}-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: engine.info.name },
  });
  const stop = new AbortController();
  const ended = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  return await new Promise<Response>((resolve, reject) => {
    // The promise of the work is not waited for: a stream is answered before its work is done.
    pool
      .use(path, async (engine) => {
        const { asked, head } = read(engine);
        if (!asked.stream) return resolve(json(200, wholeAnswer(head, asked, await engine.generate({ ...asked.generate, signal: ended }))));
        await streamed(engine, asked, head, ended, stop, resolve);
      })
      .catch(reject);
  });
}

/** Answers with the first piece, so that what is refused before it has its own status. */
async function streamed(engine: LocalEngine, asked: Asked, head: Head, signal: AbortSignal, stop: AbortController, answered: (response: Response) => void): Promise<void> {
  const encoder = new TextEncoder();
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start: (c) => void (controller = c),
    cancel: (reason) => stop.abort(reason),
  });
  const send = (value: unknown): void => controller.enqueue(encoder.encode(`data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`));
  let open = false;
  const begin = (): void => {
    if (open) return;
    open = true;
    answered(new Response(stream, { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8' } }));
    if (asked.prefill !== '') for (let index = 0; index < asked.generate.n; index += 1) send(answerPiece(head, asked, index, asked.prefill, null));
  };
  let result: GenerateResult;
  try {
    result = await engine.generate({
      ...asked.generate,
      signal,
      onText(piece, index) {
        begin();
        send(answerPiece(head, asked, index, piece, null));
      },
    });
  } catch (error) {
    if (!open) throw error;
    // As a broken connection: half a reply is no reply.
    if (!stop.signal.aborted) controller.error(error);
    return;
  }
  begin();
  for (const [index, { finish }] of result.samples.entries()) send(answerPiece(head, asked, index, undefined, finish));
  if (asked.usage) send(usagePiece(head, asked, result));
  send('[DONE]');
  controller.close();
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
  if (error instanceof ProtocolError) {
    return json(error.status, { error: { message: error.message, type: 'invalid_request_error', code: error.code, ...(error.param ? { param: error.param } : {}) } });
  }
  if (error instanceof UntilgreenError) {
    return json(error.code === 'no_model' ? 424 : 400, { error: { message: error.message, type: 'invalid_request_error', code: error.code, ...error.data } });
  }
  throw error;
}
