import type { LanguageModelV3CallOptions, LanguageModelV3Prompt, LanguageModelV3Usage } from '@ai-sdk/provider';
import { BrokenStream } from './failure.ts';
import { CACHE_PREFIX, PROVIDER_OPTIONS, languageModel } from './provider.ts';
import type { Target } from './target.ts';
import type { Message } from './types.ts';
import type { Wire } from './wire.ts';

export interface Prompt {
  system: string;
  messages: Message[];
  temperature: number | undefined;
  maxOutputTokens: number | undefined;
  /** Sent as `response_format` when given. */
  schema?: { name: string; json: Record<string, unknown> };
}

export interface Reply {
  text: string;
  usage: LanguageModelV3Usage | undefined;
  /** The output limit ended it. */
  truncated: boolean;
  /** The service's filter ended it. */
  filtered: boolean;
}

/** One streamed request. Rejects with whatever the provider package or the transport threw, or `BrokenStream`. */
export async function request(target: Target, prompt: Prompt, wire: Wire, signal?: AbortSignal, onText?: (piece: string) => void): Promise<Reply> {
  const model = await languageModel(target, wire.fetch);
  const options: LanguageModelV3CallOptions = {
    prompt: promptOf(target, prompt),
    temperature: prompt.temperature,
    maxOutputTokens: prompt.maxOutputTokens,
    providerOptions: PROVIDER_OPTIONS,
    abortSignal: signal,
    ...(prompt.schema ? { responseFormat: { type: 'json' as const, name: prompt.schema.name, schema: prompt.schema.json } } : {}),
  };
  const { stream } = await model.doStream(options);
  const reply: Reply = { text: '', usage: undefined, truncated: false, filtered: false };
  const calls: { name: string; arguments: string }[] = [];
  let finished = false;
  for await (const part of stream) {
    switch (part.type) {
      case 'text-delta':
        reply.text += part.delta;
        onText?.(part.delta);
        break;
      case 'tool-call':
        calls.push({ name: part.toolName, arguments: part.input });
        break;
      case 'error':
        throw part.error instanceof Error ? part.error : new BrokenStream(describe(part.error), { cause: part.error });
      case 'finish':
        finished = part.finishReason.raw !== undefined || wire.done;
        reply.usage = part.usage;
        reply.truncated = part.finishReason.unified === 'length';
        reply.filtered = part.finishReason.unified === 'content-filter';
        break;
      default:
    }
  }
  if (!finished) throw new BrokenStream('the stream ended before the reply did');
  // A call although no tool was offered: its arguments are the answer, in the form that the decoder reads.
  if (reply.text.trim() === '' && calls[0]) reply.text = `{"name": ${JSON.stringify(calls[0].name)}, "arguments": ${calls[0].arguments || '{}'}}`;
  return reply;
}

function describe(error: unknown): string {
  const message = (error as { message?: unknown } | null)?.message;
  return typeof message === 'string' ? message : JSON.stringify(error);
}

function promptOf(target: Target, prompt: Prompt): LanguageModelV3Prompt {
  const cached = target.provider === 'anthropic' ? { providerOptions: CACHE_PREFIX } : {};
  const last = prompt.messages.length - 1;
  return [
    ...(prompt.system === '' ? [] : [{ role: 'system' as const, content: prompt.system, ...cached }]),
    ...prompt.messages.map((message, index) => ({
      role: message.role,
      content: [{ type: 'text' as const, text: message.content }],
      // A second mark at the end of the history lets a corrective turn read all before it from the cache.
      ...(index === last ? cached : {}),
    })),
  ];
}
