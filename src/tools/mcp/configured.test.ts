import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsSchema } from '../../config/schema.ts';
import { ToolRegistry } from '../tool-registry.ts';
import { configuredServers, joinConfigured, serverNamed, serverOf } from './configured.ts';

const SERVER = join(import.meta.dirname, '../../../test/mcp/tickets-server.mjs');
const config = (servers: Record<string, unknown>) => ({ settings: settingsSchema.parse({ mcp: { servers } }) });
const tickets = { command: process.execPath, args: [SERVER] };

let registry: ToolRegistry;
beforeEach(() => {
  registry = new ToolRegistry();
});
afterEach(() => registry.close());

it('a server is known by the first word of its tools, unless it is switched off', () => {
  const two = config({ tickets, off: { ...tickets, enabled: false } });
  expect(configuredServers(two)).toEqual(['tickets']);
  expect(['tickets__find', 'off__find', 'tickets', 'constructor__x'].map((name) => serverOf(name, two))).toEqual(['tickets', undefined, undefined, undefined]);
});

describe('what a server gets of the environment', () => {
  it('is what the configuration names, for a program', () => {
    const one = config({ t: { command: 'serve', args: ['--all'], env: { MODE: 'fast' }, env_from: ['TICKETS_TOKEN'], timeout_seconds: 5 } });
    expect(serverNamed('t', one, { TICKETS_TOKEN: 'x', OTHER: 'y' })).toEqual({ name: 't', command: 'serve', args: ['--all'], env: { MODE: 'fast', TICKETS_TOKEN: 'x' }, timeoutSeconds: 5 });
  });

  it('is what the configuration names, for headers', () => {
    const one = config({ t: { url: 'https://tickets.example/mcp', headers: { 'x-team': 'blue' }, headers_env: { authorization: 'TICKETS_AUTH' } } });
    expect(serverNamed('t', one, { TICKETS_AUTH: 'Bearer x' })).toEqual({ name: 't', url: 'https://tickets.example/mcp', headers: { 'x-team': 'blue', authorization: 'Bearer x' }, timeoutSeconds: 60 });
  });

  it('is refused by name where it is not set', () => {
    expect(() => serverNamed('t', config({ t: { ...tickets, env_from: ['TICKETS_TOKEN'] } }), {})).toThrow('The MCP server t needs the variable TICKETS_TOKEN, which is not set.');
  });
});

it('tools of all servers join; one that fails keeps no other back', async () => {
  const { joined, failed } = await joinConfigured(registry, config({ tickets, gone: { command: '/nowhere/server' } }));
  expect(joined.map(({ server }) => server)).toEqual(['tickets']);
  expect(failed).toEqual([{ name: 'gone', error: expect.objectContaining({ code: 'server_failed' }) }]);
  expect(await registry.execute('tickets__find', { query: 'open' })).toMatchObject({ ok: true, data: { structured: { ids: [1, 2] } } });
});

it('nothing is started that was not asked for', async () => {
  const at = mkdtempSync(join(tmpdir(), 'mcp-servers-'));
  const [mark, script] = [join(at, 'mark'), join(at, 'server.mjs')];
  writeFileSync(script, `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(mark)}, 'started');`);
  const { joined } = await joinConfigured(registry, config({ tickets, marks: { command: process.execPath, args: [script] } }), ['tickets']);
  expect([joined.length, existsSync(mark)]).toEqual([1, false]);
  rmSync(at, { recursive: true });
});
