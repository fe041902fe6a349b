import { BrokenStream } from '../failure.ts';
import type { Wire } from '../wire.ts';

/** One of several replies to a request, as it came. */
export interface Choice {
  text: string;
  finish: 'stop' | 'length' | 'other';
  /** Tokens of this choice alone, where the server counted them. */
  tokens: number | undefined;
}

export interface Choices {
  /** By their index; fewer than asked for where the server gives one at a time. */
  choices: Choice[];
  inputTokens: number | undefined;
  /** Of all choices together; undefined where the count cannot be theirs. */
  outputTokens: number | undefined;
  cachedTokens: number | undefined;
}

interface Counted {
  prompt_tokens?: number;
  completion_tokens?: number;
  prompt_tokens_details?: { cached_tokens?: number } | null;
  /** As the model in this process tells it: tokens by choice. */
  completion_tokens_each?: number[];
}

interface Chunk {
  choices?: { index?: number; delta?: { content?: string | null } | null; text?: string; finish_reason?: string | null }[];
  usage?: Counted | null;
  error?: unknown;
}

interface Growing {
  text: string;
  pieces: number;
  reason: string | undefined;
  counted: Counted | undefined;
}

/**
 * Sends a body to an endpoint of the OpenAI protocol and reads the streamed choices, which come mixed. A server that answers whole is read
 * too: the wire turns its reply into a stream.
 *
 * What was counted is told as the server means it: llama.cpp counts each choice by itself, right after its end, others all of them at the
 * end. A count smaller than the number of pieces is of one choice only, and is told as unknown.
 *
 * @param onChoice called as each choice ends
 * @throws `BrokenStream` when the reply is not whole, and what the wire throws
 */
export async function readChoices(wire: Wire, url: string, init: RequestInit, onChoice?: (choice: Choice, index: number) => void): Promise<Choices> {
  const response = await wire.fetch(url, init);
  if (!response.ok || !response.body) throw new BrokenStream(`HTTP ${response.status}`);
  const growing = new Map<number, Growing>();
  let latest: Growing | undefined;
  let last: Counted | undefined;
  let reports = 0;
  for await (const data of events(response.body)) {
    const chunk = parse(data);
    if (chunk.error) throw new BrokenStream(messageOf(chunk.error));
    for (const [place, part] of (chunk.choices ?? []).entries()) {
      const index = part.index ?? place;
      const choice = growing.get(index) ?? { text: '', pieces: 0, reason: undefined, counted: undefined };
      growing.set(index, choice);
      const piece = part.delta?.content ?? part.text ?? '';
      choice.text += piece;
      if (piece !== '') choice.pieces += 1;
      if (part.finish_reason && choice.reason === undefined) {
        choice.reason = part.finish_reason;
        latest = choice;
        onChoice?.(asChoice(choice), index);
      }
    }
    if (chunk.usage) {
      reports += 1;
      last = chunk.usage;
      if (latest) latest.counted = chunk.usage;
    }
  }
  const all = [...growing.entries()].sort(([a], [b]) => a - b).map(([, choice]) => choice);
  if (all.length === 0 || (!wire.done && all.some((choice) => choice.reason === undefined))) throw new BrokenStream('the stream ended before the reply did');
  const each = reports === all.length && all.every((choice) => choice.counted !== undefined);
  return {
    choices: all.map((choice, index) => ({ ...asChoice(choice), tokens: each ? choice.counted?.completion_tokens : last?.completion_tokens_each?.[index] })),
    inputTokens: last?.prompt_tokens,
    outputTokens: each ? sum(all.map((choice) => choice.counted?.completion_tokens)) : together(last?.completion_tokens, all),
    cachedTokens: (each ? all[0]!.counted : last)?.prompt_tokens_details?.cached_tokens,
  };
}

/** One count for several choices: believed where it can be, for a piece of the stream holds a token at least; the first of a choice may be its given beginning. */
function together(tokens: number | undefined, all: readonly Growing[]): number | undefined {
  const least = all.reduce((total, choice) => total + Math.max(0, choice.pieces - 1), 0);
  // A whole reply comes as one piece a choice and proves nothing.
  if (tokens === undefined || tokens < least || (all.length > 1 && least === 0)) return undefined;
  return tokens;
}

function sum(counts: readonly (number | undefined)[]): number | undefined {
  return counts.some((count) => count === undefined) ? undefined : counts.reduce<number>((total, count) => total + count!, 0);
}

const asChoice = ({ text, reason }: Growing): Choice => ({ text, finish: reason === 'stop' || reason === 'length' ? reason : 'other', tokens: undefined });

function parse(data: string): Chunk {
  try {
    return JSON.parse(data) as Chunk;
  } catch (cause) {
    throw new BrokenStream('a piece of the stream is no JSON', { cause });
  }
}

function messageOf(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : JSON.stringify(error);
}

/** The data of server-sent events, without the closing `[DONE]`. */
async function* events(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of body as ReadableStream<Uint8Array> & AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r?\n/);
    rest = lines.pop()!;
    for (const line of lines) yield* dataOf(line);
  }
  yield* dataOf(rest + decoder.decode());
}

function dataOf(line: string): string[] {
  const data = /^data: ?(.*)$/.exec(line)?.[1]?.trim();
  return data === undefined || data === '' || data === '[DONE]' ? [] : [data];
}
