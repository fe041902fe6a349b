import { placeOf } from '../answer.ts';
import { isLocal } from '../local-url.ts';
import type { Tape } from '../recording.ts';
import type { Target } from '../target.ts';
import { billionsOf } from './billions.ts';
import { FACTS_PATH } from './learn.ts';

/** What is known of the server of a model before it is asked, and what its answers taught. */
export interface ServerFacts {
  kind: 'in process' | 'llama.cpp' | 'vllm' | 'other';
  /** `auto`: nothing said whether there is a chat template; the first answer will. */
  form: 'chat' | 'completion' | 'auto';
  /** A last message of the assistant is continued. */
  prefill: boolean;
  /** Most samples of one request; 1 where the server gives one at a time. */
  most: number | undefined;
  billions: number | undefined;
}

/** @param request the sampling that needs to know */
export type FactsOf = (target: Target, request: { key?: string; signal?: AbortSignal }) => Promise<ServerFacts>;

/** The question that a recording counts the probe to: a sampling that is asked again must not have it among its own requests. */
const FACTS_KEY = 'server-facts';

/**
 * Finds out about each server once. A recording keeps what was found out, not what the server said of itself, which names paths and hosts.
 *
 * @param earlier what the part of a recording that is continued taught of a model
 */
export function createFacts(parts: { net: (baseUrl: string) => typeof fetch; tape: Tape | undefined; earlier: (model: string) => ServerFacts | undefined }): FactsOf {
  const known = new Map<string, ServerFacts>();
  return async (target, { key, signal }) => {
    const place = placeOf(target);
    const before = known.get(place) ?? parts.earlier(target.model);
    if (before) {
      known.set(place, before);
      return before;
    }
    const probe: typeof fetch = async () => Response.json(await probeServer(target, parts.net(target.baseUrl), signal));
    parts.tape?.begin(FACTS_KEY);
    const ask = parts.tape ? parts.tape.through(probe, target.baseUrl) : probe;
    const response = await ask(`${target.baseUrl}${FACTS_PATH}`, { method: 'POST', body: JSON.stringify({ model: target.model }) });
    const facts = (await response.json()) as ServerFacts;
    parts.tape?.begin(key);
    // Two samplings at once may both have asked.
    const first = known.get(place) ?? facts;
    known.set(place, first);
    return first;
  };
}

/** A loaded server answers in milliseconds; a busy one may take a while. */
const PROBE_MS = 5_000;

/**
 * Asks a server what it is: llama.cpp (and the model in this process, which speaks like it) by `/props`, vLLM by `/version`. Whatever
 * answers neither is taken for a server that knows the protocol and nothing beyond it.
 */
async function probeServer(target: Target, call: typeof fetch, signal?: AbortSignal): Promise<ServerFacts> {
  const facts = await factsOf(target, call, signal);
  const { api = 'auto' } = target;
  return api === 'auto' ? facts : { ...facts, form: api };
}

async function factsOf(target: Target, call: typeof fetch, signal?: AbortSignal): Promise<ServerFacts> {
  const base: ServerFacts = { kind: 'other', form: 'auto', prefill: false, most: undefined, billions: billionsOf(target.model) };
  if (target.provider !== 'openai-compatible') return { ...base, form: 'chat' };
  const local = isLocal(target.baseUrl);
  const root = local ? target.baseUrl : target.baseUrl.replace(/\/v\d[^/]*$/, '');
  const ask = (url: string): Promise<Record<string, unknown> | undefined> => jsonAt(url, target.apiKey, call, signal);
  const props = await ask(`${root}/props`);
  if (props && (local || 'total_slots' in props)) {
    const { chat_template: template, total_slots: slots } = props;
    return {
      kind: local ? 'in process' : 'llama.cpp',
      // The text of the template, or whether there is one.
      form: template === undefined || template === '' || template === false ? 'completion' : 'chat',
      prefill: true,
      most: typeof slots === 'number' ? slots : undefined,
      billions: parametersOf(await ask(`${target.baseUrl}/models`)) ?? base.billions,
    };
  }
  const version = await ask(`${root}/version`);
  return typeof version?.version === 'string' ? { ...base, kind: 'vllm', prefill: true } : base;
}

/** `n_params` of the model that llama.cpp lists, in billions. */
function parametersOf(list: Record<string, unknown> | undefined): number | undefined {
  const first: unknown = Array.isArray(list?.data) ? list.data[0] : undefined;
  const parameters = (first as { meta?: { n_params?: unknown } | null } | undefined)?.meta?.n_params;
  return typeof parameters === 'number' && parameters > 0 ? parameters / 1e9 : undefined;
}

/** The object at an address, undefined where there is none: a server without this endpoint, or one that is slow to say. */
async function jsonAt(url: string, apiKey: string | undefined, call: typeof fetch, signal: AbortSignal | undefined): Promise<Record<string, unknown> | undefined> {
  const timeout = AbortSignal.timeout(PROBE_MS);
  try {
    const response = await call(url, { headers: apiKey ? { authorization: `Bearer ${apiKey}` } : {}, signal: signal ? AbortSignal.any([timeout, signal]) : timeout });
    const text = await response.text();
    const value: unknown = response.ok ? JSON.parse(text) : undefined;
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    signal?.throwIfAborted();
    return undefined; // the first request tells what is wrong with the server
  }
}
