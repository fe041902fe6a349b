import { randomBytes } from 'node:crypto';
import {
  CLIENT_CAPABILITIES_META_KEY, createRequestStateCodec, ProtocolError, ProtocolErrorCode, Server, type CallToolRequest, type ClientCapabilities, type ServerContext,
} from '@modelcontextprotocol/server';
import type { JsonObject } from '../capabilities/types.ts';
import { asError } from '../core/errors.ts';
import { failed } from './answers.ts';
import { changesOf } from './changes.ts';
import { offer, type Offered } from './offer.ts';
import { Places } from './places.ts';
import { progressOf } from './progress.ts';
import { resourcesOf } from './resources.ts';
import { ask } from './tools/ask.ts';
import { findTool } from './tools/find_tool.ts';
import { makeTool } from './tools/make_tool.ts';
import { runCodeTool } from './tools/run_code.ts';
import { runGoal } from './tools/run_goal.ts';
import { undoTool } from './tools/undo.ts';
import { writeFunctionTool } from './tools/write_function.ts';
import type { Answer, CallState, ServiceOptions } from './types.ts';

const INSTRUCTIONS = 'Tools that were made and tested here are called under their own names; `ask` finds or makes what a request needs. `run_goal` works on a project until its tests are green and changes the directory only when it is told to; `undo` takes that back. Receipts and reports are resources.';

/** Seconds in which a question about a run can be answered; later it is gone on with by `resume`. */
const ANSWER_SECONDS = 3_600;

/** What a connection is like for those who serve it. */
export interface Link {
  /** The client's word on directories counts: it is the program that started this one. */
  trusted: boolean;
  /** This instance lives as long as the connection, and tells of changes itself. */
  lasting: boolean;
}

export interface Service {
  /** A protocol server for one connection, or one request; all share the jobs. */
  connect(link: Link): Server;
  /** Called when the list of tools has changed. Gives a function that ends it. */
  onToolsChanged(listener: () => void): () => void;
  /** Cancels calls that are under way and waits for them: what they did so far can be gone on with. */
  close(): Promise<void>;
}

/**
 * The product's jobs as tools of the Model Context Protocol.
 *
 * @example
 * const service = createService({ capabilities, openEngine, runs: engine, writeFunction, runCode, product: '1.0.0', sandboxed: true, say: () => undefined });
 * await serveStdio(service);
 * await service.close();
 */
export function createService(options: ServiceOptions): Service {
  const { capabilities, product, sandboxed } = options;
  const places = new Places(options.roots, options.cwd ?? process.cwd());
  const builtIns = [
    ask(capabilities), makeTool(capabilities), findTool(capabilities), runGoal(options, places), writeFunctionTool(options.writeFunction),
    runCodeTool(options.runCode, sandboxed), undoTool(options.openEngine, places),
  ];
  const resources = resourcesOf({ library: capabilities.library, runs: options.runs, places });
  const states = createRequestStateCodec<CallState>({ key: randomBytes(32), ttlSeconds: ANSWER_SECONDS });
  const changes = changesOf(capabilities);
  const ending = new AbortController();
  const underWay = new Set<Promise<unknown>>();
  let known: { revision: string; tools: Map<string, Offered> } | undefined;

  /** The folder may have thousands of tools: they are read when it has changed. */
  async function offered(): Promise<Map<string, Offered>> {
    const revision = await capabilities.library.revision();
    if (known?.revision !== revision) known = { revision, tools: offer(builtIns, (await capabilities.library.list()).tools, { capabilities, sandboxed }) };
    return known.tools;
  }

  async function call(server: Server, link: Link, { name, arguments: args = {} }: CallToolRequest['params'], ctx: ServerContext): Promise<Answer> {
    const tool = (await offered()).get(name);
    if (!tool) throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}. tools/list names those that there are.`);
    const progress = progressOf(ctx, options.say);
    try {
      return await tool.call(args as JsonObject, {
        signal: AbortSignal.any([ctx.mcpReq.signal, ending.signal]),
        client: abilitiesOf(server, ctx, link),
        onEvent: progress.onEvent, emit: progress.emit,
        responses: ctx.mcpReq.inputResponses,
        state: ctx.mcpReq.requestState<CallState>(),
        seal: (state) => states.mint(state, ctx),
      });
    } catch (thrown) {
      return failed(asError(thrown));
    }
  }

  return {
    connect(link) {
      const server = new Server(
        { name: 'untilgreen', title: 'untilgreen', version: product },
        { capabilities: { tools: { listChanged: true }, resources: { listChanged: true } }, instructions: INSTRUCTIONS, requestState: { verify: states.verify } },
      );
      server.setRequestHandler('tools/list', async () => ({ tools: [...(await offered()).values()].map(({ tool }) => tool) }));
      server.setRequestHandler('tools/call', async ({ params }, ctx) => {
        const done = call(server, link, params, ctx);
        underWay.add(done);
        return done.finally(() => underWay.delete(done));
      });
      server.setRequestHandler('resources/list', async () => ({ resources: await resources.list() }));
      server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: [...resources.templates] }));
      server.setRequestHandler('resources/read', async ({ params }) => ({ contents: [await resources.read(params.uri)] }));
      if (options.onError) server.onerror = options.onError;
      if (link.lasting) {
        const tell = (): void => {
          // A client that has just gone needs no word of it.
          for (const send of [server.sendToolListChanged(), server.sendResourceListChanged()]) void send.catch(() => {});
        };
        server.onclose = changes.onChange(tell);
      }
      return server;
    },
    onToolsChanged: changes.onChange,
    async close() {
      changes.close();
      ending.abort(new DOMException('The server ends.', 'AbortError'));
      await Promise.allSettled(underWay);
    },
  };
}

/** What the client said of itself: with each request since 2026-07-28, once for the connection before. */
function abilitiesOf(server: Server, ctx: ServerContext, { trusted }: Link): { elicits: boolean; roots: boolean } {
  const said = ((ctx.mcpReq.envelope as Record<string, unknown> | undefined)?.[CLIENT_CAPABILITIES_META_KEY] ?? server.getClientCapabilities()) as ClientCapabilities | undefined;
  const { elicitation } = said ?? {};
  // Without modes, as before 2025-11-25, a form is meant.
  const elicits = elicitation !== undefined && ('form' in elicitation || Object.keys(elicitation).length === 0);
  return { elicits, roots: trusted && said?.roots !== undefined };
}
