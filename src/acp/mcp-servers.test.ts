import type { McpServer } from '@agentclientprotocol/sdk';
import { describe, expect, it } from 'vitest';
import { settingsSchema, type LoadedConfig } from '../config/schema.ts';
import { withEditorServers } from './mcp-servers.ts';

const config = (mcp: object = {}): LoadedConfig => ({ settings: settingsSchema.parse({ mcp }), origins: {}, files: [], env: {} });
const docs: McpServer = { name: 'my docs', command: 'docs', args: ['--stdio'], env: [{ name: 'KEY', value: 'x' }] };
const web: McpServer = { type: 'http', name: 'web', url: 'http://127.0.0.1:1/mcp', headers: [{ name: 'Authorization', value: 'Bearer x' }] };
const old: McpServer = { type: 'sse', name: 'old', url: 'http://127.0.0.1:1/sse', headers: [] };

describe('the MCP servers of an editor', () => {
  it('are left out, and this is said, unless the user lets runs use such tools', () => {
    const plain = config();
    expect(withEditorServers(plain, [docs, web])).toEqual({ config: plain, notes: [expect.stringContaining('(my docs, web) are not used')] });
    expect(withEditorServers(plain, [])).toEqual({ config: plain, notes: [] });
  });

  it('join those of the configuration, which go before them', () => {
    const { config: joined, notes } = withEditorServers(config({ use_in_runs: true, servers: { web: { command: 'own' } } }), [docs, web, old]);
    expect(joined.settings.mcp.servers).toEqual({
      web: { command: 'own', timeout_seconds: 60, enabled: true },
      my_docs: { command: 'docs', args: ['--stdio'], env: { KEY: 'x' }, timeout_seconds: 60, enabled: true },
    });
    expect(notes).toEqual([expect.stringContaining('web is not used: there is another'), expect.stringContaining('old is not used')]);
    expect(withEditorServers(config({ use_in_runs: true }), [web]).config.settings.mcp.servers).toEqual({ web: { url: 'http://127.0.0.1:1/mcp', headers: { Authorization: 'Bearer x' }, timeout_seconds: 60, enabled: true } });
  });

  it('have names that the configuration could have given them', () => {
    const { config: joined } = withEditorServers(config({ use_in_runs: true }), [{ ...docs, name: '__odd  __ name: with signs and far too long__' }]);
    expect(settingsSchema.safeParse({ mcp: { servers: joined.settings.mcp.servers } }).error?.message).toBeUndefined();
  });
});
