import { rmSync } from 'node:fs';
import { request } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENTS } from '../../test/mcp/clients.ts';
import { double } from '../../test/mcp/double.ts';
import { serveHttp, type HttpOptions } from './http.ts';
import { createService } from './service.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function open(options: Partial<HttpOptions> = {}): Promise<string> {
  const jobs = double();
  const service = createService(jobs);
  const server = await serveHttp(service, { host: '127.0.0.1', port: 0, ...options });
  closers.push(() => rmSync(jobs.home, { recursive: true }), () => service.close(), () => server.close());
  return server.url;
}

const INITIALIZE = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } } });

/** A request as it is, with any Host: `fetch` allows none. */
async function post(url: string, headers: Record<string, string>, body = INITIALIZE): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const TOKEN = 'a token of 24 characters';

describe('a server on this machine', () => {
  it.each([
    ['is reached by its own name', {}, 200],
    ['is reached as localhost', { host: 'localhost:1234' }, 200],
    ['is not reached under a foreign name that leads here', { host: 'rebound.example' }, 403],
    ['is not reached from a page of another origin', { origin: 'https://rebound.example' }, 403],
    ['is reached from a page of this machine', { origin: 'http://localhost:6274' }, 200],
  ] as const)('%s', async (_title, headers, status) => {
    expect(await post(await open(), headers)).toBe(status);
  });

  it('knows no session that it did not begin', async () => {
    expect(await post(await open(), { 'mcp-session-id': 'other' }, '{"jsonrpc":"2.0","id":2,"method":"tools/list"}')).toBe(404);
  });

  it('says when its port is taken', async () => {
    const { port } = new URL(await open());
    await expect(open({ port: Number(port) })).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(`Port ${port} of 127.0.0.1 is taken`) });
  });
});

describe('a server with a token', () => {
  it.each([
    ['refuses who has none', {}, 401],
    ['refuses another', { authorization: 'Bearer another token, as long' }, 401],
    ['lets in who has it', { authorization: `Bearer ${TOKEN}` }, 200],
  ])('%s', async (_title, headers, status) => {
    expect(await post(await open({ token: TOKEN }), headers)).toBe(status);
  });

  it('serves the official clients that send it', async () => {
    const url = await open({ token: TOKEN });
    const client = await CLIENTS['the client of 2026']({ url, headers: { authorization: `Bearer ${TOKEN}` } });
    closers.push(() => client.close());
    expect(await client.tools()).toHaveLength(9);
    await expect(CLIENTS['the client of 2025']({ url }, {})).rejects.toThrow(/unauthorized|401/i);
  });

  it('is refused when it could be guessed', async () => {
    await expect(open({ token: 'short' })).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('at least 16') });
  });
});

describe('a server for other machines', () => {
  it('does not start without a token', async () => {
    await expect(open({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining('UNTILGREEN_MCP_TOKEN') });
  });

  it.each([
    ['is reached under any of its names', {}, 200],
    ['is not reached from a page of another origin', { origin: 'https://elsewhere.example' }, 403],
    ['is reached from a page of its own', { origin: 'http://build.example:8080', host: 'build.example:8080' }, 200],
  ])('%s', async (_title, headers, status) => {
    const url = (await open({ host: '0.0.0.0', token: TOKEN })).replace('0.0.0.0', '127.0.0.1');
    expect(await post(url, { host: 'build.example', authorization: `Bearer ${TOKEN}`, ...headers })).toBe(status);
  });
});
