/** Ports that a scheme has where none is said: IANA's registry. */
const PORTS = { http: '80', https: '443', ftp: '21', ws: '80', wss: '443' };

/**
 * The parts of an address by the URL standard of WHATWG. A query has every value of a name in order, decoded; the port is that of the scheme where none is said.
 *
 * @param {string} url
 * @returns {{scheme: string, user: string, host: string, port: string, path: string, query: Object<string, string[]>, fragment: string}}
 * @throws {TypeError} for a text that is no absolute address
 */
export function parse_url(url) {
  const parsed = new URL(url);
  const scheme = parsed.protocol.slice(0, -1);
  const query = new Map();
  for (const [name, value] of parsed.searchParams) query.set(name, [...(query.get(name) ?? []), value]);
  return {
    scheme,
    user: decodeURIComponent(parsed.username),
    host: parsed.hostname,
    port: parsed.port || (PORTS[scheme] ?? ''),
    path: parsed.pathname,
    query: Object.fromEntries(query),
    fragment: parsed.hash.slice(1),
  };
}
