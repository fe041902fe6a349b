/**
 * One HTTP exchange as the client sees it: the status and headers the provider packages do not always hand on, and the two
 * time-outs (first byte, silence between pieces) that only the transport can see.
 */

/** The server said nothing for the allowed time. */
export class Silence extends Error {
  override readonly name = 'Silence';
  constructor(readonly after: 'request' | 'piece', readonly timeoutMs: number) {
    super(after === 'request' ? `no answer in ${timeoutMs / 1000} s` : `the stream stopped for ${timeoutMs / 1000} s`);
  }
}

export interface Wire {
  fetch: typeof fetch;
  /** Undefined until the server has answered. */
  status: number | undefined;
  headers: Headers | undefined;
  /** The body of a reply that is no success, for the error's text. */
  errorBody: string | undefined;
  /** Why the exchange broke, when it did. */
  failure: unknown;
  /** The server said that the stream is complete (`[DONE]`). */
  done: boolean;
}

/**
 * @param call       what sends the request
 * @param timeoutMs  milliseconds until the first byte, and between two pieces
 */
export function openWire(call: typeof fetch, timeoutMs: number, signal?: AbortSignal): Wire {
  const wire: Wire = { fetch: send, status: undefined, headers: undefined, errorBody: undefined, failure: undefined, done: false };

  async function send(input: Parameters<typeof fetch>[0], init?: RequestInit): Promise<Response> {
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const wait = (after: Silence['after']): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        wire.failure = new Silence(after, timeoutMs);
        stop.abort(wire.failure);
      }, timeoutMs);
    };
    const signals = [stop.signal, ...(signal ? [signal] : []), ...(init?.signal ? [init.signal] : [])];
    wait('request');
    try {
      const response = await call(input, { ...init, signal: AbortSignal.any(signals) });
      wire.status = response.status;
      wire.headers = response.headers;
      if (!response.ok || !response.body) {
        wire.errorBody = await response.text();
        clearTimeout(timer);
        return new Response(wire.errorBody, { status: response.status, headers: response.headers });
      }
      const type = response.headers.get('content-type') ?? '';
      if (type.includes('application/json') && streamed(init?.body)) {
        const text = await response.text();
        clearTimeout(timer);
        wire.done = true;
        return new Response(asStream(text), { status: response.status, headers: { 'content-type': 'text/event-stream' } });
      }
      return new Response(watched(response.body), { status: response.status, headers: response.headers });
    } catch (error) {
      clearTimeout(timer);
      wire.failure ??= error;
      throw wire.failure;
    }

    function watched(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
      const reader = body.getReader();
      const decoder = new TextDecoder();
      let tail = '';
      return new ReadableStream<Uint8Array>({
        async pull(controller) {
          wait('piece');
          try {
            const { done, value } = await reader.read();
            clearTimeout(timer);
            if (done) return controller.close();
            tail = (tail + decoder.decode(value, { stream: true })).slice(-32);
            if (tail.includes('[DONE]')) wire.done = true;
            controller.enqueue(value);
          } catch (error) {
            clearTimeout(timer);
            wire.failure ??= error;
            controller.error(wire.failure);
          }
        },
        async cancel(reason) {
          clearTimeout(timer);
          await reader.cancel(reason);
        },
      });
    }
  }
  return wire;
}

const streamed = (body: unknown): boolean => typeof body === 'string' && /"stream"\s*:\s*true/.test(body);

/** A whole chat completion as the stream it would have been: some servers and proxies ignore `stream: true`. */
function asStream(text: string): string {
  let reply: { choices?: { message?: unknown; delta?: unknown }[] };
  try {
    reply = JSON.parse(text) as typeof reply;
  } catch {
    return `data: ${text.replaceAll('\n', ' ')}\n\n`; // the provider package reports what is wrong with it
  }
  const choices = Array.isArray(reply.choices) ? reply.choices.map(({ message, ...choice }) => ({ ...choice, delta: numbered(message) })) : reply.choices;
  return `data: ${JSON.stringify({ ...reply, choices })}\n\ndata: [DONE]\n\n`;
}

/** Streamed tool calls carry an index that whole ones lack. */
function numbered(message: unknown): unknown {
  const calls = (message as { tool_calls?: unknown } | null)?.tool_calls;
  return Array.isArray(calls) ? { ...(message as object), tool_calls: calls.map((call: object, index) => ({ index, ...call })) } : message;
}
