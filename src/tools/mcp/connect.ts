import type { Client, Tool as ServerTool, Transport } from '@modelcontextprotocol/client';
import { UntilgreenError } from '../../core/errors.ts';
import { productVersion } from '../../core/product.ts';
import { stripTerminalEscapes } from '../../sandbox/host.ts';
import type { JsonSchema } from '../arguments.ts';
import { refused } from '../outcome.ts';
import type { OwnTool } from '../own-tool.ts';
import type { ToolResult } from '../types.ts';
import { resultOf } from './answer.ts';
import { namesFor, serverWord } from './names.ts';
import { answerChecks, schemaOf } from './schema.ts';

interface AnyServer {
  /** Stands before `__` in the names of its tools. Default: what the server calls itself. */
  name?: string;
  /** Seconds for one call. Default 60, as MCP's own clients have it; connecting has as many. */
  timeoutSeconds?: number;
}

/** An MCP server: a program to start and speak to over its standard streams, or the address of one that runs. */
export type McpServer =
  | (AnyServer & { command: string; args?: readonly string[]; env?: Readonly<Record<string, string>> })
  | (AnyServer & {
      /** `http:` or `https:`, Streamable HTTP. */
      url: string;
      /** Sent with every request, such as `authorization`. */
      headers?: Readonly<Record<string, string>>;
    });

export interface ConnectedServer {
  name: string;
  tools: OwnTool[];
  close(): Promise<void>;
}

/** Codes of the client for what never came to the server, or back. */
const UNREACHED = new Set(['CONNECTION_CLOSED', 'NOT_CONNECTED', 'SEND_FAILED']);
const DEFAULT_SECONDS = 60;
/** Characters of a server's last words on stderr in an error. */
const LAST_WORDS = 500;

/** Connects to a server and asks for its tools. @throws `server_failed` */
export async function connectServer(server: McpServer): Promise<ConnectedServer> {
  const where = 'url' in server ? server.url : [server.command, ...(server.args ?? [])].join(' ');
  const timeout = (server.timeoutSeconds ?? DEFAULT_SECONDS) * 1_000;
  // The client is large, and most programs connect to no server.
  const { Client: McpClient } = await import('@modelcontextprotocol/client');
  const client = new McpClient({ name: 'untilgreen', version: await productVersion() }, { capabilities: {}, jsonSchemaValidator: answerChecks });
  const link = await linkTo(server, where);
  let ended = false;
  client.onclose = () => (ended = true);
  try {
    await client.connect(link.transport, { timeout: DEFAULT_SECONDS * 1_000 });
    const { tools } = await client.listTools(undefined, { timeout: DEFAULT_SECONDS * 1_000 });
    const name = serverWord(server.name ?? client.getServerVersion()?.name ?? where);
    const names = namesFor(name, tools.map((tool) => tool.name));
    const hasEnded = (): boolean => ended;
    return { name, tools: tools.map((tool, i) => joinedTool({ client, tool, name: names[i] ?? tool.name, server: name, timeout, hasEnded })), close: () => client.close() };
  } catch (cause) {
    await client.close().catch(() => {});
    const words = link.lastWords();
    throw new UntilgreenError(
      'server_failed', `The MCP server ${where} cannot be used: ${stripTerminalEscapes((cause as Error).message)}${words ? `; it wrote: ${words}` : ''}.`, { server: where },
      'url' in server ? 'Check the address, and that the server runs.' : 'Start the command by hand to see what it says.', { cause },
    );
  }
}

async function linkTo(server: McpServer, where: string): Promise<{ transport: Transport; lastWords(): string }> {
  if ('url' in server) {
    const url = URL.canParse(server.url) ? new URL(server.url) : undefined;
    if (!url || !['http:', 'https:'].includes(url.protocol)) throw new UntilgreenError('bad_arguments', `Expected the url of an MCP server, got ${JSON.stringify(where)}.`, { url: where }, 'Give one such as http://127.0.0.1:3000/mcp.');
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    return { transport: new StreamableHTTPClientTransport(url, { requestInit: { headers: { ...server.headers } } }), lastWords: () => '' };
  }
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  const transport = new StdioClientTransport({ command: server.command, args: [...(server.args ?? [])], env: { ...server.env }, stderr: 'pipe' });
  let words = '';
  transport.stderr?.on('data', (piece: Buffer) => (words = (words + piece.toString()).slice(-LAST_WORDS)));
  return { transport, lastWords: () => stripTerminalEscapes(words).trim() };
}

interface JoinedTool {
  client: Client;
  tool: ServerTool;
  /** In the registry. */
  name: string;
  server: string;
  /** Milliseconds. */
  timeout: number;
  hasEnded(): boolean;
}

function joinedTool({ client, tool, name, server, timeout, hasEnded }: JoinedTool): OwnTool {
  const gone = (why = 'it has ended'): ToolResult => refused('server_failed', `The MCP server ${server} cannot be reached: ${why}. Connect to it again to use ${name}.`, { server });
  return {
    name,
    description: stripTerminalEscapes(tool.description?.trim() || tool.title?.trim() || `${tool.name} of ${server}`),
    // A hint that is missing or false says nothing of what the tool does.
    effect: tool.annotations?.readOnlyHint === true ? 'read' : 'execute',
    schema: schemaOf(tool.inputSchema as JsonSchema),
    standalone: true,
    async run(args, { signal }) {
      if (hasEnded()) return gone();
      try {
        const answer = await client.callTool({ name: tool.name, arguments: args as Record<string, unknown> }, { timeout, maxTotalTimeout: timeout, ...(signal && { signal }) });
        return resultOf(name, answer);
      } catch (thrown) {
        if (signal?.aborted) return refused('cancelled', `${name} was cancelled.`);
        const { code, message } = thrown as { code?: unknown; message: string };
        if (code === 'REQUEST_TIMEOUT') return refused('tool_failed', `${name} took longer than ${timeout / 1_000} s and was cancelled. Ask for less, or connect to ${server} with a longer timeoutSeconds.`, { timeoutMs: timeout });
        if (hasEnded()) return gone();
        // `fetch` fails with a TypeError where nobody answers; what a server answers is never one.
        if (thrown instanceof TypeError || (typeof code === 'string' && UNREACHED.has(code))) return gone(message);
        return refused('tool_failed', `${name}: ${stripTerminalEscapes(message)}`);
      }
    },
  };
}
