import { agent, PROTOCOL_VERSION, RequestError, type AgentApp, type AgentContext, type McpServer, type SessionModeState } from '@agentclientprotocol/sdk';
import { isAbsolute } from 'node:path';
import type { LoadedConfig } from '../config/schema.ts';
import { checkDirectory } from '../workspace/paths.ts';
import { commands } from './commands.ts';
import { refuse, toRequestError } from './errors.ts';
import { listSessions, recordOf } from './listing.ts';
import { withEditorServers } from './mcp-servers.ts';
import { firstMode, inMode, isMode, MODES, modeState } from './modes.ts';
import { Records, type SessionRecord } from './records.ts';
import { replay } from './replay.ts';
import { Session } from './session.ts';
import type { AcpOptions, Editor } from './types.ts';
import { Warm } from './warm.ts';

/** The agent's side of the protocol, for one connection. */
export interface AcpAgent {
  app: AgentApp;
  /** Stops what is at work, in a state that can be resumed. */
  close(): Promise<void>;
}

/**
 * Answers an editor over the Agent Client Protocol: a prompt is a goal of the loop, its events are plan, tool calls and words,
 * its approvals are permission requests.
 *
 * @example
 * const { app, close } = acpAgent({ version, records, configFor, openEngine: (config) => openEngine({ config }) });
 * await app.connect(stream).closed;
 * await close();
 */
export function acpAgent(options: AcpOptions): AcpAgent {
  const records = new Records(options.records);
  const engines = new Warm(options.openEngine);
  const tools = options.openCapabilities && new Warm(options.openCapabilities);
  const sessions = new Map<string, Session>();
  let readsFiles = false;

  const sessionOf = (id: string): Session => {
    const session = sessions.get(id);
    if (!session) throw RequestError.sessionNotFound(id);
    return session;
  };
  const enter = (record: SessionRecord, client: AgentContext, config: LoadedConfig, servers: readonly McpServer[] = []): Session => {
    const editor: Editor = { client, readsFiles };
    const session = new Session(record, editor, options, { records, engines, ...(tools && { tools }) }, servers);
    sessions.set(record.id, session);
    session.notes.push(...(config.notices ?? []), ...withEditorServers(config, servers).notes);
    // After the answer to the request, which tells the editor the id.
    setImmediate(() => session.send({ sessionUpdate: 'available_commands_update', availableCommands: commands(tools !== undefined) }));
    return session;
  };
  /** Opens a session that is kept; `tell` shows it again from its beginning. */
  const reopen = async (params: { sessionId: string; cwd: string; additionalDirectories?: string[]; mcpServers?: McpServer[] }, client: AgentContext, tell: boolean): Promise<{ modes: SessionModeState }> => {
    const directory = await directoryOf(params);
    const config = await options.configFor(directory);
    return engines.use(inMode(config, firstMode(config)), async (engine) => {
      const record = sessions.get(params.sessionId)?.record ?? (await recordOf(records, engine, params.sessionId));
      if (record.directory !== directory) throw refuse(`Session ${params.sessionId} belongs to ${record.directory}, not to ${directory}.`, { directory: record.directory });
      await sessions.get(params.sessionId)?.close();
      const session = enter(record, client, config, params.mcpServers);
      if (tell) await replay(session, engine);
      return { modes: modeState(session.mode) };
    });
  };

  const app = agent({ name: 'untilgreen' })
    .onRequest('initialize', ({ params }) => {
      readsFiles = params.clientCapabilities?.fs?.readTextFile === true;
      return {
        protocolVersion: PROTOCOL_VERSION,
        agentInfo: { name: 'untilgreen', title: 'untilgreen', version: options.version },
        authMethods: [],
        agentCapabilities: {
          loadSession: true,
          promptCapabilities: { image: false, audio: false, embeddedContext: true },
          mcpCapabilities: { http: true, sse: false },
          sessionCapabilities: { list: {}, resume: {}, close: {}, delete: {} },
        },
      };
    })
    .onRequest('session/new', ({ params, client }) => answered(async () => {
      const directory = await directoryOf(params);
      const config = await options.configFor(directory);
      const mode = firstMode(config);
      const { id } = enter(records.begin(directory, mode), client, config, params.mcpServers);
      return { sessionId: id, modes: modeState(mode) };
    }))
    .onRequest('session/load', ({ params, client }) => answered(() => reopen(params, client, true)))
    .onRequest('session/resume', ({ params, client }) => answered(() => reopen(params, client, false)))
    .onRequest('session/list', ({ params }) => answered(() => listSessions(records, engines, options.configFor, params)))
    .onRequest('session/close', ({ params }) => answered(async () => {
      await sessionOf(params.sessionId).close();
      sessions.delete(params.sessionId);
      return {};
    }))
    .onRequest('session/delete', ({ params }) => answered(async () => {
      await sessions.get(params.sessionId)?.close();
      sessions.delete(params.sessionId);
      await records.remove(params.sessionId);
      return {};
    }))
    .onRequest('session/set_mode', ({ params }) => answered(async () => {
      const session = sessionOf(params.sessionId);
      if (!isMode(params.modeId)) throw refuse(`There is no mode '${params.modeId}'. There are: ${MODES.map(({ id }) => id).join(', ')}.`);
      session.mode = params.modeId;
      if (session.record.turns.length) await session.save();
      return {};
    }))
    .onRequest('session/prompt', ({ params, signal }) => answered(() => sessionOf(params.sessionId).prompt(params.prompt, signal)))
    .onNotification('session/cancel', ({ params }) => sessions.get(params.sessionId)?.cancel());

  return {
    app,
    async close() {
      await Promise.all([...sessions.values()].map((session) => session.close()));
      await Promise.all([engines.close(), tools?.close()]);
    },
  };
}

/** The work of a request, its errors in the protocol's form. */
async function answered<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw toRequestError(thrown);
  }
}

async function directoryOf({ cwd, additionalDirectories }: { cwd: string; additionalDirectories?: string[] }): Promise<string> {
  if (!isAbsolute(cwd)) throw refuse(`Expected cwd to be an absolute path, got ${JSON.stringify(cwd)}.`, { cwd });
  if (additionalDirectories?.length) throw refuse('A run works in one directory; additionalDirectories cannot be taken.', { additionalDirectories });
  return checkDirectory(cwd);
}
