import type { z } from 'zod';

/** Who asks. Each role may have a model of its own in the config; those without one take the default. */
export const ROLES = ['planner', 'coder', 'tester', 'reflector', 'responder'] as const;
export type Role = (typeof ROLES)[number];

export interface Message {
  role: 'user' | 'assistant';
  content: string;
}

/** Tokens as the server counted them; `undefined` where it did not say. `cost` in US dollars where a price is known. */
export interface Usage {
  inputTokens: number | undefined;
  outputTokens: number | undefined;
  cachedTokens: number | undefined;
  cost: number | undefined;
}

export interface AskOptions<T> {
  role: Role;
  /** Stable instructions: the longest prefix that is equal from call to call stands first. */
  system: string;
  messages: Message[];
  /** When given the reply is JSON that satisfies it: json_schema where the server has it, else extraction, repair and one corrective turn. */
  schema?: z.ZodType<T>;
  /** Name of the schema for the server, snake_case. */
  schemaName?: string;
  /** 0 to 2; default 0. */
  temperature?: number;
  maxOutputTokens?: number;
  signal?: AbortSignal;
  /** Called with each piece of text as it streams in. Must not throw. */
  onText?: (piece: string) => void;
  /** Stable name of this call inside its run (`it2/plan`); recorded with the reply so that a resumed run repeats no finished call. */
  key?: string;
}

export interface Answer<T> {
  text: string;
  /** The validated value when a schema was given. */
  value: T;
  model: string;
  usage: Usage;
  /** Wall time of all attempts in milliseconds. */
  ms: number;
  /** HTTP requests made, retries and the corrective turn included. */
  requests: number;
  /** The text ends where the output limit cut it. Set only without a schema: a cut JSON reply is never accepted. */
  truncated?: boolean;
}

/**
 * The models of a run. Rejects with `no_model`, `model_unreachable`, `model_auth`, `model_refused`,
 * `model_reply_invalid`, `replay_mismatch`, `replay_missing` or `cancelled`.
 */
export interface Models {
  /** What each role is answered by, for the receipt and `doctor`. */
  describe(): { role: Role; provider: string; model: string; baseUrl?: string }[];
  ask<T = string>(options: AskOptions<T>): Promise<Answer<T>>;
}

/** Texts to unit vectors. */
export interface Embedder {
  /** Stored beside each vector; another name means another space, and texts are embedded anew. */
  readonly model: string;
  readonly dimensions: number;
  embed(texts: string[]): Promise<number[][]>;
}
