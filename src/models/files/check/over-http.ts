import { UntilgreenError } from '../../../core/errors.ts';
import { classify } from '../../failure.ts';
import { httpFetch } from '../../http-fetch.ts';
import { readChoices } from '../../sampling/choices.ts';
import type { Target } from '../../target.ts';
import { openWire } from '../../wire.ts';
import { QUESTION, type Checked } from './types.ts';

export interface Endpoint {
  baseUrl: string;
  model: string;
  apiKey?: string;
  /** Where it was found, for messages. */
  via: string;
}

/** Milliseconds without a word: a server may load the model for the first question. */
const SILENCE_MS = 300_000;

/**
 * Asks the model of a server one question, as chat; as text to continue where it turns out to have no chat template.
 *
 * Errors: `model_unreachable`, `model_auth`, `model_refused` with what the server said, `cancelled`.
 *
 * @param form  known beforehand; default: found out
 */
export async function checkOverHttp(endpoint: Endpoint, options: { form?: Checked['form']; signal?: AbortSignal } = {}): Promise<Checked> {
  const form = options.form ?? 'chat';
  const target: Target = {
    role: 'coder', provider: 'openai-compatible', model: endpoint.model, baseUrl: endpoint.baseUrl, apiKey: endpoint.apiKey, temperature: 0, maxOutputTokens: QUESTION.maxTokens, price: undefined, via: endpoint.via,
  };
  const asked = form === 'chat' ? { messages: [{ role: 'system', content: QUESTION.system }, { role: 'user', content: QUESTION.user }] } : { prompt: QUESTION.start };
  const body = JSON.stringify({ model: endpoint.model, ...asked, temperature: 0, max_tokens: QUESTION.maxTokens, stream: true, stream_options: { include_usage: true } });
  const clock = firstByte(httpFetch);
  const wire = openWire(clock.fetch, SILENCE_MS, options.signal);
  const started = performance.now();
  try {
    const headers = { 'content-type': 'application/json', ...(endpoint.apiKey ? { authorization: `Bearer ${endpoint.apiKey}` } : {}) };
    const reply = await readChoices(wire, `${endpoint.baseUrl}${form === 'chat' ? '/chat/completions' : '/completions'}`, { method: 'POST', headers, body });
    const ended = performance.now();
    const first = clock.at() ?? ended;
    const text = reply.choices[0]?.text ?? '';
    return {
      form, text, loadSeconds: undefined, promptTokens: reply.inputTokens, promptSeconds: (first - started) / 1000,
      replyTokens: reply.outputTokens, replySeconds: (ended - first) / 1000, peakBytes: undefined,
    };
  } catch (error) {
    if (options.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.', {}, undefined, { cause: error });
    const noChat = /chat[ _-]?template/i.test(wire.errorBody ?? '') || wire.status === 404 || wire.status === 405 || wire.status === 501;
    if (form === 'chat' && options.form === undefined && noChat) {
      return await checkOverHttp(endpoint, { ...options, form: 'completion' }).catch((second: unknown) => Promise.reject(wire.status === 404 ? classify(error, wire, target, { withSchema: false, answered: false }).error : second));
    }
    throw classify(error, wire, target, { withSchema: false, answered: false }).error;
  }
}

/** `fetch` that notes when the first piece of the answer came: what came before it was the reading of the prompt. */
function firstByte(call: typeof fetch): { fetch: typeof fetch; at: () => number | undefined } {
  let at: number | undefined;
  const noted: typeof fetch = async (input, init) => {
    const response = await call(input, init);
    if (!response.ok || !response.body) return response;
    const note = new TransformStream<Uint8Array, Uint8Array>({
      transform(piece, controller) {
        at ??= performance.now();
        controller.enqueue(piece);
      },
    });
    return new Response(response.body.pipeThrough(note), { status: response.status, headers: response.headers });
  };
  return { fetch: noted, at: () => at };
}
