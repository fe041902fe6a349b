/** A model that was asked one question: that it works, and how fast. */
export interface Checked {
  form: 'chat' | 'completion';
  /** What it answered. */
  text: string;
  /** Undefined where it was loaded before we came. */
  loadSeconds: number | undefined;
  promptTokens: number | undefined;
  /** From the question to the first piece of the answer. */
  promptSeconds: number;
  replyTokens: number | undefined;
  /** From the first piece of the answer to its end. */
  replySeconds: number;
  /** The most memory that was held; undefined where it is not ours to see. */
  peakBytes: number | undefined;
}

/** The question: long enough to measure by, short enough for a slow machine. */
export const QUESTION = {
  system: 'You are a Python programmer. Answer with code.',
  user: 'Write a Python function `add(a, b)` that returns the sum of its two arguments. Give it a docstring with two examples.',
  /** Ends where a token ends. */
  start: 'def add(a, b):',
  maxTokens: 64,
} as const;

/** Tokens in a second; undefined where either is not known or too small to tell. */
export function rate(tokens: number | undefined, seconds: number): number | undefined {
  return tokens === undefined || tokens < 1 || seconds <= 0 ? undefined : tokens / seconds;
}
