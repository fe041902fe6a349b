// A small MCP server for tests, over standard streams or, with --http, on a loopback port that it prints.
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { z } from 'zod';

function tickets() {
  const server = new McpServer({ name: 'Tickets & Co', version: '1.0.0' });
  server.registerTool(
    'find',
    { description: 'Find tickets.', inputSchema: z.object({ query: z.string(), limit: z.int().min(1).default(10) }), outputSchema: z.object({ ids: z.array(z.number()) }), annotations: { readOnlyHint: true } },
    ({ query, limit }) => ({ content: [{ type: 'text', text: `\u001b[31m${query}\u001b[0m: up to ${limit}` }], structuredContent: { ids: [1, 2].slice(0, limit) } }),
  );
  server.registerTool('close.ticket', { description: '\u001b[31mClose a ticket.', inputSchema: z.object({ id: z.number() }) }, ({ id }) => {
    if (id > 2) return { isError: true, content: [{ type: 'text', text: `there is no ticket ${id}` }] };
    return { content: [{ type: 'text', text: 'closed' }, { type: 'image', mimeType: 'image/png', data: 'AAAA' }, { type: 'resource_link', uri: 'tickets://1', name: 'ticket' }] };
  });
  server.registerTool('env', { description: 'Names of the environment.', inputSchema: z.object({}) }, () => ({ content: [{ type: 'text', text: Object.keys(process.env).sort().join(' ') }] }));
  server.registerTool('pid', { description: 'Number of the process.', inputSchema: z.object({}) }, () => ({ content: [{ type: 'text', text: String(process.pid) }] }));
  server.registerTool('wait', { description: 'Wait until it is cancelled.', inputSchema: z.object({}) }, (_args, { mcpReq }) => new Promise((_resolve, reject) => mcpReq.signal.addEventListener('abort', () => {
    process.stderr.write('told to stop\n');
    reject(new Error('cancelled'));
  })));
  server.registerTool('die', { description: 'End the server.', inputSchema: z.object({}) }, () => process.exit(3));
  return server;
}

if (process.argv.includes('--http')) {
  const handler = createMcpHandler(tickets);
  const http = createServer(async (request, response) => {
    if (process.env.TICKETS_TOKEN && request.headers.authorization !== `Bearer ${process.env.TICKETS_TOKEN}`) return response.writeHead(401).end();
    const body = ['GET', 'HEAD'].includes(request.method) ? undefined : Readable.toWeb(request);
    const answer = await handler.fetch(new Request(`http://127.0.0.1${request.url}`, { method: request.method, headers: Object.entries(request.headers), body, duplex: 'half' }));
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body) for await (const piece of answer.body) response.write(piece);
    return response.end();
  });
  http.listen(0, '127.0.0.1', () => process.stdout.write(`${http.address().port}\n`));
} else serveStdio(tickets);
