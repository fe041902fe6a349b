import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { cacheDir } from '../../src/config/paths.ts';

/** llama.cpp's own HTTP server as a Python module, prebuilt; a wheel of 34 MB. */
const PACKAGE = 'xllamacpp==2026.10.11549';

const SERVER = `
import os, signal, sys, threading, time
import xllamacpp
model, slots, context = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
p = xllamacpp.CommonParams()
p.model.path = model
p.port = 0
p.n_parallel = slots
p.n_ctx = context * slots
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 1
p.use_jinja = True
p.verbosity = 0
server = xllamacpp.Server(p)
print("ready", server.listening_address, flush=True)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
sys.stdin.read()  # ends with whoever started it
os._exit(0)
`;

export interface LlamaServer {
  /** `http://127.0.0.1:PORT/v1` */
  url: string;
  close(): Promise<void>;
}

/**
 * A real llama.cpp server for one GGUF file, on one thread. Its package is installed into a virtual environment under the cache directory when
 * it is first needed. Undefined, with the reason printed, where that cannot be done (no Python, no network); on a CI machine it is an error.
 *
 * @param options `slots`: sequences at a time, default 4. `context`: tokens of each, default 1024
 *
 * @example
 * const server = await startLlamaServer(await smallModel('smollm2'));
 * // … { VLLM_URL: server.url }
 * await server?.close();
 */
export async function startLlamaServer(model: string | undefined, options: { slots?: number; context?: number } = {}): Promise<LlamaServer | undefined> {
  if (model === undefined) return undefined;
  try {
    return await started(await environment(), model, options);
  } catch (error) {
    if (process.env['CI']) throw error;
    console.warn(`Tests with a llama.cpp server are left out: ${(error as Error).message}`);
    return undefined;
  }
}

/** The Python of the environment that has the server. */
async function environment(): Promise<string> {
  const root = join(cacheDir(), 'llama-server', PACKAGE.replace('==', '-'));
  const python = join(root, 'bin', 'python');
  if (existsSync(python)) return python;
  const run = promisify(execFile);
  // Made beside and moved: what was interrupted is not taken for whole.
  const making = `${root}.${process.pid}`;
  await mkdir(join(root, '..'), { recursive: true });
  try {
    await run('python3', ['-m', 'venv', making]);
    await run(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--only-binary=:all:', '--no-deps', PACKAGE]);
    await rename(making, root).catch((error: NodeJS.ErrnoException) => {
      if (!existsSync(python)) throw error; // another process was first
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return python;
}

async function started(python: string, model: string, { slots = 4, context = 1024 }: { slots?: number; context?: number }): Promise<LlamaServer> {
  const child = spawn(python, ['-c', SERVER, model, String(slots), String(context)], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (piece: Buffer) => (said = (said + piece.toString()).slice(-2_000)));
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const close = async (): Promise<void> => {
    child.kill();
    await ended;
  };
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^ready (\S+)/.exec(line)?.[1];
    if (address !== undefined) {
      child.stdout.resume();
      return { url: `${address}/v1`, close };
    }
  }
  await ended;
  throw new Error(`The llama.cpp server ended before it was ready: ${said.trim().split('\n').at(-1) ?? ''}`);
}
