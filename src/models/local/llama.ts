import { resolve as absolute } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';
import { readGguf } from '../files/gguf.ts';
import type { ModelFacts } from '../files/types.ts';
import { decode } from './decode.ts';
import type { EngineOptions, GenerateRequest, GenerateResult, LocalEngine } from './engine.ts';
import { openLibrary, threadsFor, type Library, type LlamaModel, type Token } from './library.ts';
import { boundedSchema } from './schema.ts';
import { PIECE, Sequences } from './sequences.ts';
import { chatTemplate, type ChatTemplate } from './template.ts';

/** Samples decoded side by side where the caller does not say. */
const SEQUENCES = 8;
/** Tokens of the first context; it grows by doubling. */
const FIRST_CONTEXT = 1024;
/** Tokens of all sequences of a context together: 2 GB for a 7B model with grouped attention (57 kB a token). */
const CONTEXT_TOKENS = 32_768;
/** Tokens that the library keeps free at the end of a context. */
const SPARE = 8;

/** Opens a GGUF file in this process. Options and errors: `openEngine` in engine.ts. */
export async function openLlamaEngine(file: string, options: EngineOptions): Promise<LocalEngine> {
  // Before the native side sees it: what is missing, cut off or no model is said in our words.
  const { path, facts } = await readGguf(absolute(file));
  if (facts.unfit !== undefined) throw new UntilgreenError('model_refused', `${path} cannot generate text: ${facts.unfit}.`, { path }, 'Take another model: `untilgreen models list`.');
  const library = await openLibrary(options);
  options.signal?.throwIfAborted();
  let model: LlamaModel;
  try {
    model = await library.llama.loadModel({ modelPath: path, ...(options.signal ? { loadSignal: options.signal } : {}) });
  } catch (error) {
    options.signal?.throwIfAborted();
    throw notLoaded(path, error, await library.takeLog());
  }
  return new LlamaEngine(path, facts, library, model, options);
}

function notLoaded(path: string, error: unknown, log: string): UntilgreenError {
  const why = log || (error as Error).message.split('\n')[0]!;
  return new UntilgreenError('model_refused', `${path} could not be loaded: ${why}.`, { path, reason: why }, 'Is it whole, and is its architecture one that llama.cpp knows? `untilgreen models check` says more.', { cause: error });
}

class LlamaEngine implements LocalEngine {
  readonly info: LocalEngine['info'];
  readonly #library: Library;
  readonly #model: LlamaModel;
  readonly #options: EngineOptions;
  readonly #template: ChatTemplate | undefined;
  #sequences: Sequences | undefined;
  /** The requests before: one at a time uses the context. */
  #busy: Promise<unknown> = Promise.resolve();
  #closed = false;
  /** Sequences that a context may have. */
  #most: number;

  constructor(path: string, facts: ModelFacts, library: Library, model: LlamaModel, options: EngineOptions) {
    this.#library = library;
    this.#model = model;
    this.#options = options;
    this.#most = options.sequences ?? SEQUENCES;
    const source = model.fileInfo.metadata.tokenizer?.chat_template;
    if (typeof source === 'string' && source.trim() !== '') {
      this.#template = chatTemplate(library.jinja, source, { bos: model.tokens.bosString ?? '', eos: model.tokens.eosString ?? '' });
    }
    this.info = {
      path,
      name: facts.title,
      billions: facts.parameters === undefined ? undefined : Number((facts.parameters / 1e9).toPrecision(3)),
      chat: this.#template !== undefined,
      trainedContext: model.trainContextSize,
    };
  }

  renderChat(messages: Parameters<LocalEngine['renderChat']>[0], prefill?: string): string {
    if (!this.#template) {
      throw new UntilgreenError('model_refused', `${this.info.path} has no chat template: it is a base model.`, { path: this.info.path }, 'Let it continue a text (/completions) instead of sending messages.');
    }
    return this.#template(messages, prefill);
  }

  tokenCount(text: string): number {
    return this.#model.tokenize(text, false).length;
  }

