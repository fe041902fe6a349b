import { randomUUID } from 'node:crypto';
import { WebStandardStreamableHTTPServerTransport as Transport, type RequestId } from '@modelcontextprotocol/server';
import type { Service } from './service.ts';

/** Sessions at one time; each holds a listener, and mostly a stream. */
const MAX_SESSIONS = 200;
/** A session that did nothing for so long is over: clients seldom say that they go. */
const IDLE_MS = 30 * 60_000;

interface Session {
  transport: Transport;
  usedAt: number;
  /** Requests whose answers are still to come. */
  pending: Set<RequestId>;
  /** Streams on which the client waits for changes. */
  listening: number;
}

/**
 * Clients of the protocol before 2026-07-28 over HTTP. They keep a session, so that they can be told of changes, asked things and
 * cancel a call by a request of its own.
 */
export function legacySessions(service: Service): { fetch(request: Request): Promise<Response>; close(): Promise<void> } {
  const sessions = new Map<string, Session>();

  async function begin(request: Request): Promise<Response> {
    await endIdle();
    if (sessions.size >= MAX_SESSIONS) return refusal(503, 'There are too many sessions.');
    const session: Session = {
      transport: new Transport({ sessionIdGenerator: randomUUID, onsessioninitialized: (id) => void sessions.set(id, session) }), usedAt: Date.now(), pending: new Set(), listening: 0,
    };
    const { transport } = session;
    const server = service.connect({ trusted: false, lasting: true });
    await server.connect(transport);
    const closed = transport.onclose;
    transport.onclose = () => {
      if (transport.sessionId !== undefined) sessions.delete(transport.sessionId);
      closed?.();
    };
    watch(session);
    const response = await transport.handleRequest(request);
    // Something other than an initialize request: nobody comes back for it.
    if (transport.sessionId === undefined) await server.close();
    return response;
  }

  async function endIdle(): Promise<void> {
    const before = Date.now() - IDLE_MS;
    const idle = [...sessions.values()].filter(({ usedAt, pending, listening }) => usedAt < before && pending.size === 0 && listening === 0);
    await Promise.all(idle.map(({ transport }) => transport.close()));
  }

  return {
    async fetch(request) {
      const id = request.headers.get('mcp-session-id');
      if (id === null) return begin(request);
      const session = sessions.get(id);
      if (!session) return refusal(404, 'Session not found');
      session.usedAt = Date.now();
      if (request.method === 'GET') {
        session.listening += 1;
        request.signal.addEventListener('abort', () => (session.listening -= 1), { once: true });
      }
      return session.transport.handleRequest(request);
    },
    async close() {
      await Promise.all([...sessions.values()].map(({ transport }) => transport.close()));
    },
  };
}

/** Keeps count of what is under way: a long call is no idle session. */
function watch({ transport, pending }: Session): void {
  const receive = transport.onmessage;
  transport.onmessage = (message, extra) => {
    if ('method' in message && 'id' in message) pending.add(message.id);
    // What is cancelled is not answered.
    if ('method' in message && message.method === 'notifications/cancelled') pending.delete((message.params as { requestId: RequestId }).requestId);
    receive?.(message, extra);
  };
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    if (!('method' in message) && message.id !== undefined) pending.delete(message.id);
    return send(message, options);
  };
}

const refusal = (status: number, message: string): Response => Response.json({ jsonrpc: '2.0', error: { code: -32_000, message }, id: null }, { status });
