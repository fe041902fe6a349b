import { createServer, type AddressInfo } from 'node:net';
import { UntilgreenError } from '../../core/errors.ts';
import type { FoundModel } from '../files/types.ts';
import { httpFetch } from '../http-fetch.ts';
import { chatModels, listModels } from '../probe.ts';
import { converted } from './convert.ts';
import { startGroup, type Group } from './group.ts';
import { planServer } from './plan.ts';
import { failed, watched, type Watch } from './watch.ts';

export interface ServeOptions extends Watch {
  /** The user's environment: PATH, and what the server reads of it. */
  env: Record<string, string | undefined>;
  /** `--server`; see `planServer`. */
  server?: string;
  /** Milliseconds until it must answer; default 600,000: large weights on a slow disk take minutes. */
  readyMs?: number;
}

/** A server that runs for one model. */
export interface Served {
  /** `http://127.0.0.1:PORT/v1` */
  baseUrl: string;
  /** The name under which it lists the model. */
  model: string;
  /** `vLLM`, `llama.cpp` or the program that was named. */
  server: string;
  /** From its start until it answered; a conversion is not counted. */
  seconds: number;
  /** The most memory its processes held so far, in bytes; see `Group`. */
  peakBytes(): Promise<number | undefined>;
  /** Ends it with everything it started. */
  stop(): Promise<void>;
}

const READY_MS = 600_000;
const POLL_MS = 250;
const LIST_MS = 2_000;

/**
 * Starts a server of the user's (vLLM, or llama.cpp with the snapshot converted) for the folder of a snapshot, on a free port of the
 * loopback, and waits until it answers. It ends with this process, however that ends; `stop` ends it before.
 *
 * Errors: `model_incompatible` when nothing here can load the model, `model_server_failed` with the server's last words when it ends
 * early or does not answer in time, `cancelled`.
 *
 * @example
 * const served = await serveSnapshot(found, { env: process.env });
 * try { … served.baseUrl … } finally { await served.stop(); }
 */
export async function serveSnapshot(found: FoundModel, options: ServeOptions): Promise<Served> {
  const plan = await planServer(found, options.env, options.server);
  const env = serverEnv(options.env);
  const model = plan.convert ? await converted(found, plan.convert, env, options) : found.path;
  const port = await freePort();
  const started = performance.now();
  const args = plan.args.map((word) => word.replaceAll('{model}', model).replaceAll('{port}', String(port)));
  const group = await startGroup(plan.program, args, env);
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  try {
    const ids = await watched(group, 'start', options, answered(plan.server, group, baseUrl, options.readyMs ?? READY_MS));
    return { baseUrl, model: ids[0] ?? found.name, server: plan.server, seconds: (performance.now() - started) / 1000, peakBytes: () => group.peakBytes(), stop: () => group.stop() };
  } catch (error) {
    await group.stop();
    throw error;
  }
}

/**
 * Everything is on this machine, and nobody is told that it is used; what the user set stays. A key that the user has for another
 * server would make this one ask for it.
 */
function serverEnv({ VLLM_API_KEY: _vllm, LLAMA_API_KEY: _llama, ...env }: ServeOptions['env']): ServeOptions['env'] {
  return { HF_HUB_OFFLINE: '1', VLLM_NO_USAGE_STATS: '1', DO_NOT_TRACK: '1', ...env };
}

async function answered(server: string, group: Group, baseUrl: string, readyMs: number): Promise<string[]> {
  const end = performance.now() + readyMs;
  let code: number | null | undefined;
  void group.ended.then((value) => (code = value));
  for (;;) {
    const ids = await listModels(baseUrl, undefined, httpFetch, { timeoutMs: LIST_MS }).catch((error: unknown) => {
      // Until it listens nothing is there; anything else is told at once.
      if (error instanceof UntilgreenError && error.code === 'model_unreachable') return undefined;
      throw error;
    });
    if (code !== undefined) throw failed(server, `ended with ${code === null ? 'a signal' : `exit code ${code}`} before it answered`, group);
    if (ids && ids.length > 0) return chatModels(ids);
    if (performance.now() > end) throw failed(server, `did not answer within ${Math.round(readyMs / 1000)} s`, group);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** A port of the loopback that nothing listens on now. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
