import { UntilgreenError } from '../core/errors.ts';
import type { z } from 'zod';
import { decodeReply } from './decode.ts';
import type { Sample, SampleRequest, Sampler, SamplerInfo, Samples } from './sampler.ts';
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

/** The texts of one request: as many as it asks for, or fewer, which then repeat in turn; an error to reject with; or a function of the request. */
export type FauxTexts = readonly string[] | Error | ((request: SampleRequest, nth: number) => readonly string[] | Promise<readonly string[]>);

export interface FauxSampler extends Sampler {
  /** Every request so far, in order. */
  readonly calls: SampleRequest[];
}

/**
 * A sampler without a server, for tests of what samples. A list has an entry for each request; a function answers them all. A request
 * beyond the list is an `internal` error.
 *
 * @param info what it says of itself; default an instruct model of 1.5 billion parameters
 *
 * @example
 * const sampler = fauxSampler([['```python\ndef f():\n    return 1\n```'], ['no code', 'either']]);
 */
export function fauxSampler(script: readonly FauxTexts[] | Exclude<FauxTexts, readonly string[] | Error>, info: Partial<SamplerInfo> = {}): FauxSampler {
  const calls: SampleRequest[] = [];
  const about: SamplerInfo = { provider: 'faux', model: 'faux', form: 'chat', billions: 1.5, ...info };
  return {
    calls,
    describe: () => about,
    async sample(request): Promise<Samples> {
      if (request.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled while a model was asked.');
      const next = typeof script === 'function' ? script : script[calls.length];
      calls.push(request);
      if (next === undefined) throw new UntilgreenError('internal', `The faux sampler has no texts for request ${calls.length}${request.key ? ` (${request.key})` : ''}.`);
      if (next instanceof Error) throw next;
      const texts = typeof next === 'function' ? await next(request, calls.length) : next;
      const samples = Array.from({ length: request.n }, (_, index): Sample => {
        const text = texts[index % texts.length] ?? '';
        return { text, outputTokens: Math.ceil(text.length / 4), finish: 'stop' };
      });
      for (const [index, sample] of samples.entries()) request.onSample?.(sample, index);
      const prompt = about.form === 'completion' ? request.completion.prompt : request.chat.system + request.chat.user;
      const outputTokens = samples.reduce((sum, sample) => sum + sample.outputTokens!, 0);
      return { samples, form: about.form === 'completion' ? 'completion' : 'chat', usage: { inputTokens: Math.ceil(prompt.length / 4), outputTokens, cachedTokens: 0, cost: undefined }, ms: 0, requests: 1 };
    },
  };
}
