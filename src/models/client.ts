import { readFile } from 'node:fs/promises';
import type { LoadedConfig } from '../config/schema.ts';
import { UntilgreenError } from '../core/errors.ts';
import { answerQuestion, placeOf } from './answer.ts';
import { publicUrl } from './base-url.ts';
import { discoverModels } from './discover.ts';
import type { DiscoverOptions } from './discover.ts';
import { httpFetch } from './http-fetch.ts';
import type { ServeModel } from './local-model.ts';
import { isLocal } from './local-url.ts';
import { recordTo } from './record.ts';
import type { Exchange, Tape } from './recording.ts';
import { headerOf, redactor, refusedSchemas, targetsOf } from './recording.ts';
import { replayFrom } from './replay.ts';
import { sleep } from './retry.ts';
import type { Sampler } from './sampler.ts';
import { createSampler } from './sampling/create.ts';
import { createFacts } from './sampling/facts.ts';
import { factsFrom } from './sampling/learn.ts';
import { createPersistence, createSender } from './send.ts';
import type { Target } from './target.ts';
import type { Answer, AskOptions, Models, Role } from './types.ts';
import { ROLES } from './types.ts';

export interface ModelsOptions extends DiscoverOptions {
  /** File that every exchange is written to; an existing recording is continued. */
  record?: string;
  /** Recording that answers in place of a server; nothing is discovered and nothing is sent. */
  replay?: string;
  /** Version of the product, for the recording's header; default: that of the package. */
  product?: string;
  /** Told in a sentence what takes long before the first question: a library being installed, a server being started. */
  onProgress?: (text: string) => void;
  /** For tests; default 0 to 1 at random. */
  random?: () => number;
  /** For tests; default a real wait. A replay never waits. */
  sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

/** Models over HTTP, with what a recording needs. */
export interface HttpModels extends Models {
  /**
   * Many samples of one prompt from the model of a role, over the same connection, with the same retries and in the same recording.
   *
   * @param role default `coder`
   */
  sampler(role?: Role): Sampler;
  /** A question was answered from the run's memo: a replay passes over its exchanges. */
  skip(key: string): void;
  /** Exchanges of a replay that no request has used. */
  remaining(): number;
  /** Closes the recording, and ends the servers that were started for folders of weights. */
  close(): Promise<void>;
}

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
  const started = startedServers(config.env, options.onProgress);
  const { targets, tape, withoutSchema, earlier } = await open(config, { serve: started.serve, ...options });
  const net = (baseUrl: string): typeof fetch => (isLocal(baseUrl) ? inProcess : (options.fetch ?? httpFetch));
  const fetchFor = (baseUrl: string): typeof fetch => (tape ? tape.through(net(baseUrl), baseUrl) : net(baseUrl));
  const persist = createPersistence({
    fetchFor,
    timeoutMs: config.settings.models.timeout_ms,
    maxRetries: config.settings.models.max_retries,
    random: options.random ?? Math.random,
    sleep: options.replay === undefined ? (options.sleep ?? sleep) : async () => {},
  });
  const send = createSender(persist);
  const factsOf = createFacts({ net, tape, earlier: (model) => factsFrom(earlier, model) });
  let before: Promise<unknown> = Promise.resolve();

  function inOrder<T>(tapeInUse: Tape, question: { key?: string; signal?: AbortSignal }, work: () => Promise<T>): Promise<T> {
    const mine = before.then(() => {
      question.signal?.throwIfAborted();
      tapeInUse.begin(question.key);
      return work();
    });
    // The next question waits for this one to end, however it ends; its caller sees the error.
    before = mine.catch(() => {});
    return mine;
  }

