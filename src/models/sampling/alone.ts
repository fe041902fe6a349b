import type { Sample, SampleRequest, Samples } from '../sampler.ts';
import type { Send } from '../send.ts';
import type { Target } from '../target.ts';
import { addUsage, NO_USAGE, usageOf } from '../usage.ts';
import { withoutThinking } from '../decode.ts';

/**
 * Samples from a service that gives one reply at a time and continues no text: as many questions through its provider package.
 *
 * @param inTurn one after the other, where a recording needs one order
 */
export async function sampleAlone(target: Target, request: SampleRequest, send: Send, inTurn: boolean): Promise<Samples> {
  const started = performance.now();
  let requests = 0;
  let usage = NO_USAGE;
  const one = async (index: number): Promise<Sample> => {
    const { system, user } = request.chat;
    const prompt = { system, messages: [{ role: 'user' as const, content: user }], temperature: request.temperature, maxOutputTokens: request.maxTokens };
    const reply = await send(target, prompt, { signal: request.signal }, () => void (requests += 1));
    const counted = usageOf(reply.usage, target.price);
    usage = addUsage(usage, counted);
    const sample: Sample = { text: withoutThinking(reply.text), outputTokens: counted.outputTokens, finish: reply.truncated ? 'length' : reply.filtered ? 'other' : 'stop' };
    request.onSample?.(sample, index);
    return sample;
  };
  const samples = await each(request.n, one, inTurn);
  return { samples, form: 'chat', usage, ms: Math.round(performance.now() - started), requests };
}

/** Results of `work(0)` to `work(n - 1)`, all at once or in turn. */
export async function each<T>(n: number, work: (index: number) => Promise<T>, inTurn: boolean): Promise<T[]> {
  const indexes = Array.from({ length: n }, (_, index) => index);
  if (!inTurn) return Promise.all(indexes.map(work));
  const results: T[] = [];
  for (const index of indexes) results.push(await work(index));
  return results;
}
