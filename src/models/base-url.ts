/**
 * The address of a server's API root, as the provider packages want it: scheme, host, path, no trailing slash.
 * A bare host gets `/v1`; a path that already names a version (`/v1`, `/api/paas/v4`, `/v1beta/openai`) is kept; a pasted
 * endpoint (`…/chat/completions`) is cut back to its root.
 *
 * @example
 * normalizeBaseUrl('http://127.0.0.1:8000'); // 'http://127.0.0.1:8000/v1'
 */
export function normalizeBaseUrl(text: string): string {
  const trimmed = text.trim();
  const url = new URL(/^[a-z][a-z0-9+.-]*:\/\//i.test(trimmed) ? trimmed : `http://${trimmed}`);
  url.search = '';
  url.hash = '';
  let path = url.pathname.replace(/\/+$/, '').replace(/\/(chat\/completions|completions|models|embeddings)$/, '');
  if (!path.split('/').some((segment) => /^v\d/.test(segment))) path += '/v1';
  url.pathname = path;
  return url.href.replace(/\/$/, '');
}

/**
 * `OLLAMA_HOST` as a base URL. It may be what the server binds to (`0.0.0.0`, `:11434`), which is not where a client calls:
 * those become the loopback address, and the port is Ollama's 11434 when none is named.
 */
export function ollamaBaseUrl(host: string): string {
  const trimmed = host.trim();
  const scheme = /^(https?):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  let rest = trimmed.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  if (rest === '' || rest.startsWith(':')) rest = `127.0.0.1${rest}`;
  const url = new URL(`${scheme ?? 'http'}://${rest}`);
  if (url.hostname === '0.0.0.0' || url.hostname === '[::]') url.hostname = '127.0.0.1';
  const named = /:\d+(\/|$)/.test(rest);
  if (!named && scheme === undefined) url.port = '11434';
  return normalizeBaseUrl(url.href);
}

/** The address without user name and password, for messages and receipts. */
export function publicUrl(baseUrl: string): string {
  const url = new URL(baseUrl);
  url.username = '';
  url.password = '';
  return url.href.replace(/\/$/, '');
}
