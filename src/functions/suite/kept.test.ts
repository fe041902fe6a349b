import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fauxSampler } from '../../models/faux.ts';
import type { SampleRequest } from '../../models/sampler.ts';
import { keepSamples } from './kept.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-'));
  file = join(folder, 'samples.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const request: SampleRequest = { chat: { system: 's', user: 'u' }, completion: { prompt: 'p', stop: [] }, n: 4, temperature: 0.6, maxTokens: 64, seed: 10 };
const model = (name = 'm') => fauxSampler(({ seed, n, temperature }) => Array.from({ length: n }, (_, index) => (temperature === 0 ? 'greedy' : `text ${seed + index}`)), { model: name });
const texts = (of: { samples: { text: string }[] }): string[] => of.samples.map(({ text }) => text);

describe('kept samples', () => {
  test('are taken once: a second run asks nothing, and needs no model', async () => {
    const faux = model();
    const first = await keepSamples(file, async () => faux);
    const live = await first.sample(request);
    expect(first.counts()).toEqual({ kept: 0, asked: 4 });
    first.close();
    const second = await keepSamples(file, async () => Promise.reject(new Error('no model')));
    expect(second.describe()).toMatchObject({ model: 'm', billions: 1.5 });
    expect(await second.sample(request)).toMatchObject({ samples: live.samples, form: live.form, usage: { inputTokens: live.usage.inputTokens, outputTokens: live.usage.outputTokens }, requests: 0 });
    expect(second.counts()).toEqual({ kept: 4, asked: 0 });
    second.close();
    expect(faux.calls).toHaveLength(1);
  });

  test('are known one by one, so that waves may be cut anew, and greedy ones under any seed', async () => {
    const faux = model();
    const sampler = await keepSamples(file, async () => faux);
    await sampler.sample(request);
    await sampler.sample({ ...request, seed: 14 });
    await sampler.sample({ ...request, n: 1, temperature: 0 });
    expect(texts(await sampler.sample({ ...request, seed: 12, n: 3 }))).toEqual(['text 12', 'text 13', 'text 14']);
    expect(texts(await sampler.sample({ ...request, n: 1, temperature: 0, seed: 99 }))).toEqual(['greedy']);
    expect(faux.calls).toHaveLength(3);
    sampler.close();
  });

  test.each([
    ['another prompt', { chat: { system: 's', user: 'other' } }],
    ['another temperature', { temperature: 0.8 }],
    ['another limit', { maxTokens: 32 }],
    ['a seed beyond them', { seed: 12 }],
  ])('do not answer for %s', async (_title, change) => {
    const faux = model();
    const sampler = await keepSamples(file, async () => faux);
    await sampler.sample(request);
    await sampler.sample({ ...request, ...change });
    expect(faux.calls).toHaveLength(2);
    sampler.close();
  });

  test('are whole after a kill in mid-write: the cut line is dropped and asked for again', async () => {
    const first = await keepSamples(file, async () => model());
    await first.sample(request);
    first.close();
    const whole = readFileSync(file, 'utf8');
    appendFileSync(file, '{"request":"ab');
    const faux = model();
    const second = await keepSamples(file, async () => faux);
    await second.sample(request);
    await second.sample({ ...request, seed: 50 });
    second.close();
    expect(faux.calls).toHaveLength(1);
    expect(readFileSync(file, 'utf8').startsWith(whole)).toBe(true);
    const third = await keepSamples(file, async () => Promise.reject(new Error('no model')));
    expect(texts(await third.sample({ ...request, seed: 50 }))[0]).toBe('text 50');
    third.close();
  });

  test('are of one model: another cannot add to them', async () => {
    const first = await keepSamples(file, async () => model());
    await first.sample(request);
    first.close();
    const second = await keepSamples(file, async () => model('other'));
    await expect(second.sample({ ...request, seed: 50 })).rejects.toMatchObject({ code: 'replay_mismatch', data: { kept: 'm', model: 'other' } });
    second.close();
  });

  test.each(['notes\n', 'notes', '{"a": 1}\n'])('are not looked for in a file of something else, which stays as it is: %j', async (text) => {
    writeFileSync(file, text);
    await expect(keepSamples(file, async () => model())).rejects.toMatchObject({ code: 'replay_missing' });
    expect(readFileSync(file, 'utf8')).toBe(text);
  });
});
