import { UntilgreenError } from '../core/errors.ts';
import { publicUrl } from './base-url.ts';
import { authError, networkCode, unreachableError } from './probe.ts';
import { retryableStatus } from './retry.ts';
import type { Target } from './target.ts';
import type { Wire } from './wire.ts';
import { Silence } from './wire.ts';

/** Why a request failed, and whether asking again, or asking in another form, can help. */
export interface Failure {
  /** `schema`: the server does not take this response format; the caller steps down. */
  kind: 'retry' | 'final' | 'schema';
  error: UntilgreenError;
  /** The server went silent: each further try costs the whole time-out again. */
  silent?: boolean;
}

/** A stream that ended before the reply was complete, or that was not one. */
export class BrokenStream extends Error {
  override readonly name = 'BrokenStream';
}

/**
 * What went wrong, from what the transport saw and what the provider package threw.
 *
 * @param answered the server has answered a request before: a refused connection is then a restart, not a wrong address
 */
export function classify(thrown: unknown, wire: Wire, target: Target, context: { withSchema: boolean; answered: boolean }): Failure {
  const where = publicUrl(target.baseUrl);
  const cause = wire.failure ?? thrown;
  if (cause instanceof UntilgreenError) return { kind: 'final', error: cause };
  if (cause instanceof Silence) return { kind: 'retry', silent: true, error: unreachableError(where, cause, target.via) };
  if (wire.status !== undefined && (wire.status < 200 || wire.status >= 300)) return fromStatus(wire, target, where, context.withSchema);
  if (wire.status === undefined || wire.failure !== undefined) {
    const code = networkCode(cause);
    const absent = code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'CERT_HAS_EXPIRED' || code === 'DEPTH_ZERO_SELF_SIGNED_CERT';
    return { kind: absent && !context.answered ? 'final' : 'retry', error: unreachableError(where, cause, target.via) };
  }
  const reason = reasonOf(thrown);
  return {
    kind: 'retry',
    error: new UntilgreenError('model_unreachable', `The model server ${where} answered, but not with a complete reply: ${reason}.`, { baseUrl: where, reason }, 'Is it an OpenAI-compatible server, and is the address its API root?', { cause: thrown }),
  };
}

function fromStatus(wire: Wire, target: Target, where: string, withSchema: boolean): Failure {
  const status = wire.status!;
  const said = messageOf(wire.errorBody) ?? `HTTP ${status}`;
  if (status === 401 || status === 403) return { kind: 'final', error: authError(where, status, Boolean(target.apiKey), target.via) };
  const refused = (next?: string): UntilgreenError =>
    new UntilgreenError('model_refused', `The model ${target.model} at ${where} refused the request (HTTP ${status}): ${said}`, { baseUrl: where, model: target.model, status, said }, next);
  // A spent account answers 429 like a busy one, but no waiting helps.
  if (status === 429 && /insufficient_quota|billing|credit balance/i.test(wire.errorBody ?? '')) return { kind: 'final', error: refused('Check the plan and billing of the account.') };
  if (retryableStatus(status) && !schemaComplaint(status, wire.errorBody, withSchema)) return { kind: 'retry', error: refused('The server kept failing; try again later.') };
  if (schemaComplaint(status, wire.errorBody, withSchema)) return { kind: 'schema', error: refused() };
  if (/context.{0,20}(length|window|size)|too many tokens|maximum.{0,20}tokens|prompt is too long/i.test(said)) return { kind: 'final', error: refused('Lower models.context_tokens, or use a model with a larger context.') };
  if (status === 404) return { kind: 'final', error: refused('Check the model name (models.default.model) and the base URL.') };
  return { kind: 'final', error: refused() };
}

/** Servers without structured output answer 400, 422 or 501, some 500, and name the field or the feature in their own words. */
function schemaComplaint(status: number, body: string | undefined, withSchema: boolean): boolean {
  return withSchema && [400, 415, 422, 500, 501].includes(status) && /response_?format|json[ _-]?schema|schema|grammar|structured|guided|output_config|output_format/i.test(body ?? '');
}

/** The sentence in an error body of any dialect, on one line. */
function messageOf(body: string | undefined): string | undefined {
  if (!body?.trim()) return undefined;
  let text = body;
  try {
    const json = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown; detail?: unknown };
    const error = json.error;
    const found = [typeof error === 'object' ? error?.message : error, json.message, json.detail].find((m) => typeof m === 'string');
    if (typeof found === 'string') text = found;
  } catch {
    text = body.replace(/<[^>]*>/g, ' '); // an HTML page of a proxy
  }
  return text.replace(/\s+/g, ' ').trim().slice(0, 300);
}

function reasonOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : typeof thrown === 'object' ? (messageOf(JSON.stringify({ error: thrown })) ?? '') : String(thrown);
  return text.split('\n')[0]!.slice(0, 200).replace(/[.:]\s*$/, '');
}
