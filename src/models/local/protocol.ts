import { z } from 'zod';
import type { GenerateRequest, GenerateResult, LocalEngine } from './engine.ts';
import type { ChatMessage } from './template.ts';

/** A refusal as the OpenAI protocol tells it. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly status: number,
    message: string,
    readonly code: string,
    readonly param?: string,
  ) {
    super(message);
  }
}

/** Tokens of a reply where the request does not say. */
const MAX_TOKENS = 512;
/** The largest number of samples in one request. */
const MAX_N = 128;

const content = z.union([
  z.string(),
  z.null().transform(() => ''),
  z.array(z.object({ type: z.literal('text'), text: z.string() })).transform((parts) => parts.map((part) => part.text).join('')),
]);
const message = z.object({ role: z.enum(['system', 'developer', 'user', 'assistant', 'tool']), content });

const common = {
  n: z.number().int().min(1).max(MAX_N).nullish(),
  temperature: z.number().min(0).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  seed: z.number().int().nullish(),
  max_tokens: z.number().int().min(1).nullish(),
  max_completion_tokens: z.number().int().min(1).nullish(),
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  response_format: z
    .union([
      z.object({ type: z.literal('text') }),
      z.object({ type: z.literal('json_object') }),
      z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: z.record(z.string(), z.unknown()) }) }),
    ])
    .nullish(),
};
const chatBody = z.object({ messages: z.array(message).min(1), tools: z.array(z.unknown()).nullish(), ...common });
const textBody = z.object({ prompt: z.union([z.string(), z.array(z.string()).length(1).transform(([only]) => only!)]), ...common });

/** A request for samples, whichever endpoint it came to. */
export interface Asked {
  kind: 'chat' | 'text';
  generate: Omit<GenerateRequest, 'signal' | 'onText'>;
  /** The reply's beginning as the request gave it; it is the beginning of the answer's text. */
  prefill: string;
  stream: boolean;
  usage: boolean;
}

/** Reads a body of `/chat/completions`. Errors: `ProtocolError`, also for what cannot be done here rather than leaving it out in silence. */
export function readChat(body: unknown, engine: LocalEngine): Asked {
  const asked = parse(chatBody, body);
  if (!engine.info.chat) {
    throw new ProtocolError(400, `${engine.info.name} has no chat template: it is a base model. Ask /completions for the continuation of a text.`, 'no_chat_template', 'messages');
  }
  if (asked.tools?.length) throw new ProtocolError(400, 'Tools are not offered by models in this process; ask for a reply by response_format.', 'unsupported', 'tools');
  const messages = asked.messages.map(({ role, content: text }): ChatMessage => ({ role: role === 'developer' ? 'system' : role === 'tool' ? 'user' : role, content: text }));
  const prefill = messages.at(-1)!.role === 'assistant' ? messages.pop()!.content : '';
  if (!messages.length) throw new ProtocolError(400, 'The messages hold no question.', 'invalid_request', 'messages');
  const options = sampling(asked);
  if (prefill !== '' && options.schema) throw new ProtocolError(400, 'A reply that begins with a given text cannot be held to a schema.', 'unsupported', 'messages');
  return { kind: 'chat', generate: { prompt: engine.renderChat(messages, prefill), special: true, ...options }, prefill, ...streaming(asked) };
}

/** Reads a body of `/completions`. Errors: `ProtocolError`. */
export function readText(body: unknown): Asked {
  const asked = parse(textBody, body);
  return { kind: 'text', generate: { prompt: asked.prompt, special: false, ...sampling(asked) }, prefill: '', ...streaming(asked) };
}

type Common = z.output<z.ZodObject<typeof common>>;

function sampling(asked: Common): Omit<GenerateRequest, 'prompt' | 'special' | 'signal' | 'onText'> {
  const format = asked.response_format;
  const schema = format?.type === 'json_schema' ? format.json_schema.schema : format?.type === 'json_object' ? { type: 'object', additionalProperties: true } : undefined;
  return {
    n: asked.n ?? 1,
    temperature: asked.temperature ?? 1,
    topP: asked.top_p ?? 1,
    // Without a seed the reply may differ each time, as everywhere.
    seed: asked.seed ?? Math.floor(Math.random() * 2 ** 31),
    maxTokens: asked.max_completion_tokens ?? asked.max_tokens ?? MAX_TOKENS,
    stop: asked.stop === undefined || asked.stop === null ? [] : [asked.stop].flat(),
    ...(schema ? { schema } : {}),
  };
}

const streaming = (asked: Common): Pick<Asked, 'stream' | 'usage'> => ({ stream: asked.stream ?? false, usage: asked.stream_options?.include_usage ?? false });

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const where = issue.path.join('.');
  throw new ProtocolError(400, where ? `${where}: ${issue.message}` : issue.message, 'invalid_request', where);
}

/** What all answers to one request have in common. */
export interface Head {
  id: string;
  created: number;
  model: string;
}

/** The whole answer at once. */
export function wholeAnswer(head: Head, asked: Asked, result: GenerateResult): unknown {
  const choices = result.samples.map(({ text, finish }, index) =>
    asked.kind === 'chat'
      ? { index, message: { role: 'assistant', content: asked.prefill + text }, finish_reason: finish }
      : { index, text, finish_reason: finish },
  );
  return { id: head.id, object: asked.kind === 'chat' ? 'chat.completion' : 'text_completion', created: head.created, model: head.model, choices, usage: usageOf(result) };
}

/** One piece of a streamed answer: text of one choice, or its end. */
export function answerPiece(head: Head, asked: Asked, index: number, text: string | undefined, finish: 'stop' | 'length' | null): unknown {
  const choice = asked.kind === 'chat' ? { index, delta: text === undefined ? {} : { content: text }, finish_reason: finish } : { index, text: text ?? '', finish_reason: finish };
  return { id: head.id, object: asked.kind === 'chat' ? 'chat.completion.chunk' : 'text_completion', created: head.created, model: head.model, choices: [choice] };
}

/** The last piece of a stream whose request asked for figures. */
export function usagePiece(head: Head, asked: Asked, result: GenerateResult): unknown {
  return { id: head.id, object: asked.kind === 'chat' ? 'chat.completion.chunk' : 'text_completion', created: head.created, model: head.model, choices: [], usage: usageOf(result) };
}

/** The prompt counts once, however many samples were made of it. What each sample took is told beyond the protocol, which has one count for all. */
function usageOf(result: GenerateResult): unknown {
  const each = result.samples.map(({ tokens }) => tokens);
  const written = each.reduce((sum, tokens) => sum + tokens, 0);
  return {
    prompt_tokens: result.promptTokens, completion_tokens: written, total_tokens: result.promptTokens + written,
    prompt_tokens_details: { cached_tokens: result.cachedTokens }, completion_tokens_each: each,
  };
}
