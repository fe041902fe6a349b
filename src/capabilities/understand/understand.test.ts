import { describe, expect, it } from 'vitest';
import { fauxModels } from '../../models/faux.ts';
import { snakeCase, understand } from './understand.ts';

const world = { today: '2026-11-22', seed: 7 };
const need = (id: string, values: object[] = []): object => ({ id, request: 'part', description: 'Do it.', name: 'doIt', values, returns: 'number', examples: [], language: null });
const value = (name: string, type: string, json: string, from: string | null = null): object => ({ name, type, json, from });
const reply = (needs: object[], answer = ''): object => ({ possible: true, reason: null, says: '', needs, answer });
const read = (...replies: object[]) => understand('a request', world, { models: fauxModels(replies), key: 'understand' });

describe('a request that is read', () => {
  it.each([
    ['JSON values stay what they are', value('n', 'number', '15'), { value: 15 }],
    ['a text without its quotes is the text', value('t', 'string', 'hello'), { value: 'hello' }],
    ['a number that is to be a text is a text', value('t', 'string', '12'), { value: '12' }],
    ['a list', value('l', 'list', '[1, 2]'), { value: [1, 2] }],
    ['what comes from the world', value('d', 'string', 'null', 'today'), { from: 'today' }],
  ])('%s', async (_title, given, expected) => {
    expect(await read(reply([need('s1', [given])]))).toMatchObject({ kind: 'needs', needs: [{ name: 'do_it', values: [expected] }] });
  });

  it('is impossible with its reason', async () => {
    expect(await read({ possible: false, reason: 'needs_network', says: 'The weather is out there.', needs: [], answer: '' })).toEqual({ kind: 'impossible', reason: 'needs_network', says: 'The weather is out there.' });
  });

  it.each([
    ['no need at all', reply([])],
    ['two of one id', reply([need('s1'), need('s1')])],
    ['a need that is called as the date', reply([need('today')])],
    ['a value from a need that is not there', reply([need('s1', [value('x', 'any', 'null', 's9')])])],
    ['a need of its own result', reply([need('s1', [value('x', 'any', 'null', 's1')])])],
    ['needs that wait for each other', reply([need('s1', [value('x', 'any', 'null', 's2')]), need('s2', [value('x', 'any', 'null', 's1')])])],
  ])('is asked about once more where the reply has %s', async (_title, broken) => {
    expect(await read(broken, reply([need('s1')]))).toMatchObject({ kind: 'needs' });
    await expect(read(broken, broken)).rejects.toMatchObject({ code: 'model_reply_invalid' });
  });

  it('keeps the results that the user states, and none that the model worked out', async () => {
    const example = (result: unknown): object => ({ arguments: '{"x":[1,2]}', result: JSON.stringify(result) });
    const given = { ...need('s1'), examples: [[3, 1000], 2_500, true, 'A  b', { mean: -3 }, 12, 'ab', [3, 4]].map(example) };
    const request = 'so that f([1, 2]) gives [3, 1,000], or -2.5e3 or "a b" or true';
    expect(await understand(request, world, { models: fauxModels([reply([given])]), key: 'understand' })).toMatchObject({ needs: [{ examples: [[3, 1000], 2_500, true, 'A  b', { mean: -3 }].map((result) => ({ arguments: { x: [1, 2] }, result })) }] });
  });

  it('has no two needs under the same words', async () => {
    const read2 = await read(reply([need('s1'), { ...need('s2'), description: 'Do that.' }, { ...need('s3'), request: 'rest' }]));
    expect(read2).toMatchObject({ needs: [{ request: 'part (Do it.)' }, { request: 'part (Do that.)' }, { request: 'rest' }] });
  });

  it('keeps the sentence over several needs, and none over one', async () => {
    expect(await read(reply([need('s1'), need('s2')], '{s1} and {s2}'))).toMatchObject({ answer: '{s1} and {s2}' });
    expect(await read(reply([need('s1')], '{s1}!'))).toMatchObject({ answer: '' });
  });
});

describe('a name', () => {
  it.each([['reverseText', 'reverse_text'], ['Convert °F', 'convert_f'], ['', 'tool'], ['3d', 'tool_3d'], ['x'.repeat(80), 'x'.repeat(64)]])('of %j is %s', (text, name) => expect(snakeCase(text)).toBe(name));
});
