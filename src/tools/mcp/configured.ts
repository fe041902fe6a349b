import type { McpServerSettings } from '../../config/mcp.ts';
import type { LoadedConfig } from '../../config/schema.ts';
import { asError, UntilgreenError } from '../../core/errors.ts';
import type { Joined, ToolRegistry } from '../tool-registry.ts';
import type { McpServer } from './connect.ts';

/** Enabled servers of the configuration, by name. None is started or reached by this. */
export function configuredServers({ settings }: Pick<LoadedConfig, 'settings'>): string[] {
  return Object.entries(settings.mcp.servers).filter(([, { enabled }]) => enabled).map(([name]) => name);
}

/** The configured server whose tool this could be: `tickets` of `tickets__find`. */
export function serverOf(tool: string, config: Pick<LoadedConfig, 'settings'>): string | undefined {
  const [server, ...rest] = tool.split('__');
  return rest.length > 0 && server !== undefined && configuredServers(config).includes(server) ? server : undefined;
}

type Env = Record<string, string | undefined>;

/**
 * A server as it is connected to, with what it gets of the environment.
 *
 * @param env that of this process, without what a project's `.env` adds: a key of the project would take calls to an account of its choice
 * Errors: `config_invalid` for a name without a server, and for a variable that is not set.
 */
export function serverNamed(name: string, { settings }: Pick<LoadedConfig, 'settings'>, env: Env = process.env): McpServer {
  const server = Object.hasOwn(settings.mcp.servers, name) ? settings.mcp.servers[name] : undefined;
  if (!server) throw new UntilgreenError('config_invalid', `There is no MCP server ${name} in the configuration.`, { name }, 'Name it under mcp.servers in your user configuration.');
  const taken = (variable: string): string => {
    const value = env[variable];
    if (!value) throw new UntilgreenError('config_invalid', `The MCP server ${name} needs the variable ${variable}, which is not set.`, { name, variable }, 'Set it in your environment.');
    return value;
  };
  return { name, timeoutSeconds: server.timeout_seconds, ...linkOf(server, taken) };
}

function linkOf({ command, args, env, env_from, url = '', headers, headers_env }: McpServerSettings, taken: (variable: string) => string) {
  if (command !== undefined) return { command, args: args ?? [], env: { ...env, ...Object.fromEntries((env_from ?? []).map((variable) => [variable, taken(variable)])) } };
  return { url, headers: { ...headers, ...Object.fromEntries(Object.entries(headers_env ?? {}).map(([header, variable]) => [header, taken(variable)])) } };
}

/** A configured server that could not be used, and why. */
export interface Failed {
  name: string;
  error: UntilgreenError;
}

/**
 * Lets the tools of configured servers join a registry, beside each other. A server that fails keeps none of the others back: which it was, and
 * why, is told.
 *
 * @param names default: all that are enabled
 */
export async function joinConfigured(registry: ToolRegistry, config: Pick<LoadedConfig, 'settings'>, names: readonly string[] = configuredServers(config)): Promise<{ joined: Joined[]; failed: Failed[] }> {
  const joined: Joined[] = [];
  const failed: Failed[] = [];
  await Promise.all(names.map(async (name) => {
    try {
      joined.push(await registry.connect(serverNamed(name, config)));
    } catch (thrown) {
      failed.push({ name, error: asError(thrown) });
    }
  }));
  return { joined, failed };
}
