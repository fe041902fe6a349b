import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it } from 'vitest';

const SERVER = join(import.meta.dirname, '../../test/mcp/double-stdio.ts');

it('what is under way is cancelled when the client goes, and the server ends; nothing but the protocol was on its stdout', async () => {
  const server = spawn(process.execPath, ['--import', 'tsx', SERVER], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(server, 'exit');
  let log = '';
  server.stderr.on('data', (piece: Buffer) => (log += piece.toString()));
  const send = (message: object): unknown => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'x', version: '1' } } });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/call', params: { name: 'run_goal', arguments: { request: 'work for ever' }, _meta: { progressToken: 'p' } } });

  const messages: { jsonrpc: string; method?: string }[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    messages.push(JSON.parse(line));
    if (messages.at(-1)?.method === 'notifications/progress') server.stdin.end();
  }
  expect(await exited).toEqual([0, null]);
  expect(log).toContain('log: cancelled run-1');
  expect(messages.every(({ jsonrpc }) => jsonrpc === '2.0')).toBe(true);
  expect(messages.at(-1)).toMatchObject({ method: 'notifications/progress', params: { progressToken: 'p', message: 'planning' } });
});
