import { UntilgreenError } from '../core/errors.ts';
import { publicUrl } from './base-url.ts';
import type { Decoded } from './decode.ts';
import { decodeReply, withoutThinking } from './decode.ts';
import type { Prompt, Reply } from './request.ts';
import { correction, schemaJson, withSchemaText } from './schema-text.ts';
import type { Send } from './send.ts';
import { SchemaRefused } from './send.ts';
import type { Target } from './target.ts';
import type { Answer, AskOptions, Message } from './types.ts';
import { NO_USAGE, addUsage, usageOf } from './usage.ts';

/** Characters of an invalid reply that its error carries. */
const EXCERPT = 2_000;

/** Where a response format was refused: a server's answer for one model says nothing of another. */
export const placeOf = (target: Pick<Target, 'baseUrl' | 'model'>): string => `${target.baseUrl}\n${target.model}`;

/**
 * Asks one question: by the server's structured output where it has it, else with the schema in the instructions; a reply that is not
 * valid gets one corrective turn, which repeats the whole conversation before it so that the server's prefix cache serves it.
 *
 * @param withoutSchema places that refuse a schema; added to when one is found
 */
export async function answerQuestion<T>(target: Target, question: AskOptions<T>, send: Send, withoutSchema: Set<string>): Promise<Answer<T>> {
  const started = performance.now();
  const schema = question.schema && schemaJson(question.schema);
  const name = question.schemaName ?? 'reply';
  const messages: Message[] = [...question.messages];
  let usage = NO_USAGE;
  let requests = 0;
  const sent = (): void => {
    requests += 1;
  };
  const promptWith = (schemaInText: boolean): Prompt => ({
    system: schema && schemaInText ? withSchemaText(question.system, schema) : question.system,
    messages,
    temperature: question.temperature ?? target.temperature ?? 0,
    maxOutputTokens: question.maxOutputTokens ?? target.maxOutputTokens,
    ...(schema && !schemaInText ? { schema: { name, json: schema } } : {}),
  });
  const turn = async (): Promise<{ reply: Reply; text: string; decoded: Decoded<T> }> => {
    const place = placeOf(target);
    let reply: Reply;
    try {
      reply = await send(target, promptWith(withoutSchema.has(place)), question, sent);
    } catch (error) {
      if (!(error instanceof SchemaRefused)) throw error;
      withoutSchema.add(place);
      reply = await send(target, promptWith(true), question, sent);
    }
    usage = addUsage(usage, usageOf(reply.usage, target.price));
    return { reply, text: withoutThinking(reply.text), decoded: judge(reply, question, name) };
  };

  let { reply, text, decoded } = await turn();
  if (!decoded.ok) {
    messages.push({ role: 'assistant', content: text.trim() || '(empty reply)' }, { role: 'user', content: correction(decoded.problems, schema !== undefined) });
    ({ reply, text, decoded } = await turn());
  }
  if (!decoded.ok) {
    const { problems } = decoded;
    throw new UntilgreenError(
      'model_reply_invalid',
      `The model ${target.model} gave no valid ${schema ? name : 'reply'}, also after a correction: ${problems.split('\n')[0]}`,
      { model: target.model, baseUrl: publicUrl(target.baseUrl), role: question.role, key: question.key, reply: text.slice(0, EXCERPT), problems, usage, requests },
      'A more capable model may do better.',
    );
  }
  const ms = Math.round(performance.now() - started);
  return { text, value: decoded.value, model: target.model, usage, ms, requests, ...(reply.truncated ? { truncated: true } : {}) };
}

function judge<T>(reply: Reply, question: AskOptions<T>, name: string): Decoded<T> {
  if (reply.filtered) return { ok: false, problems: 'The reply was stopped by a content filter.' };
  if (!question.schema) {
    const text = withoutThinking(reply.text);
    return text.trim() === '' ? { ok: false, problems: 'The reply was empty.' } : { ok: true, value: text as T };
  }
  // A repaired half can satisfy the schema and still lack the other half.
  if (reply.truncated) return { ok: false, problems: 'The reply was cut off at the output limit before the JSON was complete. Make it shorter.' };
  return decodeReply(reply.text, question.schema, name);
}
