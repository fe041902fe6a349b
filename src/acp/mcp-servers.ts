import type { McpServer } from '@agentclientprotocol/sdk';
import type { McpServerSettings } from '../config/mcp.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { serverWord } from '../tools/mcp/names.ts';

/** Of one call, as the configuration has it where it says nothing. */
const TIMEOUT_SECONDS = 60;

/** A configuration with the servers that an editor hands on, and what is to be said of those that are left out. */
export interface WithServers {
  config: LoadedConfig;
  notes: string[];
}

/**
 * The MCP servers of an editor as those of the configuration. They run outside the sandbox and act outside the private copy, so that runs get
 * them only where the user has said that runs may use such tools (`mcp.use_in_runs`); each call that is not read-only is asked about even then.
 * What the configuration names itself goes before.
 */
export function withEditorServers(config: LoadedConfig, servers: readonly McpServer[]): WithServers {
  if (servers.length === 0) return { config, notes: [] };
  const { mcp } = config.settings;
  if (!mcp.use_in_runs) {
    return { config, notes: [`The editor's MCP servers (${servers.map(({ name }) => name).join(', ')}) are not used. With \`mcp: { use_in_runs: true }\` in your user configuration, runs may use them.`] };
  }
  const notes: string[] = [];
  const joined: Record<string, McpServerSettings> = {};
  for (const server of servers) {
    const word = wordOf(server.name);
    const settings = settingsOf(server);
    if (!settings) notes.push(`The MCP server ${server.name} is not used: its transport is out of date.`);
    else if (Object.hasOwn(mcp.servers, word) || Object.hasOwn(joined, word)) notes.push(`The editor's MCP server ${server.name} is not used: there is another of that name.`);
    else joined[word] = settings;
  }
  return { config: { ...config, settings: { ...config.settings, mcp: { ...mcp, servers: { ...mcp.servers, ...joined } } } }, notes };
}

/** As the configuration has names: two underscores part a server from its tool, so that a word neither holds them nor ends in one. */
function wordOf(name: string): string {
  return serverWord(name).replaceAll(/[-_]{2,}/g, '_').replaceAll(/^[-_]|[-_]$/g, '') || 'server';
}

function settingsOf(server: McpServer): McpServerSettings | undefined {
  const common = { timeout_seconds: TIMEOUT_SECONDS, enabled: true };
  if (!('type' in server)) return { ...common, command: server.command, args: server.args, env: recordOf(server.env) };
  return server.type === 'http' ? { ...common, url: server.url, headers: recordOf(server.headers) } : undefined;
}

const recordOf = (pairs: readonly { name: string; value: string }[]) => Object.fromEntries(pairs.map(({ name, value }) => [name, value]));
