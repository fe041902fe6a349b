import type { InstallOptions } from './install.ts';
import { openLlamaEngine } from './llama.ts';

/** A model in this process. One engine holds one model; requests wait for one another. */
export interface LocalEngine {
  readonly info: {
    /** Absolute path of the GGUF file (the first of a split one). */
    path: string;
    /** `general.name`, or the file's name. */
    name: string;
    billions: number | undefined;
    /** It carries a chat template. */
    chat: boolean;
    trainedContext: number;
  };
  /** The chat template applied; `prefill` is the beginning of the reply. */
  renderChat(messages: readonly { role: 'system' | 'user' | 'assistant'; content: string }[], prefill?: string): string;
  tokenCount(text: string): number;
  generate(request: GenerateRequest): Promise<GenerateResult>;
  /** Frees the model. */
  close(): Promise<void>;
}

export interface GenerateRequest {
  prompt: string;
  /** May the prompt hold special tokens of the template. */
  special: boolean;
  n: number;
  temperature: number;
  topP: number;
  seed: number;
  maxTokens: number;
  stop: readonly string[];
  /** JSON schema that the text has to satisfy. */
  schema?: Record<string, unknown>;
  signal?: AbortSignal;
  /** Text of one of the samples, as it comes. */
  onText?: (piece: string, index: number) => void;
  /** One of the samples, as it ends; after the last piece of its text. */
  onEnd?: (sample: GenerateResult['samples'][number], index: number) => void;
}

export interface GenerateResult {
  samples: { text: string; tokens: number; finish: 'stop' | 'length' }[];
  /** Tokens of the prompt, and how many of them were still known from the request before. */
  promptTokens: number;
  cachedTokens: number;
}

export interface EngineOptions extends InstallOptions {
  /** Samples decoded side by side; default 8, fewer where they need more than 4096 tokens each or memory is short. */
  sequences?: number;
  /** Threads to compute with; default one less than the cores, 1 on a busy machine. */
  threads?: number;
  /** Stops loading. */
  signal?: AbortSignal;
}

/**
 * Opens a GGUF file in this process; node-llama-cpp is installed on first use. The context grows with the requests, up to what the model
 * was trained for.
 *
 * The same request gives the same samples on the same machine with the same number of threads, whatever was asked before.
 *
 * Errors: `model_file_invalid` when the file is missing, cut off or damaged; `no_model` when the library is absent and cannot be
 * installed; `model_refused` when the model writes no text or has an unknown architecture, and of `generate` when a request does not fit.
 *
 * @example
 * const engine = await openEngine('/models/smollm2.gguf');
 * const { samples } = await engine.generate({ prompt: engine.renderChat([{ role: 'user', content: 'Hello' }]), special: true, n: 4, temperature: 0.8, topP: 0.95, seed: 1, maxTokens: 64, stop: [] });
 * await engine.close();
 */
export function openEngine(path: string, options: EngineOptions = {}): Promise<LocalEngine> {
  return openLlamaEngine(path, options);
}