  /** Asks when its turn has come, and tells a cancelled question as one. */
  async function turn<T>(role: Role, question: { key?: string; signal?: AbortSignal }, work: () => Promise<T>): Promise<T> {
    try {
      question.signal?.throwIfAborted();
      return await (tape ? inOrder(tape, question, work) : work());
    } catch (error) {
      if (!question.signal?.aborted) throw error;
      throw new UntilgreenError('cancelled', 'Cancelled while a model was asked.', { role, key: question.key }, undefined, { cause: error });
    }
  }

  return {
    describe: () =>
      ROLES.map((role) => {
        const { provider, model, baseUrl } = targets[role];
        return { role, provider, model, ...(options.replay === undefined ? { baseUrl: publicUrl(baseUrl) } : {}) };
      }),
    ask: <T>(question: AskOptions<T>): Promise<Answer<T>> => turn(question.role, question, () => answerQuestion(targets[question.role], question, send, withoutSchema)),
    sampler: (role = 'coder') => {
      const target = targets[role];
      return createSampler({
        target,
        persist,
        send,
        facts: (request) => factsOf(target, request),
        inTurn: tape !== undefined,
        turn: (request, work) => turn(role, request, work),
        tellAddress: options.replay === undefined,
      });
    },
    skip: (key) => tape?.skip(key),
    remaining: () => tape?.remaining() ?? 0,
    async close() {
      tape?.close();
      await started.stop();
    },
  };
}

/** The model in this process; its library is loaded with the first question. */
const inProcess: typeof fetch = async (input, init) => (await import('./local/endpoint.ts')).localFetch()(input, init);

const STEPS = { convert: 'The weights are converted', start: 'A server is started for the model' } as const;

/** Servers that this process starts for folders of weights. */
function startedServers(env: LoadedConfig['env'], onProgress: ModelsOptions['onProgress']): { serve: ServeModel; stop(): Promise<void> } {
  const running: { stop(): Promise<void> }[] = [];
  return {
    async serve(found) {
      const { serveSnapshot } = await import('./serve/serve.ts');
      const served = await serveSnapshot(found, { env, ...(onProgress ? { onProgress: ({ step, seconds, line }) => onProgress(`${STEPS[step]}, ${Math.round(seconds)} s${line === undefined ? '' : `: ${line}`}`) } : {}) });
      running.push(served);
      return served;
    },
    stop: async () => void (await Promise.all(running.splice(0).map((server) => server.stop()))),
  };
}

/** What answers, what stands between it and the client, and what is known of it from an earlier part of the same recording. */
async function open(
  config: LoadedConfig,
  options: ModelsOptions,
): Promise<{ targets: Record<Role, Target>; tape: Tape | undefined; withoutSchema: Set<string>; earlier: readonly Exchange[] }> {
  if (options.record !== undefined && options.replay !== undefined) {
    throw new UntilgreenError('usage', 'Expected one of --record and --replay, got both.', {}, 'A replay sends nothing that could be recorded.');
  }
  if (options.replay !== undefined) {
    const tape = replayFrom(options.replay, redactor(config.env));
    return { targets: targetsOf(tape.header), tape, withoutSchema: new Set(), earlier: [] };
  }
  const targets = await discoverModels(config, options);
  if (Object.values(targets).some(({ baseUrl }) => isLocal(baseUrl))) {
    // Before any work: a machine that cannot have the library is told so now, and nobody waits in silence.
    const { installLlama } = await import('./local/install.ts');
    await installLlama(options.onProgress ? { onProgress: options.onProgress } : {});
  }
  if (options.record === undefined) return { targets, tape: undefined, withoutSchema: new Set(), earlier: [] };
  const redact = redactor(config.env, ROLES.map((role) => targets[role].apiKey));
  const tape = recordTo(options.record, headerOf(targets, options.product ?? (await productVersion())), redact);
  const refused = refusedSchemas(tape.earlier);
  const withoutSchema = new Set(ROLES.filter((role) => refused.has(targets[role].model)).map((role) => placeOf(targets[role])));
  return { targets, tape, withoutSchema, earlier: tape.earlier };
}

async function productVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
