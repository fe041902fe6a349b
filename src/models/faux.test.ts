import { expect, test } from 'vitest';
import { z } from 'zod';
import { fauxModels } from './faux.ts';
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
