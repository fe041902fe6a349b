import type { Usage } from './types.ts';

/** One prompt in the two forms that models take; the stable part stands first in both, so that servers reuse their prefix. */
export interface SampleRequest {
  /** For instruct models. */
  chat: {
    system: string;
    user: string;
    /** How the reply begins, where the model can be made to (in process, llama.cpp); it is part of the samples' text. Ends at a token boundary: no white space last. */
    prefill?: string;
    /** Where a prefilled reply ends; not sent without prefill. */
    stop?: readonly string[];
  };
  /** For base models: the text to continue, and where the continuation ends. */
  completion: { prompt: string; stop: readonly string[] };
  /** Samples, at least 1. */
  n: number;
  /** 0 is greedy. */
  temperature: number;
  /** Default 0.95. */
  topP?: number;
  /** Tokens of one sample. */
  maxTokens: number;
  /** The same seed gives the same samples where the server can promise it. */
  seed: number;
  signal?: AbortSignal;
  /** Stable name of this request inside its job, for recordings. */
  key?: string;
  /** Called as each sample ends; must not throw. */
  onSample?: (sample: Sample, index: number) => void;
}

export interface Sample {
  /** The reply, prefill included, or the continuation without its prompt. */
  text: string;
  /** Undefined where the server did not say. */
  outputTokens: number | undefined;
  /** `length`: the limit cut it. */
  finish: 'stop' | 'length' | 'other';
}

export interface Samples {
  samples: Sample[];
  /** Which form was used: decided by what the model is, once. */
  form: 'chat' | 'completion';
  /** Of all samples together; the prompt counts once where it was evaluated once. */
  usage: Usage;
  ms: number;
  requests: number;
}

/** What is known of the model that answers. */
export interface SamplerInfo {
  provider: string;
  model: string;
  /** Absent for recordings. */
  baseUrl?: string;
  /** `auto` until the first answer, where only an answer can tell. */
  form: 'chat' | 'completion' | 'auto';
  /** Billions of parameters, from the model's file or its name (`qwen2.5-coder-1.5b`); undefined where neither says. */
  billions: number | undefined;
}

/**
 * Many samples of one prompt. Rejects as `Models.ask` does: `model_unreachable`, `model_auth`, `model_refused`, `cancelled`, `replay_mismatch`, …
 *
 * @example
 * const { samples } = await sampler.sample({ chat, completion, n: 8, temperature: 0.8, maxTokens: 256, seed: 1 });
 */
export interface Sampler {
  describe(): SamplerInfo;
  sample(request: SampleRequest): Promise<Samples>;
}
