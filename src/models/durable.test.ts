import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { budgeted } from './budget.ts';
import { durable, requestHash } from './durable.ts';
import type { FinishedCall, Memo } from './durable.ts';
import { fauxModels } from './faux.ts';
import type { AskOptions } from './types.ts';

const schema = z.object({ answer: z.number(), note: z.string().default('none') });
const question = { role: 'coder', system: 's', messages: [{ role: 'user', content: 'q' }], schema, schemaName: 'result', key: 'it1/plan' } as AskOptions<z.infer<typeof schema>>;

/** A memo that keeps JSON, as a database does. */
function memory(): Memo & { calls: FinishedCall[] } {
  const calls: FinishedCall[] = [];
  return {
    calls,
    get: async (key, hash) => {
      const call = calls.find((c) => c.key === key && c.requestHash === hash);
      return call && (JSON.parse(JSON.stringify(call.reply)) as Record<string, unknown>);
    },
    put: async (call) => void calls.push(call),
  };
}

describe('a finished call', () => {
  test('is not asked again: the same answer comes from the memo, with its usage', async () => {
    const memo = memory();
    const live = await durable(fauxModels([{ answer: 4 }]), memo).ask(question);
    expect(live.value).toEqual({ answer: 4, note: 'none' });
    const none = fauxModels([]);
    expect(await durable(none, memo).ask(question)).toEqual(live);
    expect(none.calls).toEqual([]);
    expect(memo.calls).toEqual([expect.objectContaining({ key: 'it1/plan', role: 'coder', model: 'faux', inputTokens: live.usage.inputTokens, cost: null })]);
  });

  test.each<[string, Partial<AskOptions<unknown>>]>([
    ['another text', { messages: [{ role: 'user', content: 'r' }] }],
    ['other instructions', { system: 't' }],
    ['another temperature', { temperature: 1 }],
    ['another key', { key: 'it2/plan' }],
    ['no key', { key: undefined }],
  ])('is asked again with %s', async (_title, change) => {
    const memo = memory();
    await durable(fauxModels([{ answer: 4 }]), memo).ask(question);
    const again = fauxModels([{ answer: 5 }]);
    expect((await durable(again, memo).ask({ ...question, ...change } as typeof question)).value.answer).toBe(5);
    expect(again.calls).toHaveLength(1);
  });

  test('is asked again when its kept text no longer satisfies the schema', async () => {
    const memo = memory();
    await durable(fauxModels([{ answer: 4 }]), memo).ask(question);
    memo.calls[0]!.reply.text = 'lost';
    expect((await durable(fauxModels([{ answer: 6 }]), memo).ask(question)).value.answer).toBe(6);
  });

  test('that failed is not kept', async () => {
    const memo = memory();
    await expect(durable(fauxModels([new Error('gone')]), memo).ask(question)).rejects.toThrow('gone');
    expect(memo.calls).toEqual([]);
  });

  test('has a hash that listeners and key order do not change', () => {
    const { role, system, key } = question;
    expect(requestHash({ key, messages: [{ content: 'q', role: 'user' }], system, role, onText: () => {}, signal: new AbortController().signal, schema, schemaName: 'result' } as AskOptions<unknown>)).toBe(requestHash(question as AskOptions<unknown>));
  });
});

describe('a budget', () => {
  const at = new Date('2030-01-01T00:00:00Z');
  test.each([
    ['tokens', { tokens: 100 }, { tokens: 100, cost: 0 }, /100 of 100 tokens are used\. Raise budget\.tokens/],
    ['cost', { cost: 0.5 }, { tokens: 0, cost: 0.51 }, /\$0\.5100 of \$0\.5 are spent/],
    ['time', { until: at }, { tokens: 0, cost: 0 }, /the time ended at 2030-01-01/],
  ])('of %s that is used up stops the call before it is made', async (limit, budget, spent, message) => {
    const models = fauxModels(['x']);
    await expect(budgeted(models, budget, () => spent, () => at.getTime()).ask({ ...question, schema: undefined })).rejects.toMatchObject({ code: 'budget', exitCode: 5, data: { limit }, message: expect.stringMatching(message) });
    expect(models.calls).toEqual([]);
  });

  test('that lasts lets the call through, and what it used counts for the next', async () => {
    const models = fauxModels(['x', 'y']);
    const used = { tokens: 99, cost: 0 };
    const limited = budgeted(models, { tokens: 100, cost: 1, until: at }, () => used, () => at.getTime() - 1);
    const first = await limited.ask({ ...question, schema: undefined });
    used.tokens += first.usage.outputTokens!;
    await expect(limited.ask({ ...question, schema: undefined })).rejects.toMatchObject({ code: 'budget' });
  });
});

test('answers from the memo cost no budget', async () => {
  const memo = memory();
  await durable(fauxModels([{ answer: 4 }]), memo).ask(question);
  const spent = budgeted(fauxModels([]), { tokens: 1 }, () => ({ tokens: 1, cost: 0 }));
  expect((await durable(spent, memo).ask(question)).value.answer).toBe(4);
});
