/** A real llama.cpp server that takes the words of `vllm serve DIR --port N`; what it loads is the one GGUF file in the folder. */
import { readdirSync, realpathSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { startLlamaServer } from './llama-server.ts';

const words = process.argv.slice(2);
const folder = words[words.indexOf('serve') + 1] ?? '';
const file = readdirSync(folder).find((name) => name.endsWith('.bin-gguf')) ?? '';
const server = await startLlamaServer(realpathSync(join(folder, file)), { slots: 1 });
if (!server) process.exit(1);
const { port } = new URL(server.url);
// It chooses its port itself; this one passes everything on.
createServer((socket) => {
  const other = connect(Number(port), '127.0.0.1');
  socket.pipe(other).pipe(socket);
  socket.on('error', () => other.destroy());
  other.on('error', () => socket.destroy());
}).listen(Number(words[words.indexOf('--port') + 1]), '127.0.0.1');
