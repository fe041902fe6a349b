import type { GenerateRequest, GenerateResult } from './engine.ts';
import type { LlamaModel, LlamaSequence, Token } from './library.ts';
import { StopFilter } from './stops.ts';

/** As llama.cpp's own server: the tail beyond the 40 likeliest tokens is never taken, which also spares sorting 262,000 of them. */
const TOP_K = 40;

type Sampling = Pick<GenerateRequest, 'temperature' | 'topP' | 'seed' | 'maxTokens' | 'stop' | 'schema' | 'onText' | 'onEnd'>;
type Sampled = GenerateResult['samples'][number];

/**
 * One sample on each sequence, in step: every round is one batch of all samples that still go on. In step also because the batch
 * decides the rounding, and with it what a seed gives.
 *
 * @param last   the prompt's last token, which the sequences do not hold yet
 * @param before the prompt's end, by which the first token's text is read
 * @param first  number of the first sequence's sample among all of the request
 * @param grammar makes the grammar's state for one sample
 */
export async function decode(model: LlamaModel, sequences: readonly LlamaSequence[], last: Token, before: readonly Token[], sampling: Sampling, first: number, signal: AbortSignal, grammar?: () => object): Promise<Sampled[]> {
  const samples = sequences.map((sequence, at) => new Sample(model, before, sampling, first + at, sequence.evaluate([last], {
    temperature: sampling.temperature,
    topP: sampling.topP,
    topK: TOP_K,
    seed: sampleSeed(sampling.seed, first + at),
    ...(grammar ? { grammarEvaluationState: grammar() } : {}),
  })));
  try {
    for (let active = samples; active.length; active = active.filter((sample) => !sample.finish)) {
      signal.throwIfAborted();
      await Promise.all(active.map((sample) => sample.step()));
    }
    return samples.map((sample) => sample.result());
  } finally {
    await Promise.all(samples.map((sample) => sample.close()));
  }
}

class Sample {
  finish: Sampled['finish'] | undefined;
  #tokens = 0;
  /** Tokens whose text is passed on, and those that end inside a character. */
  readonly #read: Token[];
  #unread: Token[] = [];
  readonly #filter: StopFilter;

  constructor(
    readonly model: LlamaModel,
    before: readonly Token[],
    readonly sampling: Sampling,
    readonly index: number,
    readonly stream: AsyncGenerator<Token, void>,
  ) {
    this.#read = [...before];
    this.#filter = new StopFilter(sampling.stop);
  }

  async step(): Promise<void> {
    const next = await this.stream.next();
    if (next.done) return this.#end('stop');
    this.#tokens += 1;
    this.#unread.push(next.value);
    const text = this.model.detokenize(this.#unread, false, this.#read.slice(-8));
    if (!text.endsWith('\uFFFD') || this.#unread.length > 4) this.#show(text);
    // The grammar allows white space after the value, of which a small model makes plenty.
    if (this.#filter.stopped || (this.sampling.schema && wholeJson(this.#filter.text))) this.#end('stop');
    else if (this.#tokens >= this.sampling.maxTokens) this.#end('length');
  }

  #show(text: string): void {
    this.#read.push(...this.#unread);
    this.#unread = [];
    this.#pass(this.#filter.push(text));
  }

  #end(finish: Sampled['finish']): void {
    if (this.#unread.length) this.#show(this.model.detokenize(this.#unread, false, this.#read.slice(-8)));
    this.#pass(this.#filter.end());
    this.finish = this.#filter.stopped ? 'stop' : finish;
    this.sampling.onEnd?.(this.result(), this.index);
  }

  #pass(text: string): void {
    if (text !== '') this.sampling.onText?.(text, this.index);
  }

  result(): Sampled {
    return { text: this.#filter.text, tokens: this.#tokens, finish: this.finish ?? 'stop' };
  }

  async close(): Promise<void> {
    await this.stream.return();
  }
}

/** A text that no further character but white space can continue. */
function wholeJson(text: string): boolean {
  if (!/[}\]"el\s]$/.test(text)) return false; // of numbers alone the end is not seen before something follows
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A seed of its own for each sample, far from its neighbours' (the finaliser of MurmurHash3). */
export function sampleSeed(seed: number, index: number): number {
  let h = (seed + Math.imul(index, 0x9e3779b9)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
