import type { Exchange } from '../recording.ts';
import type { ServerFacts } from './facts.ts';

/** What was asked when the server refused. */
interface Asked {
  chat: boolean;
  prefill: boolean;
  n: number;
}

/** A path that no server has: what was found out about the server stands in a recording as if it had said it. */
export const FACTS_PATH = '/server-facts';

const ASKED_WRONG = new Set([400, 404, 405, 415, 422, 501]);

/**
 * Takes from a refusal what the server cannot do, so that the next request does without it.
 *
 * @returns whether there is something to try differently
 */
export function learnFromRefusal(facts: ServerFacts, asked: Asked, status: number, said: string): boolean {
  if (!ASKED_WRONG.has(status)) return false;
  if (asked.chat && facts.form === 'auto' && /chat[ _-]?template/i.test(said)) {
    facts.form = 'completion';
    return true;
  }
  if (asked.prefill && /prefill|continue_final_message|add_generation_prompt|assistant/i.test(said)) {
    facts.prefill = false;
    return true;
  }
  if (asked.n > 1) {
    facts.most = 1;
    return true;
  }
  return false;
}

/** What earlier exchanges of a recording taught of a model's server; undefined where it was not sampled from. */
export function factsFrom(exchanges: readonly Exchange[], model: string): ServerFacts | undefined {
  let facts: ServerFacts | undefined;
  for (const { request, response } of exchanges) {
    const body = request.body as { model?: unknown; messages?: { role?: unknown }[]; n?: number } | null;
    if (body?.model !== model) continue;
    if (request.path === FACTS_PATH) facts = JSON.parse(response.body) as ServerFacts;
    else if (facts && response.status >= 400) {
      learnFromRefusal(facts, { chat: body.messages !== undefined, prefill: body.messages?.at(-1)?.role === 'assistant', n: body.n ?? 1 }, response.status, response.body);
    } else if (facts) {
      if (facts.form === 'auto' && body.messages) facts.form = 'chat';
      const given = new Set([...response.body.matchAll(/"index":\s*(\d+)/g)].map(([, index]) => index)).size;
      if ((body.n ?? 1) > 1 && given < body.n!) facts.most = 1;
    }
  }
  return facts;
}
