import { ndJsonStream } from '@agentclientprotocol/sdk';
import { Readable, type Writable } from 'node:stream';
import { acpAgent } from './agent.ts';
import type { AcpOptions } from './types.ts';

export interface Wires {
  input: Readable;
  output: Writable;
  /** Ends the connection. */
  signal?: AbortSignal;
}

/** Serves one editor over two streams until it goes away; what was at work then is stopped and can be resumed. */
export async function serveAcp(options: AcpOptions, { input, output, signal }: Wires): Promise<void> {
  const { app, close } = acpAgent(options);
  const written = new WritableStream<Uint8Array>({
    // Waiting for each write keeps a slow editor from filling the memory.
    write: (bytes) => new Promise((resolve, reject) => output.write(bytes, (error) => (error ? reject(error) : resolve()))),
  });
  // Told by the write that failed, or by the end of the input.
  for (const stream of [input, output]) stream.on('error', () => {});
  const connection = app.connect(ndJsonStream(written, Readable.toWeb(input) as ReadableStream<Uint8Array>));
  signal?.addEventListener('abort', () => connection.close(), { once: true });
  await connection.closed;
  await close();
}
