import { UntilgreenError } from '../../../core/errors.ts';
import { isLoopback } from '../../../config/trust.ts';
import { httpFetch } from '../../http-fetch.ts';

/** A key and the one place it may be sent to. */
export interface Token {
  origin: string;
  value: string;
}

/** An answer after its redirects. */
export interface Opened {
  response: Response;
  /** SHA-256 and size that the hub named on the way (`X-Linked-Etag`, `X-Linked-Size`); the storage it leads to knows neither. */
  sha256: string | undefined;
  size: number | undefined;
}

/** The server answered, and did not give what was asked for. */
export class Refused extends Error {
  override readonly name = 'Refused';
  constructor(readonly url: URL, readonly status: number, /** `X-Error-Code` of the hub: `GatedRepo`, `EntryNotFound`, … */ readonly reason: string | undefined, readonly said: string) {
    super(`HTTP ${status}`);
  }
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MOST_REDIRECTS = 10;

/**
 * `GET`, with redirects followed by hand: a token goes to its own origin and to no other, and an encrypted address does not lead
 * to one that is not.
 *
 * @throws `Refused` for any other answer than a success; what the network throws
 */
export async function openUrl(start: URL, options: { headers?: Record<string, string>; token?: Token; signal?: AbortSignal }): Promise<Opened> {
  let url = start;
  let sha256: string | undefined;
  let size: number | undefined;
  for (let hops = 0; hops <= MOST_REDIRECTS; hops += 1) {
    const { token } = options;
    const safe = url.protocol === 'https:' || isLoopback(url.origin);
    const headers = new Headers({ 'accept-encoding': 'identity', 'user-agent': 'untilgreen', ...options.headers });
    if (token && token.origin === url.origin && safe) headers.set('authorization', `Bearer ${token.value}`);
    const response = await httpFetch(url, { headers, signal: options.signal ?? null });
    const etag = unquoted(response.headers.get('x-linked-etag'));
    if (etag !== undefined && /^[0-9a-f]{64}$/.test(etag)) sha256 = etag;
    const linked = Number(response.headers.get('x-linked-size') ?? Number.NaN);
    if (Number.isSafeInteger(linked) && linked >= 0) size = linked;
    if (response.ok) return { response, sha256, size };
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) throw new Refused(url, response.status, response.headers.get('x-error-code') ?? undefined, await saidIn(response));
    await response.body?.cancel();
    const next = new URL(location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') throw new UntilgreenError('download_failed', `${url.origin} leads to ${next.origin}, which is not encrypted.`, { url: url.href, reason: 'redirect' }, 'It is not followed. Use another mirror (HF_ENDPOINT).');
    url = next;
  }
  throw new UntilgreenError('download_failed', `${start.origin} leads from one address to the next without end.`, { url: start.href, reason: 'redirect' }, 'Check HF_ENDPOINT.');
}

/** An entity tag without its quotes; a weak one keeps its mark. */
export function unquoted(etag: string | null): string | undefined {
  return etag === null ? undefined : etag.replace(/^"(.*)"$/, '$1');
}

/** The hub's sentence in a header, else the beginning of a short body. */
async function saidIn(response: Response): Promise<string> {
  const said = response.headers.get('x-error-message');
  const body = await response.text().catch(() => ''); // the status says enough
  return (said ?? body.replaceAll(/<[^>]*>|\s+/g, ' ')).trim().slice(0, 200);
}
