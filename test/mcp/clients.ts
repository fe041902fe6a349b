import { Client as ModernClient, StreamableHTTPClientTransport as ModernHttp } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema, ListRootsRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';

/** How a server is reached. */
export type Where = { command: string; args: string[]; env?: Record<string, string>; cwd?: string } | { url: string; headers?: Record<string, string> };

/** Who sits behind the client. */
export interface Person {
  /** Answers forms; without it the client says that it can show none. */
  elicit?: (message: string) => { action: 'accept' | 'decline' | 'cancel'; content?: { approve: boolean } };
  /** Directories that the client works on; without them it says that it has none. */
  roots?: string[];
}

export interface CallResult {
  content: { type: string; text?: string }[];
  structuredContent?: any;
  isError?: boolean;
  _meta?: Record<string, any>;
}

/** What the tests ask of an official client, of whatever generation. */
export interface AnyClient {
  version(): string | undefined;
  server(): { name: string; version: string } | undefined;
  tools(): Promise<any[]>;
  call(name: string, args?: Record<string, unknown>, options?: { onProgress?: (text: string) => void; signal?: AbortSignal }): Promise<CallResult>;
  resources(): Promise<any[]>;
  templates(): Promise<any[]>;
  read(uri: string): Promise<any>;
  /** How often the server said that its list of tools has changed. */
  changes(): number;
  close(): Promise<void>;
}

const ME = { name: 'conformance', version: '1.0.0' };
/** A tool is made in longer than the minute that clients wait by default, on a machine with much to do. */
const PATIENCE = { timeout: 300_000 };
const textOf = (progress: { message?: string }): string => progress.message ?? '';

async function modern(where: Where, person: Person, mode: 'auto' | 'legacy'): Promise<AnyClient> {
  let changes = 0;
  const client = new ModernClient(ME, {
    capabilities: { ...(person.elicit && { elicitation: { form: {} } }), ...(person.roots && { roots: {} }) },
    versionNegotiation: { mode },
    listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => (changes += 1) } },
  });
  const { elicit, roots } = person;
  if (elicit) client.setRequestHandler('elicitation/create', ({ params }) => elicit(params.message));
  if (roots) client.setRequestHandler('roots/list', () => ({ roots: roots.map((path) => ({ uri: `file://${path}` })) }));
  await client.connect('url' in where ? new ModernHttp(new URL(where.url), { requestInit: { headers: where.headers ?? {} } }) : new ModernStdio({ ...where, stderr: 'ignore' }));
  return {
    version: () => client.getNegotiatedProtocolVersion(),
    server: () => client.getServerVersion(),
    tools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, { onProgress, signal } = {}) =>
      (await client.callTool({ name, arguments: args }, { ...PATIENCE, ...(onProgress && { onprogress: (p) => onProgress(textOf(p)) }), ...(signal && { signal }) })) as CallResult,
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents[0],
    changes: () => changes,
    close: () => client.close(),
  };
}

async function old(where: Where, person: Person): Promise<AnyClient> {
  let changes = 0;
  const { elicit, roots } = person;
  const client = new OldClient(ME, { capabilities: { ...(elicit && { elicitation: {} }), ...(roots && { roots: {} }) } });
  if (elicit) client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params.message));
  if (roots) client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: roots.map((path) => ({ uri: `file://${path}` })) }));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => void (changes += 1));
  const transport = 'url' in where ? new OldHttp(new URL(where.url), { requestInit: { headers: where.headers ?? {} } }) : new OldStdio({ ...where, stderr: 'ignore' });
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return {
    version: () => ('protocolVersion' in transport ? (transport.protocolVersion as string | undefined) : undefined),
    server: () => client.getServerVersion(),
    tools: async () => (await client.listTools()).tools,
    call: async (name, args = {}, { onProgress, signal } = {}) =>
      (await client.callTool({ name, arguments: args }, undefined, { ...PATIENCE, ...(onProgress && { onprogress: (p) => onProgress(textOf(p)) }), ...(signal && { signal }) })) as CallResult,
    resources: async () => (await client.listResources()).resources,
    templates: async () => (await client.listResourceTemplates()).resourceTemplates,
    read: async (uri) => (await client.readResource({ uri })).contents[0],
    changes: () => changes,
    close: () => client.close(),
  };
}

/** The official clients, by the protocol that they come to speak with a server that knows both generations. */
export const CLIENTS = {
  'the client of 2026': (where: Where, person: Person = {}) => modern(where, person, 'auto'),
  'the client of 2026 as one of 2025': (where: Where, person: Person = {}) => modern(where, person, 'legacy'),
  'the client of 2025': old,
} as const;
export type ClientName = keyof typeof CLIENTS;