  async generate(request: GenerateRequest): Promise<GenerateResult> {
    const caller = request.signal;
    caller?.throwIfAborted();
    if (this.#closed) throw new UntilgreenError('model_refused', `${this.info.path} is closed.`, { path: this.info.path });
    const prompt = this.#read(request); // what does not fit is refused without waiting for others
    const stop = new AbortController();
    const work = this.#busy.then(() => {
      stop.signal.throwIfAborted();
      return this.#generate(prompt, request, stop.signal);
    });
    // A caller who cancels goes at once; the native step that runs (one batch) ends in its own time, and the next request waits for it.
    this.#busy = work.catch(() => {});
    if (!caller) return work;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        stop.abort(caller.reason);
        reject(caller.reason as Error);
      };
      caller.addEventListener('abort', cancel, { once: true });
      work.then(resolve, reject).finally(() => caller.removeEventListener('abort', cancel));
    });
  }

  /** The prompt's tokens. Errors: `model_refused` when it is empty, or too long together with the reply. */
  #read(request: GenerateRequest): Token[] {
    const tokens = this.#model.tokenize(request.prompt, request.special);
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    if ((shouldPrependBosToken || !tokens.length) && bos !== null && tokens[0] !== bos) tokens.unshift(bos);
    if (!tokens.length) throw new UntilgreenError('model_refused', 'The prompt is empty.', {}, 'Give at least one character.');
    const { name, trainedContext } = this.info;
    const { maxTokens } = request;
    if (tokens.length + maxTokens > trainedContext) {
      throw new UntilgreenError('model_refused', `The prompt of ${tokens.length} tokens and a reply of up to ${maxTokens} exceed the context length of ${name}, ${trainedContext} tokens.`, { promptTokens: tokens.length, maxTokens, trainedContext }, 'Shorten the prompt or lower the reply limit.');
    }
    return tokens;
  }

  async #generate(tokens: readonly Token[], request: GenerateRequest, signal: AbortSignal): Promise<GenerateResult> {
    const grammar = request.schema && (await this.#grammar(request.schema, request.maxTokens));
    const { sequences, together } = await this.#room(tokens.length + request.maxTokens + SPARE, request.n);
    const counts = groups(request.n, together);
    const samples: GenerateResult['samples'] = [];
    const sampling: GenerateRequest = {
      ...request,
      // Text after a cancel is for nobody.
      onText: (piece, index) => void (signal.aborted || request.onText?.(piece, index)),
      onEnd: (sample, index) => void (signal.aborted || request.onEnd?.(sample, index)),
    };
    try {
      const cachedTokens = await sequences.withPrompt(tokens.slice(0, -1), counts, signal, async (group) => {
        const state = grammar && (() => this.#library.grammarState(this.#model, grammar));
        samples.push(...(await decode(this.#model, group, tokens.at(-1)!, tokens.slice(-8), sampling, samples.length, signal, state)));
      });
      return { samples, promptTokens: tokens.length, cachedTokens };
    } catch (error) {
      signal.throwIfAborted();
      // Nobody knows what a failed step left in the context.
      await this.#drop();
      if (error instanceof UntilgreenError) throw error;
      throw new UntilgreenError('model_refused', `${this.info.name} failed while generating: ${(await this.#library.takeLog()) || (error as Error).message}.`, { path: this.info.path }, undefined, { cause: error });
    }
  }

  async #grammar(schema: Record<string, unknown>, maxTokens: number): Promise<object> {
    try {
      return await this.#library.llama.createGrammarForJsonSchema(boundedSchema(schema, maxTokens));
    } catch (error) {
      throw new UntilgreenError('model_refused', `No grammar can be made of the JSON schema: ${(error as Error).message}.`, { schema }, undefined, { cause: error });
    }
  }

  /**
   * Sequences with room for so many tokens each, and how many samples are decoded together. That hangs on the request alone and not on the
   * context that an earlier one left, for it decides the rounding.
   */
  async #room(needed: number, n: number): Promise<{ sequences: Sequences; together: number }> {
    const { trainedContext, name } = this.info;
    const size = Math.max(needed, Math.min(trainedContext, Math.max(FIRST_CONTEXT, 2 ** Math.ceil(Math.log2(needed)))));
    for (;;) {
      const most = Math.max(1, Math.min(this.#most, Math.floor(CONTEXT_TOKENS / size)));
      const together = Math.min(n, most);
      if (this.#sequences && this.#sequences.size >= needed && this.#sequences.all.length >= together) return { sequences: this.#sequences, together };
      await this.#drop();
      try {
        const context = await this.#model.createContext({ contextSize: size, sequences: most, threads: this.#options.threads ?? threadsFor(), batchSize: Math.max(PIECE, most), swaFullCache: true });
        this.#sequences = Sequences.of(context, most, size);
      } catch (error) {
        const why = (await this.#library.takeLog()) || (error as Error).message;
        if (most === 1) throw new UntilgreenError('model_refused', `There is not enough memory for a context of ${size} tokens of ${name}: ${why}.`, { contextSize: size }, 'Close other programs, or take a smaller model.', { cause: error });
        this.#most = Math.floor(most / 2); // fewer samples side by side need less memory
      }
    }
  }

  async #drop(): Promise<void> {
    const sequences = this.#sequences;
    this.#sequences = undefined;
    await sequences?.context.dispose();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#busy;
    await this.#drop();
    await this.#model.dispose();
  }
}

/** `n` in as few groups as the sequences allow: 10 on 8 are 8 and 2. */
function groups(n: number, size: number): number[] {
  const counts: number[] = [];
  for (let left = n; left > 0; left -= size) counts.push(Math.min(left, size));
  return counts;
}
