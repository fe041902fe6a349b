import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import {
  createMcpHandler, hostHeaderValidationResponse, isLegacyRequest, localhostAllowedHostnames, localhostAllowedOrigins, originValidationResponse,
} from '@modelcontextprotocol/server';
import { Hono } from 'hono';
import { UntilgreenError } from '../core/errors.ts';
import { sha256 } from '../core/hash.ts';
import { isLoopback } from '../config/trust.ts';
import { holdHttp, type HttpPlace } from './http-place.ts';
import { legacySessions } from './legacy-sessions.ts';
import type { Service } from './service.ts';

export interface HttpOptions extends HttpPlace {
  onError?: (error: Error) => void;
}

export interface HttpService {
  url: string;
  close(): Promise<void>;
}

const PATH = '/mcp';

/**
 * Serves many clients over streamable HTTP. On the loopback, requests have to name this machine as their host and come from no foreign page, so
 * that no website reaches the server by DNS rebinding; anywhere else a token is needed.
 *
 * Errors: `usage` for another host without a token, a token that is too short, a port that is taken.
 */
export async function serveHttp(service: Service, options: HttpOptions): Promise<HttpService> {
  const { host, token } = options;
  holdHttp(options);
  const local = isLoopback(host);
  const modern = createMcpHandler(() => service.connect({ trusted: false, lasting: false }), { legacy: 'reject', ...(options.onError && { onerror: options.onError }) });
  const sessions = legacySessions(service);
  const stopTelling = service.onToolsChanged(() => {
    modern.notify.toolsChanged();
    modern.notify.resourcesChanged();
  });

  const app = new Hono();
  app.use(async (c, next) => {
    const { raw } = c.req;
    const refused = local ? (hostHeaderValidationResponse(raw, localhostAllowedHostnames()) ?? originValidationResponse(raw, localhostAllowedOrigins())) : foreignPage(raw);
    if (refused) return refused;
    if (token !== undefined && !bears(raw, token)) return c.json({ error: 'unauthorized' }, 401, { 'www-authenticate': 'Bearer' });
    return next();
  });
  app.all(PATH, async (c) => {
    const { raw } = c.req;
    return (await isLegacyRequest(raw)) ? sessions.fetch(raw) : modern.fetch(raw);
  });

  const server = createAdaptorServer({ fetch: app.fetch }) as HttpServer;
  await listen(server, options);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${PATH}`,
    async close() {
      stopTelling();
      await Promise.all([modern.close(), sessions.close()]);
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: HttpServer, { host, port }: HttpOptions): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what = code === 'EADDRINUSE' ? `Port ${port} of ${host} is taken.` : `${host}:${port} cannot be listened on (${code}).`;
    throw new UntilgreenError('usage', what, { host, port }, 'Give another with --port; 0 takes any that is free.', { cause });
  }
}

/** A page of another origin: programs that are no browsers send no origin. */
function foreignPage(request: Request): Response | undefined {
  const origin = request.headers.get('origin');
  if (origin === null) return undefined;
  return URL.canParse(origin) && new URL(origin).host === request.headers.get('host') ? undefined : new Response('Forbidden: foreign origin', { status: 403 });
}

function bears(request: Request, token: string): boolean {
  const given = /^Bearer +(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  // Equal lengths, whatever was given.
  return timingSafeEqual(Buffer.from(sha256(given)), Buffer.from(sha256(token)));
}
