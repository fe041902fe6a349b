import { expect, test } from 'vitest';
import { z } from 'zod';
import { fauxModels, fauxSampler } from './faux.ts';
import type { AskOptions } from './types.ts';

const ask = (role: AskOptions<string>['role'], content = 'q'): AskOptions<string> => ({ role, system: '', messages: [{ role: 'user', content }] });

test('a list answers in order with texts, values, functions and errors, and keeps the questions', async () => {
  const models = fauxModels(['one', { a: 1 }, (options, nth) => `${options.role} ${nth}`, new Error('down')]);
  expect((await models.ask(ask('planner'))).text).toBe('one');
  const schema = z.object({ a: z.number() });
  expect((await models.ask({ ...ask('coder'), schema } as unknown as AskOptions<{ a: number }>)).value).toEqual({ a: 1 });
  expect((await models.ask(ask('tester'))).value).toBe('tester 3');
  await expect(models.ask(ask('coder'))).rejects.toThrow('down');
  expect(models.calls.map((call) => call.role)).toEqual(['planner', 'coder', 'tester', 'coder']);
  expect(models.remaining()).toBe(0);
});

test('a record answers each role from its own list', async () => {
  const models = fauxModels({ planner: ['p'], coder: ['c1', 'c2'] });
  expect([(await models.ask(ask('coder'))).text, (await models.ask(ask('planner'))).text]).toEqual(['c1', 'p']);
  expect(models.remaining()).toBe(1);
});

test('a question beyond the script, and a reply of the wrong shape, are errors', async () => {
  await expect(fauxModels([]).ask(ask('coder'))).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('question 1 (coder)') });
  const schema = z.object({ a: z.number() });
  await expect(fauxModels(['prose']).ask({ ...ask('coder'), schema } as unknown as AskOptions<string>)).rejects.toMatchObject({ code: 'model_reply_invalid' });
});

test('the questions are kept as they were asked', async () => {
  const models = fauxModels(['x']);
  const question = ask('coder', 'before');
  await models.ask(question);
  question.messages[0]!.content = 'after';
  expect(models.calls[0]!.messages[0]!.content).toBe('before');
});

const request = { chat: { system: 's', user: 'u' }, completion: { prompt: 'p', stop: [] }, n: 3, temperature: 0.8, maxTokens: 64, seed: 1 };

test('a sampler gives each request its texts, in turn where they are too few, tells each, and keeps the requests', async () => {
  const sampler = fauxSampler([['a', 'bb'], ['c'], new Error('down')], { billions: 7 });
  const told: [string, number][] = [];
  const got = await sampler.sample({ ...request, onSample: ({ text }, index) => void told.push([text, index]) });
  expect(got.samples.map(({ text }) => text)).toEqual(['a', 'bb', 'a']);
  expect(told).toEqual([['a', 0], ['bb', 1], ['a', 2]]);
  expect((await sampler.sample({ ...request, n: 1 })).samples).toHaveLength(1);
  await expect(sampler.sample(request)).rejects.toThrow('down');
  await expect(sampler.sample({ ...request, key: 'wave3' })).rejects.toMatchObject({ code: 'internal', message: expect.stringContaining('request 4 (wave3)') });
  expect(sampler.calls).toHaveLength(4);
  expect(sampler.describe()).toMatchObject({ form: 'chat', billions: 7 });
});

test('a sampler can answer by what is asked, as a base model too, and can be cancelled', async () => {
  const sampler = fauxSampler(({ seed }, nth) => [`${seed} ${nth}`], { form: 'completion' });
  expect(await sampler.sample({ ...request, n: 1 })).toMatchObject({ form: 'completion', samples: [{ text: '1 1' }] });
  await expect(sampler.sample({ ...request, signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'cancelled' });
});
