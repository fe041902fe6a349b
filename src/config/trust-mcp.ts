import { valueOf, type Layer } from './layers.ts';

/** What a project may say of a server: where it is, and nothing that is started or sent. */
const OPEN_TO_PROJECTS: ReadonlySet<string> = new Set(['url', 'timeout_seconds', 'enabled']);

/** What an untrusted layer says of servers and may not: programs that are started, secrets that are sent, and servers of the user. */
export function untrustedServers(layers: readonly Layer[]): { layer: Layer; key: string; text: string } | undefined {
  const users = new Set(layers.filter((layer) => layer.trusted).flatMap((layer) => Object.keys(serversOf(layer))));
  for (const layer of layers) {
    if (layer.trusted) continue;
    for (const [name, one] of Object.entries(serversOf(layer))) {
      const key = `mcp.servers.${name}`;
      // Merged with the user's, an address of the project would be sent what the user means for another.
      if (users.has(name)) return { layer, key, text: 'a project may not change an MCP server of yours.' };
      const closed = Object.keys(one as object).find((word) => !OPEN_TO_PROJECTS.has(word));
      if (closed) return { layer, key: `${key}.${closed}`, text: 'a project may not have programs started, or anything sent along, as an MCP server.' };
    }
    if (valueOf(layer.data, 'mcp.use_in_runs') === true && !layers.some((other) => other.trusted && valueOf(other.data, 'mcp.use_in_runs') === true)) {
      return { layer, key: 'mcp.use_in_runs', text: 'a project may not bring other programs’ tools into runs.' };
    }
  }
  return undefined;
}

function serversOf(layer: Layer): object {
  const servers = valueOf(layer.data, 'mcp.servers');
  return typeof servers === 'object' && servers !== null ? servers : {};
}
