import type { Readable, Writable } from 'node:stream';
import { serveStdio as serve, StdioServerTransport } from '@modelcontextprotocol/server/stdio';
import type { Service } from './service.ts';

/** Serves one client over standard streams until it closes them or the signal comes; nothing but the protocol goes to `output`. */
export async function serveStdio(service: Service, options: { input?: Readable; output?: Writable; signal?: AbortSignal; onError?: (error: Error) => void } = {}): Promise<void> {
  const input = options.input ?? process.stdin;
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) input.once(event, () => resolve());
    options.signal?.addEventListener('abort', () => resolve(), { once: true });
  });
  const handle = serve(() => service.connect({ trusted: true, lasting: true }), {
    transport: new StdioServerTransport(input, options.output ?? process.stdout),
    ...(options.onError && { onerror: options.onError }),
  });
  if (!options.signal?.aborted) await ended;
  await handle.close();
}
