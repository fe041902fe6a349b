import { canonicalJson, sha256 } from '../core/hash.ts';
import { decodeReply } from './decode.ts';
import { schemaJson } from './schema-text.ts';
import type { Answer, AskOptions, Models, Usage } from './types.ts';

/** One finished call, as the run's log keeps it. */
export interface FinishedCall {
  key: string;
  requestHash: string;
  role: string;
  model: string;
  reply: Record<string, unknown>;
  inputTokens: number | null;
  outputTokens: number | null;
  cachedTokens: number | null;
  cost: number | null;
  ms: number;
}

/** Where finished calls are kept: the lease's `modelCall` and `recordModelCall`. */
export interface Memo {
  get(key: string, requestHash: string): Promise<Record<string, unknown> | undefined>;
  put(call: FinishedCall): Promise<void>;
}

/** The part of `HttpModels` that lets a replay pass over what was not asked again. */
type Skipping = Models & { skip?: (key: string) => void };

/**
 * What was asked, without the model: a run resumed with another model still repeats no finished call.
 */
export function requestHash(options: AskOptions<unknown>): string {
  const { role, system, messages, schemaName, temperature, maxOutputTokens } = options;
  const schema = options.schema && schemaJson(options.schema);
  return sha256(canonicalJson({ role, system, messages: messages.map(({ role: by, content }) => ({ role: by, content })), schema, schemaName, temperature, maxOutputTokens }));
}

/**
 * Models that repeat no finished call of a run: a question with a `key` whose reply is kept, for the same request, is answered from the
 * memo, with the usage it had. Questions without a key are always asked.
 *
 * @example
 * const models = durable(budgeted(http, budget, spent), { get: lease.modelCall, put: lease.recordModelCall });
 */
export function durable(models: Skipping, memo: Memo): Models & { skip(key: string): void } {
  return {
    describe: () => models.describe(),
    skip: (key) => models.skip?.(key),
    async ask<T>(options: AskOptions<T>): Promise<Answer<T>> {
      const { key } = options;
      if (key === undefined) return models.ask(options);
      const hash = requestHash(options as AskOptions<unknown>);
      const kept = await memo.get(key, hash);
      const restored = kept && restore(kept, options);
      if (restored) {
        models.skip?.(key);
        return restored;
      }
      const answer = await models.ask(options);
      const { inputTokens, outputTokens, cachedTokens, cost } = answer.usage;
      await memo.put({
        key,
        requestHash: hash,
        role: options.role,
        model: answer.model,
        reply: { text: answer.text, model: answer.model, usage: answer.usage, ms: answer.ms, requests: answer.requests, ...(answer.truncated ? { truncated: true } : {}) },
        inputTokens: inputTokens ?? null,
        outputTokens: outputTokens ?? null,
        cachedTokens: cachedTokens ?? null,
        cost: cost ?? null,
        ms: answer.ms,
      });
      return answer;
    },
  };
}

/** The kept answer, its value read from the text again; undefined when it no longer satisfies the schema, and is then asked anew. */
function restore<T>(kept: Record<string, unknown>, options: AskOptions<T>): Answer<T> | undefined {
  const { text, model, ms, requests, truncated } = kept as Partial<Answer<T>>;
  if (typeof text !== 'string') return undefined;
  const decoded = options.schema ? decodeReply(text, options.schema, options.schemaName ?? 'reply') : { ok: true as const, value: text as T };
  if (!decoded.ok) return undefined;
  const usage = (kept.usage ?? {}) as Partial<Usage>;
  return {
    text,
    value: decoded.value,
    model: model ?? '',
    // JSON drops what is undefined; the fields exist all the same.
    usage: { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, cachedTokens: usage.cachedTokens, cost: usage.cost },
    ms: ms ?? 0,
    requests: requests ?? 0,
    ...(truncated ? { truncated: true } : {}),
  };
}
