import { Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';

/**
 * One connection a request: llama.cpp closes a kept one without a word after a stream, which the next request took for a failure and
 * waited. A local server is reached at no cost, and services behind TLS say how long they keep theirs.
 */
const UNKEPT = new Agent({ keepAlive: false });

/**
 * `fetch` for model servers. Node's own gives up 300 seconds after the request whatever the time-out is set to, which a local model can
 * need for a long prompt, and refuses addresses with a user name. Redirects are not followed: a key goes only where it was sent.
 */
export const httpFetch: typeof fetch = (input, init) =>
  new Promise((resolve, reject) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const headers = Object.fromEntries(new Headers(init?.headers));
    const request = send(url, { method: init?.method ?? 'GET', headers, signal: init?.signal ?? undefined, ...(url.protocol === 'http:' ? { agent: UNKEPT } : {}) }, (incoming) => {
      const status = incoming.statusCode ?? 0;
      const pairs = Object.entries(incoming.headersDistinct).flatMap(([name, values]) => (values ?? []).map((value): [string, string] => [name, value]));
      const bodyless = status === 204 || status === 205 || status === 304;
      if (bodyless) incoming.resume();
      resolve(new Response(bodyless ? null : (Readable.toWeb(incoming) as ReadableStream<Uint8Array> as ConstructorParameters<typeof Response>[0]), { status, headers: pairs }));
    });
    request.once('error', reject);
    request.end(typeof init?.body === 'string' ? init.body : undefined);
  });
