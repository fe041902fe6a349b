import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ToolRegistry } from '../tool-registry.ts';
import { namesFor } from './names.ts';

const SERVER = join(import.meta.dirname, '../../../test/mcp/tickets-server.mjs');
const started = { command: process.execPath, args: [SERVER] };
let registry: ToolRegistry;
let web: ChildProcess | undefined;
beforeEach(() => {
  registry = new ToolRegistry();
});
afterEach(async () => {
  await registry.close();
  web?.kill();
  web = undefined;
});

async function overHttp(env: Record<string, string> = {}): Promise<string> {
  web = spawn(process.execPath, [SERVER, '--http'], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const [port] = (await once(web.stdout!, 'data')) as [Buffer];
  return `http://127.0.0.1:${port.toString().trim()}/mcp`;
}

describe.each([
  ['a server that is started', async () => started],
  ['a server that is reached over HTTP', async () => ({ url: await overHttp() })],
] as const)('tools of %s', (_title, server) => {
  beforeEach(async () => {
    await registry.connect(await server());
  });

  it('join under the name of the server, with their own schema and what they say of their effect', () => {
    expect(registry.list().map((t) => [t.name, t.effect])).toEqual([
      ['Tickets_Co__find', 'read'], [expect.stringMatching(/^Tickets_Co__close_ticket_[0-9a-f]{6}$/), 'execute'],
      ['Tickets_Co__env', 'execute'], ['Tickets_Co__pid', 'execute'], ['Tickets_Co__wait', 'execute'], ['Tickets_Co__die', 'execute'],
    ]);
    expect(registry.schemas('anthropic')[0]).toMatchObject({ name: 'Tickets_Co__find', description: 'Find tickets.', input_schema: { type: 'object', required: ['query'], properties: { limit: { type: 'integer', minimum: 1 } } } });
  });

  it('are described without terminal escapes', () => {
    expect(registry.list()[1]?.description).toBe('Close a ticket.');
  });

  it('answer with their text, without terminal escapes, and keep structured content', async () => {
    expect(await registry.execute('Tickets_Co__find', { query: 'open' })).toEqual({ ok: true, data: { text: 'open: up to 10', structured: { ids: [1, 2] } }, summary: 'open: up to 10' });
  });

  it('are refused arguments that do not fit, before the server sees them', async () => {
    expect(await registry.execute('Tickets_Co__find', { query: 3 })).toMatchObject({ ok: false, code: 'bad_arguments', message: expect.stringContaining('query: expected string, got number 3') });
    expect(await registry.execute('Tickets_Co__find', { query: 'x', limit: 0 })).toMatchObject({ ok: false, code: 'bad_arguments', message: expect.stringContaining('limit') });
  });

  it('say why they failed, and name what is no text', async () => {
    const close = registry.list()[1]!.name;
    expect(await registry.execute(close, { id: 3 })).toMatchObject({ ok: false, code: 'tool_failed', message: expect.stringContaining('there is no ticket 3') });
    expect(await registry.execute(close, { id: 1 })).toMatchObject({ ok: true, data: { text: 'closed\n[image image/png, 3 bytes]\n[resource tickets://1: ticket]' } });
  });

  it('are cancelled by the signal', async () => {
    const answer = registry.execute('Tickets_Co__wait', {}, { signal: AbortSignal.timeout(200) });
    expect(await answer).toMatchObject({ ok: false, code: 'cancelled' });
    expect(await registry.execute('Tickets_Co__find', { query: 'after' })).toMatchObject({ ok: true });
  });

  it('are refused when the server is gone, and say so', async () => {
    const answer = await registry.execute('Tickets_Co__die', {});
    expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('Tickets_Co') });
    expect(await registry.execute('Tickets_Co__find', { query: 'x' })).toMatchObject({ ok: false, code: 'server_failed', message: expect.stringMatching(/Tickets_Co.*onnect/) });
  });

  it('leave the registry with their server', async () => {
    await registry.close();
    expect(registry.list()).toEqual([]);
  });
});

it('a call ends after the time that was given', async () => {
  await registry.connect({ ...started, timeoutSeconds: 1 });
  expect(await registry.execute('Tickets_Co__wait', {})).toMatchObject({ ok: false, code: 'tool_failed', message: expect.stringContaining('longer than 1 s') });
});

it('a server that is started gets the environment that is given, and none of ours but what finds programs', async () => {
  process.env.OUR_SECRET = 'x';
  await registry.connect({ ...started, name: 't', env: { TICKETS_TOKEN: 'y' } });
  const answer = await registry.execute('t__env', {});
  delete process.env.OUR_SECRET;
  const names = answer.ok ? (answer.data as { text: string }).text.split(' ') : [];
  expect(names).toContain('TICKETS_TOKEN');
  expect(names.filter((name) => !['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'TICKETS_TOKEN'].includes(name))).toEqual([]);
});

it('the program ends with its connection', async () => {
  const { close, tools } = await registry.connect(started);
  const alive = (pid: number) => spawnSync('kill', ['-0', String(pid)]).status === 0;
  const answer = await registry.execute('Tickets_Co__pid', {});
  const pid = Number(answer.ok && (answer.data as { text: string }).text);
  expect(alive(pid)).toBe(true);
  await close();
  expect(alive(pid)).toBe(false);
  expect(tools).toHaveLength(6);
  expect(registry.list()).toEqual([]);
});

it('headers go with every request', async () => {
  const url = await overHttp({ TICKETS_TOKEN: 'secret' });
  await expect(registry.connect({ url })).rejects.toMatchObject({ code: 'server_failed' });
  await registry.connect({ url, headers: { authorization: 'Bearer secret' } });
  expect(await registry.execute('Tickets_Co__find', { query: 'x' })).toMatchObject({ ok: true });
});

it.each([
  ['a program that is not there', { command: '/nowhere/server' }, 'server_failed', /nowhere\/server.*ENOENT/],
  ['a program that is no server', { command: process.execPath, args: ['-e', 'console.error("I need a key"); process.exit(1)'] }, 'server_failed', /it wrote: I need a key.*by hand/s],
  ['an address where nobody listens', { url: 'http://127.0.0.1:9/mcp' }, 'server_failed', /127\.0\.0\.1:9.*Check the address/s],
  ['an address that is none', { url: 'tickets' }, 'bad_arguments', /"tickets".*such as http/s],
  ['an address of another kind', { url: 'file:///etc/passwd' }, 'bad_arguments', /such as http/],
])('does not connect to %s', async (_title, server, code, message) => {
  await expect(registry.connect(server)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  expect(registry.list()).toEqual([]);
});

it('two servers of one name do not mix: the second is refused and ended', async () => {
  await registry.connect(started);
  await expect(registry.connect(started)).rejects.toMatchObject({ code: 'bad_arguments', message: expect.stringContaining('Tickets_Co__find') });
  expect(registry.list()).toHaveLength(6);
  await registry.connect({ ...started, name: 'second' });
  expect(registry.list()).toHaveLength(12);
});

it.each([
  ['s', ['find', 'a.b', 'a_b'], ['s__find', /^s__a_b_[0-9a-f]{6}$/, 's__a_b']],
  ['s', ['x'.repeat(100), 'é'], [/^s__x{54}_[0-9a-f]{6}$/, /^s____[0-9a-f]{6}$/]],
])('names of tools fit function calling: %s, %j', (server, tools, expected) => {
  const names = namesFor(server, tools);
  expect(names).toEqual(expected.map((e) => (typeof e === 'string' ? e : expect.stringMatching(e))));
  for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
});
