import type { LoadedConfig } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import { publicUrl } from './base-url.ts';
import { decodeReply, withoutThinking } from './decode.ts';
import type { Decoded } from './decode.ts';
import { discoverModels } from './discover.ts';
import type { DiscoverOptions } from './discover.ts';
import { classify } from './failure.ts';
import { recordTo } from './record.ts';
import type { Tape } from './recording.ts';
import { headerOf, redactor, refusedSchemas, targetsOf } from './recording.ts';
import { replayFrom } from './replay.ts';
import type { Prompt, Reply } from './request.ts';
import { request } from './request.ts';
import { LONGEST_WAIT_MS, sleep, waitBefore } from './retry.ts';
import { correction, schemaJson, withSchemaText } from './schema-text.ts';
import type { Target } from './target.ts';
import type { Answer, AskOptions, Message, Models, Role } from './types.ts';
import { ROLES } from './types.ts';
import { NO_USAGE, addUsage, usageOf } from './usage.ts';
import { openWire } from './wire.ts';

export interface ModelsOptions extends DiscoverOptions {
  /** File that every exchange is written to; an existing recording is continued. */
  record?: string;
  /** Recording that answers in place of a server; nothing is discovered and nothing is sent. */
  replay?: string;
  /** Version of the product, for the recording's header; default: that of the package. */
  product?: string;
  /** For tests; default 0 to 1 at random. */
  random?: () => number;
  /** For tests; default a real wait. A replay never waits. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Models over HTTP, with what a recording needs. */
export interface HttpModels extends Models {
  /** A question was answered from the run's memo: a replay passes over its exchanges. */
  skip(key: string): void;
  /** Exchanges of a replay that no request has used. */
  remaining(): number;
  /** Closes the recording. */
  close(): void;
}

/** How often a silent server is asked again: each try costs the whole time-out. */
const SILENT_RETRIES = 2;

/**
 * The models of a run, found by `discoverModels`, or those of a recording.
 *
 * Replies stream; after a broken stream the request is repeated, so `onText` may see a beginning twice.
 * While a run is recorded or replayed, questions are asked one at a time, in the order of the calls.
 *
 * @throws as `discoverModels`; `usage` when both `record` and `replay` are given; `replay_missing` for a file that is no recording
 *
 * @example
 * const models = await createModels(config, { record: 'run.jsonl' });
 * const { value } = await models.ask({ role: 'planner', system, messages, schema: planSchema, schemaName: 'plan', key: 'it1/plan' });
 */
export async function createModels(config: LoadedConfig, options: ModelsOptions = {}): Promise<HttpModels> {
  if (options.record !== undefined && options.replay !== undefined) {
    throw new UntilgreenError('usage', 'Expected one of --record and --replay, got both.', {}, 'A replay sends nothing that could be recorded.');
  }
  const call = options.fetch ?? fetch;
  const { timeout_ms: timeoutMs, max_retries: maxRetries } = config.settings.models;
  const random = options.random ?? Math.random;
  const pause = options.replay === undefined ? (options.sleep ?? sleep) : async (): Promise<void> => {};

  let targets: Record<Role, Target>;
  let tape: Tape | undefined;
  let withoutSchema = new Set<string>();
  if (options.replay !== undefined) {
    const replay = replayFrom(options.replay, redactor(config.env));
    targets = targetsOf(replay.header);
    tape = replay;
  } else {
    targets = await discoverModels(config, options);
    if (options.record !== undefined) {
      const redact = redactor(config.env, ROLES.map((role) => targets[role].apiKey));
      const recorder = recordTo(options.record, headerOf(targets, options.product ?? (await productVersion())), redact);
      withoutSchema = new Set([...refusedSchemas(recorder.earlier)].flatMap((model) => ROLES.filter((role) => targets[role].model === model).map((role) => place(targets[role]))));
      tape = recorder;
    }
  }
  const answered = new Set<string>();
  let turn: Promise<unknown> = Promise.resolve();

  async function send(target: Target, prompt: Prompt, ask: AskOptions<unknown>, count: () => void): Promise<Reply> {
    let failures = 0;
    for (;;) {
      ask.signal?.throwIfAborted();
      const wire = openWire(tape ? tape.through(call, target.baseUrl) : call, timeoutMs, ask.signal);
      count();
      try {
        const reply = await request(target, prompt, wire, ask.signal, ask.onText);
        answered.add(target.baseUrl);
        return reply;
      } catch (thrown) {
        if (ask.signal?.aborted) throw thrown;
        const failure = classify(thrown, wire, target, { withSchema: prompt.schema !== undefined, answered: answered.has(target.baseUrl) });
        if (wire.status !== undefined) answered.add(target.baseUrl);
        if (failure.kind === 'schema') throw new SchemaRefused(failure.error);
        failures += 1;
        const limit = failure.silent ? Math.min(maxRetries, SILENT_RETRIES) : maxRetries;
        if (failure.kind === 'final' || failures > limit) throw failure.error;
        const wait = waitBefore(failures, wire.headers, random);
        // Nobody waits an hour at a prompt: a server that asks for longer than a reply may take is out of service.
        if (wait > Math.max(timeoutMs, LONGEST_WAIT_MS)) throw failure.error;
        await pause(wait, ask.signal);
      }
    }
  }

  async function answer<T>(ask: AskOptions<T>): Promise<Answer<T>> {
    const target = targets[ask.role];
    const started = performance.now();
    const schema = ask.schema && schemaJson(ask.schema);
    const name = ask.schemaName ?? 'reply';
    const messages: Message[] = [...ask.messages];
    let usage = NO_USAGE;
    let requests = 0;
    const turnOnce = async (): Promise<{ text: string; truncated: boolean; decoded: Decoded<T> }> => {
      const form = (inText: boolean): Prompt => ({
        system: schema && inText ? withSchemaText(ask.system, schema) : ask.system,
        messages,
        temperature: ask.temperature ?? target.temperature ?? 0,
        maxOutputTokens: ask.maxOutputTokens ?? target.maxOutputTokens,
        ...(schema && !inText ? { schema: { name, json: schema } } : {}),
      });
      const count = (): void => {
        requests += 1;
      };
      let reply: Reply;
      try {
        reply = await send(target, form(withoutSchema.has(place(target))), ask, count);
      } catch (error) {
        if (!(error instanceof SchemaRefused)) throw error;
        withoutSchema.add(place(target));
        reply = await send(target, form(true), ask, count);
      }
      usage = addUsage(usage, usageOf(reply.usage, target.price));
      return { text: withoutThinking(reply.text), truncated: reply.truncated, decoded: judge(reply, ask, name) };
    };
    let result = await turnOnce();
    if (!result.decoded.ok) {
      messages.push({ role: 'assistant', content: result.text.trim() || '(empty reply)' }, { role: 'user', content: correction(result.decoded.problems, schema !== undefined) });
      result = await turnOnce();
    }
    if (!result.decoded.ok) {
      const where = publicUrl(target.baseUrl);
      const { problems } = result.decoded;
      throw new UntilgreenError(
        'model_reply_invalid',
        `The model ${target.model} gave no valid ${schema ? name : 'reply'}, also after a correction: ${problems.split('\n')[0]}`,
        { model: target.model, baseUrl: where, role: ask.role, key: ask.key, reply: result.text.slice(0, EXCERPT), problems, usage, requests },
        'A more capable model may do better.',
      );
    }
    return {
      text: result.text,
      value: result.decoded.value,
      model: target.model,
      usage,
      ms: Math.round(performance.now() - started),
      requests,
      ...(result.truncated ? { truncated: true } : {}),
    };
  }

  async function ask<T>(options: AskOptions<T>): Promise<Answer<T>> {
    try {
      options.signal?.throwIfAborted();
      if (!tape) return await answer(options);
      const mine = turn.then(() => {
        options.signal?.throwIfAborted();
        tape.begin(options.key);
        return answer(options);
      });
      turn = mine.catch(() => undefined);
      return await mine;
    } catch (error) {
      if (options.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled while a model was asked.', { role: options.role, key: options.key }, undefined, { cause: error });
      throw error;
    }
  }

  return {
    describe: () =>
      ROLES.map((role) => {
        const { provider, model, baseUrl } = targets[role];
        return { role, provider, model, ...(options.replay === undefined ? { baseUrl: publicUrl(baseUrl) } : {}) };
      }),
    ask,
    skip: (key) => tape?.skip(key),
    remaining: () => tape?.remaining() ?? 0,
    close: () => tape?.close(),
  };
}

/** Characters of an invalid reply that its error carries. */
const EXCERPT = 2_000;

/** The server refused the response format; the question is asked again without it. */
class SchemaRefused extends Error {
  constructor(override readonly cause: UntilgreenError) {
    super(cause.message);
  }
}

const place = (target: Target): string => `${target.baseUrl}\n${target.model}`;

function judge<T>(reply: Reply, ask: AskOptions<T>, name: string): Decoded<T> {
  if (reply.filtered) return { ok: false, problems: 'The reply was stopped by a content filter.' };
  if (!ask.schema) {
    const text = withoutThinking(reply.text);
    return text.trim() === '' ? { ok: false, problems: 'The reply was empty.' } : { ok: true, value: text as T };
  }
  // A repaired half can satisfy the schema and still lack the other half.
  if (reply.truncated) return { ok: false, problems: 'The reply was cut off at the output limit before the JSON was complete. Make it shorter.' };
  return decodeReply(reply.text, ask.schema, name);
}

async function productVersion(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

