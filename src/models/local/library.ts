import { createRequire } from 'node:module';
import { availableParallelism, loadavg } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { UntilgreenError } from '../../core/errors.ts';
import { installLlama, type InstallOptions } from './install.ts';

/** What is used of node-llama-cpp, which is no dependency and brings no types to compile against. */
export interface Llama {
  loadModel(options: { modelPath: string; loadSignal?: AbortSignal }): Promise<LlamaModel>;
  createGrammarForJsonSchema(schema: unknown): Promise<object>;
}

export type Token = number;

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly fileInfo: { metadata: { tokenizer?: { chat_template?: unknown } } };
  readonly tokens: { bos: Token | null; bosString: string | null; eosString: string | null; shouldPrependBosToken: boolean };
  tokenize(text: string, specialTokens: boolean): Token[];
  detokenize(tokens: readonly Token[], specialTokens: boolean, lastTokens: readonly Token[]): string;
  createContext(options: { contextSize: number; sequences: number; threads: number; batchSize: number; swaFullCache: boolean }): Promise<LlamaContext>;
  dispose(): Promise<void>;
}

export interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}

export interface LlamaSequence {
  /** Tokens whose state it holds. */
  readonly contextTokens: Token[];
  readonly nextTokenIndex: number;
  /** Its state cannot be cut back to a prefix (recurrent models). */
  readonly needsCheckpoints: boolean;
  clearHistory(): Promise<void>;
  eraseContextTokenRanges(ranges: { start: number; end: number }[]): Promise<void>;
  evaluateWithoutGeneratingNewTokens(tokens: Token[]): Promise<void>;
  evaluate(tokens: Token[], options: { temperature: number; topP: number; topK: number; seed: number; grammarEvaluationState?: object }): AsyncGenerator<Token, void>;
  saveStateToFile(path: string): Promise<unknown>;
  loadStateFromFile(path: string, risk: { acceptRisk: true }): Promise<void>;
}

/** The template language's interpreter that node-llama-cpp brings along. */
export interface Jinja {
  Template: new (source: string) => { render(values: Record<string, unknown>): string };
}

export interface Library {
  llama: Llama;
  jinja: Jinja;
  grammarState(model: LlamaModel, grammar: object): object;
  /** What the native side said of a failure, for the text of an error; empty where it said nothing. Forgets it. */
  takeLog(): Promise<string>;
}

interface Module {
  getLlama(options: Record<string, unknown>): Promise<Llama>;
  LlamaGrammarEvaluationState: new (options: { model: LlamaModel; grammar: object }) => object;
}

let opened: Promise<Library> | undefined;

/** The native library, loaded once a process. Errors: `no_model`. */
export function openLibrary(options: InstallOptions = {}): Promise<Library> {
  opened ??= start(options).catch((error: unknown) => {
    opened = undefined; // the next call may find the network back
    throw error;
  });
  return opened;
}

async function start(options: InstallOptions): Promise<Library> {
  const entry = await installLlama(options);
  const log: string[] = [];
  try {
    const module = (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as Module;
    const jinja = (await import(/* @vite-ignore */ pathToFileURL(createRequire(entry).resolve('@huggingface/jinja')).href)) as Jinja;
    // `never`: no compiler is started and nothing downloaded, whatever is missing.
    const llama = await module.getLlama({
      gpu: false,
      build: 'never',
      skipDownload: true,
      progressLogs: false,
      maxThreads: availableParallelism(),
      logLevel: 'error',
      logger: (_level: string, text: string) => void log.push(text.trim()),
    });
    return {
      llama,
      jinja,
      grammarState: (model, grammar) => new module.LlamaGrammarEvaluationState({ model, grammar }),
      async takeLog() {
        // Its lines come from another thread, a moment after the exception.
        await setTimeout(20);
        const lines = log.splice(0);
        return (lines.find((line) => line.includes('error loading model:')) ?? lines[0] ?? '').replace(/^.*error loading model: */s, '');
      },
    };
  } catch (error) {
    throw new UntilgreenError('no_model', `node-llama-cpp is installed (${entry}) but does not start: ${(error as Error).message.split('\n')[0]}`, { entry, log }, 'Start a server instead (`llama-server -m MODEL.gguf`) and give its address with --base-url.', { cause: error });
  }
}

/**
 * Threads to compute with: one less than the cores, and one alone when the machine is busy. Threads of this library wait for each
 * other by spinning: on two busy cores two threads were ten times slower than one (measured).
 */
export function threadsFor(cores: number = availableParallelism(), load: number = loadavg()[0]!): number {
  return load > cores ? 1 : Math.max(1, cores - 1);
}
