import { UntilgreenError } from '../core/errors.ts';
import { publicUrl } from './base-url.ts';

export interface ServedModels {
  baseUrl: string;
  models: string[];
}

/** Ports that local servers listen on by default, the likeliest first. */
export const USUAL_PORTS: readonly { port: number; server: string }[] = [
  { port: 8000, server: 'vLLM' },
  { port: 8008, server: 'vLLM' },
  { port: 11434, server: 'Ollama' },
  { port: 1234, server: 'LM Studio' },
  { port: 8080, server: 'llama.cpp' },
];

/** A server on the loopback answers its model list in a few milliseconds; this bounds the whole probe. */
export const PROBE_MS = 300;

/** A named server may be far away or busy. */
const LIST_MS = 5_000;

/** Chat models among the ids a server lists: Ollama and LM Studio list embedding models beside them. */
export function chatModels(ids: string[]): string[] {
  const chat = ids.filter((id) => !/embed|rerank|whisper|minilm|bge-|(^|[-/])e5-/i.test(id));
  return chat.length > 0 ? chat : ids;
}

function idsOf(body: unknown): string[] | undefined {
  const data = (body as { data?: unknown } | null)?.data;
  if (!Array.isArray(data)) return undefined;
  return data.map((entry: unknown) => (entry as { id?: unknown } | null)?.id).filter((id): id is string => typeof id === 'string');
}

/**
 * The models a server offers (`GET /models`).
 *
 * @param timeoutMs default 5000
 * @returns undefined when the server answers something else (not every server has the endpoint), or not in time
 * @throws `model_auth` on 401 and 403, `model_unreachable` when nothing listens there
 */
export async function listModels(
  baseUrl: string,
  apiKey: string | undefined,
  call: typeof fetch,
  options: { timeoutMs?: number; via?: string; signal?: AbortSignal } = {},
): Promise<string[] | undefined> {
  const timeout = AbortSignal.timeout(options.timeoutMs ?? LIST_MS);
  const signal = options.signal ? AbortSignal.any([timeout, options.signal]) : timeout;
  const where = publicUrl(baseUrl);
  try {
    const response = await call(`${baseUrl}/models`, { headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {}, signal });
    if (response.status === 401 || response.status === 403) {
      await response.body?.cancel();
      throw authError(where, response.status, apiKey !== undefined, options.via);
    }
    const text = await response.text();
    return response.ok ? idsOf(JSON.parse(text)) : undefined;
  } catch (error) {
    if (error instanceof UntilgreenError) throw error;
    if (options.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.', {}, undefined, { cause: error });
    // Slow is not absent: the first question finds out, under its own time-out.
    if (timeout.aborted || error instanceof SyntaxError) return undefined;
    throw unreachableError(where, error, options.via);
  }
}

/** The first of the usual loopback ports that lists a model, all asked at once. */
export async function probePorts(ports: readonly number[], call: typeof fetch, timeoutMs = PROBE_MS): Promise<ServedModels | undefined> {
  const answers = await Promise.all(
    ports.map(async (port): Promise<ServedModels | undefined> => {
      const baseUrl = `http://127.0.0.1:${port}/v1`;
      // Nobody named these ports: whatever listens there without being a model server is simply not one.
      const ids = await listModels(baseUrl, undefined, call, { timeoutMs }).catch(() => undefined);
      return ids && ids.length > 0 ? { baseUrl, models: chatModels(ids) } : undefined;
    }),
  );
  return answers.find((answer) => answer !== undefined);
}

/** The code of a failed connection (`ECONNREFUSED`), from wherever fetch hid it. */
export function networkCode(error: unknown): string | undefined {
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const code = (at as { code?: unknown }).code;
    if (typeof code === 'string') return code;
    if (at instanceof AggregateError) {
      const inner = at.errors.map(networkCode).find((c) => c !== undefined);
      if (inner) return inner;
    }
  }
  return undefined;
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  UND_ERR_SOCKET: 'the connection was closed',
  EHOSTUNREACH: 'the host is unreachable',
  ENETUNREACH: 'the network is unreachable',
};

export function unreachableError(where: string, cause: unknown, via?: string): UntilgreenError {
  const code = networkCode(cause);
  const reason = (code && REASONS[code]) ?? code ?? (cause instanceof Error ? cause.message : String(cause));
  return new UntilgreenError(
    'model_unreachable',
    `The model server ${where}${via ? ` (from ${via})` : ''} cannot be reached: ${reason}.`,
    { baseUrl: where, reason: code ?? reason, ...(via ? { via } : {}) },
    'Start it, or name another with --base-url, VLLM_URL or models.default.base_url.',
    { cause },
  );
}

export function authError(where: string, status: number, hadKey: boolean, via?: string): UntilgreenError {
  return new UntilgreenError(
    'model_auth',
    hadKey ? `The model server ${where} refused the API key (HTTP ${status}).` : `The model server ${where} wants an API key (HTTP ${status}).`,
    { baseUrl: where, status, ...(via ? { via } : {}) },
    hadKey ? 'Check the key.' : 'Set the key in the environment and name the variable with models.default.api_key_env.',
  );
}
