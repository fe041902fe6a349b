import { UntilgreenError } from '../core/errors.ts';
import type { z } from 'zod';
import { decodeReply } from './decode.ts';
import type { Answer, AskOptions, Models, Role } from './types.ts';
import { ROLES } from './types.ts';

/** A reply: a text, a value (given as JSON), an error to reject with, or a function of the question. */
export type FauxReply = string | Error | object | ((options: AskOptions<unknown>, nth: number) => unknown);

export interface FauxModels extends Models {
  /** Every question so far, in order. */
  readonly calls: AskOptions<unknown>[];
  /** Scripted replies that were not asked for. */
  remaining(): number;
}

/**
 * Models without a server, for tests of what asks them. A list answers in order, whoever asks; a record gives each role its own list.
 * A reply is decoded and validated as a real one, without the corrective turn. A question beyond the script is an `internal` error.
 *
 * @example
 * const models = fauxModels({ planner: [{ summary: 'fix', steps: [], checks: [] }], reflector: ['again'] });
 */
export function fauxModels(script: FauxReply[] | Partial<Record<Role, FauxReply[]>>): FauxModels {
  const calls: AskOptions<unknown>[] = [];
  const shared = Array.isArray(script) ? [...script] : undefined;
  const perRole = Array.isArray(script) ? {} : Object.fromEntries(Object.entries(script).map(([role, replies]) => [role, [...replies]]));
  const queueOf = (role: Role): FauxReply[] => shared ?? perRole[role] ?? [];
  return {
    calls,
    remaining: () => (shared ? shared.length : Object.values(perRole).reduce((sum, queue) => sum + queue.length, 0)),
    describe: () => ROLES.map((role) => ({ role, provider: 'faux', model: 'faux' })),
    async ask<T>(options: AskOptions<T>): Promise<Answer<T>> {
      if (options.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled while a model was asked.');
      // The caller may go on to change its list of messages; the record keeps what was asked.
      calls.push({ ...(options as AskOptions<unknown>), messages: options.messages.map((message) => ({ ...message })) });
      const queue = queueOf(options.role);
      if (queue.length === 0) throw new UntilgreenError('internal', `The faux models have no reply for question ${calls.length} (${options.role}${options.key ? `, ${options.key}` : ''}).`);
      const next = queue.shift()!;
      const given: unknown = typeof next === 'function' ? await (next as (o: AskOptions<unknown>, n: number) => unknown)(options as AskOptions<unknown>, calls.length) : next;
      if (given instanceof Error) throw given;
      const text = typeof given === 'string' ? given : JSON.stringify(given);
      options.onText?.(text);
      return { text, value: valueOf(text, options), model: 'faux', usage: countOf(options, text), ms: 0, requests: 1 };
    },
  };
}

function valueOf<T>(text: string, options: AskOptions<T>): T {
  if (!options.schema) return text as T;
  const decoded = decodeReply(text, options.schema as z.ZodType<T>, options.schemaName ?? 'reply');
  if (!decoded.ok) throw new UntilgreenError('model_reply_invalid', `The model faux gave no valid ${options.schemaName ?? 'reply'}: ${decoded.problems}`, { model: 'faux', reply: text, problems: decoded.problems });
  return decoded.value;
}

/** Counts that are equal from run to run: four characters a token. */
function countOf(options: AskOptions<unknown> | AskOptions<never>, text: string): Answer<unknown>['usage'] {
  const input = options.system.length + options.messages.reduce((sum, message) => sum + message.content.length, 0);
  return { inputTokens: Math.ceil(input / 4), outputTokens: Math.ceil(text.length / 4), cachedTokens: 0, cost: undefined };
}
