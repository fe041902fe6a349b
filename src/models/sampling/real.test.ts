import { afterAll, describe, expect, test } from 'vitest';
import { startLlamaServer } from '../../../test/support/llama-server.ts';
import { modelConfig } from '../../../test/support/model-server.ts';
import { smallModel } from '../../../test/support/small-model.ts';
import { createModels } from '../client.ts';
import type { SampleRequest } from '../sampler.ts';

const model = await smallModel('smollm2');
const server = await startLlamaServer(model, { slots: 2, context: 512 });
afterAll(async () => server?.close());

const request: SampleRequest = {
  chat: { system: 'You write Python.', user: 'Write a function that greets everybody in a list.', prefill: '```python', stop: ['\n```'] },
  completion: { prompt: 'def is_even(n):\n    """True if n is even."""', stop: ['\ndef '] },
  n: 3,
  temperature: 1,
  maxTokens: 24,
  seed: 5,
};

describe.skipIf(!server || !model).each([
  ['a llama.cpp server', () => ({ env: { VLLM_URL: server!.url }, model: undefined })],
  ['the same model in this process', () => ({ env: {}, model })],
] as const)('%s', (_title, where) => {
  const open = (api?: 'completion') => {
    const { env, model: path } = where();
    return createModels(modelConfig(env, { default: { ...(path === undefined ? {} : { model: path }), ...(api ? { api } : {}) } }));
  };

  test('gives as many samples as asked for, begun as asked, counted, and the same ones for the same seed', async () => {
    const models = await open();
    const sampler = models.sampler();
    const first = await sampler.sample(request);
    expect(first.samples).toHaveLength(3);
    expect(first.form).toBe('chat');
    for (const { text } of first.samples) expect(text.split('```python')).toHaveLength(2);
    expect(new Set(first.samples.map(({ text }) => text)).size).toBeGreaterThan(1);
    expect(first.usage.inputTokens).toBeGreaterThan(20);
    expect(first.usage.outputTokens).toBeGreaterThan(10);
    expect(first.usage.outputTokens).toBeLessThanOrEqual(3 * 24 + 3);
    expect(sampler.describe().billions).toBeCloseTo(0.135, 2);
    const again = await sampler.sample(request);
    expect(again.samples.map(({ text }) => text)).toEqual(first.samples.map(({ text }) => text));
    await models.close();
  });

  test('continues plain text where it is told to', async () => {
    const models = await open('completion');
    const { form, samples } = await models.sampler().sample({ ...request, temperature: 0, n: 1 });
    expect(form).toBe('completion');
    expect(samples[0]!.text).toMatch(/^\s+return/);
    await models.close();
  });
});
