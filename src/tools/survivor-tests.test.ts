import { expect, test } from 'vitest';
import { fauxModels } from '../models/faux.ts';
import type { Survivor } from '../mutation/score.ts';
import { survivorTests } from './survivor-tests.ts';
import { toolContext } from './testing/context.prop.ts';

const TESTS = 'from area import area\n\n\ndef test_one():\n    assert area(1) == 3\n';
const survivor: Survivor = { path: 'area.py', function: 'area', line: 2, description: '* becomes +', before: 'return 3 * r', after: 'return 3 + r', perhapsEquivalent: false };
const request = { path: 'area.py', test: 'tests/test_area_behaviour.py', survivors: [survivor], docs: [{ function: 'area', text: 'Three times r.' }] };

async function withModels(models: ReturnType<typeof fauxModels> | undefined, work: (context: Awaited<ReturnType<typeof toolContext>>['context']) => Promise<void>): Promise<void> {
  const { context, close } = await toolContext({ 'area.py': 'def area(r):\n    unseen = r\n    return 3 * unseen\n' }, models ? { models } : {});
  try {
    await work(context);
  } finally {
    await close();
  }
}

test('the tester sees signatures, documentation and the changed lines, and no other code', async () => {
  const models = fauxModels([{ content: TESTS }]);
  await withModels(models, async (context) => {
    expect(await survivorTests(context, {})(request)).toEqual({ text: TESTS });
    const said = models.calls[0]!.messages[0]!.content;
    for (const part of ['def area(r)', 'Documentation of area:\nThree times r.', '- area, line 2\n  - return 3 * r\n  + return 3 + r', 'tests/test_area_behaviour.py']) expect(said).toContain(part);
    expect(said).not.toContain('unseen');
  });
});

test('a reply that is no test file is asked for once more, then it is the reason', async () => {
  const models = fauxModels([{ content: 'x = 1\n' }, { content: 'x = 2\n' }]);
  await withModels(models, async (context) => {
    expect(await survivorTests(context, {})(request)).toEqual({ why: expect.stringContaining('holds no test') });
    expect(models.remaining()).toBe(0);
  });
});

test('no call begins once the budget is used up', async () => {
  const models = fauxModels([{ content: TESTS }, { content: TESTS }]);
  await withModels(models, async (context) => {
    const write = survivorTests(context, { tokens: 1 });
    await write(request);
    await expect(write(request)).rejects.toMatchObject({ code: 'budget', data: { limit: 'tokens' } });
    expect(models.calls).toHaveLength(1);
  });
});

test('a cancelled question rejects', async () => {
  await withModels(fauxModels([{ content: TESTS }]), async (context) => {
    await expect(survivorTests(context, {})({ ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
  });
});

test('without a model it says so', async () => {
  await withModels(undefined, async (context) => {
    await expect(survivorTests(context, {})(request)).rejects.toMatchObject({ code: 'no_model' });
  });
});
