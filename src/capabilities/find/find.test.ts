import { describe, expect, it } from 'vitest';
import type { Near } from '../interfaces.ts';
import type { Capability, JsonSchema, Query, UseResult } from '../types.ts';
import { find, type FindDeps } from './find.ts';

const number = (...names: string[]): JsonSchema => ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, { type: 'number' }])), required: names, additionalProperties: false });
const tool = (name: string, description: string, parameters: JsonSchema): Capability => ({
  name, description, language: 'python', signature: '', parameters, returns: {}, effects: 'pure', errors: [], answer: '{result}', version: '1.0.0', code: '', cases: [], properties: [],
  uses: [], aliases: [], requests: [], status: 'active', made: { at: '', by: 'hand' }, hash: name, contractHash: name,
});
const percentage = tool('calculate_percentage', 'Calculate a percentage of a number.', number('percent', 'number'));
const sortDown = tool('sort_descending', 'Sort numbers in descending order.', { type: 'object', properties: { numbers: { type: 'array' } }, required: ['numbers'] });

/** Figures of a tool that is as good as found, of one that is likely, and of one that is far. */
const FIGURES = {
  sure: { best: 0.95, description: 0.9, name: 0.95, signature: 0.8, request: 0, lead: 0.2, z: 4, text: 0.8, textLead: 0.2, crowd: 1 },
  likely: { best: 0.6, description: 0.6, name: 0.4, signature: 0.5, request: 0, lead: 0.05, z: 2.5, text: 0.3, textLead: 0.1, crowd: 1 },
  far: { best: 0.1, description: 0.1, name: 0, signature: 0.1, request: 0, lead: 0, z: 0, text: 0, textLead: 0, crowd: 2 },
};
const near = (one: Capability, how: keyof typeof FIGURES): Near => ({ tool: one, figures: FIGURES[how] });
const ran: string[] = [];
const computes: FindDeps['run'] = async ({ name }, args): Promise<UseResult> => {
  ran.push(name);
  const [a, b] = Object.values(args) as number[];
  const result = name === 'calculate_percentage' ? (a! * b!) / 100 : a! + b!;
  return { ok: true, result, ms: 1 };
};
const look = (query: Query, found: Near[], more: Partial<FindDeps> = {}) =>
  find(query, { catalogue: { near: async () => found }, threshold: 0.75, embedderModel: 'all-MiniLM-L6-v2-int8', run: computes, ...more });
const example = { arguments: { percent: 15, number: 300 }, result: 45 };

describe('find or make', () => {
  const request = 'What is 15 percent of 300?';
  const cases: [title: string, found: Near[], query: Query, decision: string, more?: Partial<FindDeps>][] = [
    ['makes where there is nothing', [], { request }, 'make'],
    ['makes where everything is far', [near(percentage, 'far')], { request }, 'make'],
    ['takes what is sure', [near(percentage, 'sure')], { request }, 'reuse'],
    ['leaves what is likely to a model', [near(percentage, 'likely')], { request }, 'unsure'],
    ['takes what is likely where less is asked for', [near(percentage, 'likely')], { request }, 'reuse', { threshold: 0.2 }],
    ['takes nothing below a threshold that the tool itself has earned', [near(percentage, 'sure')], { request }, 'unsure', { thresholds: () => 0.999 }],
    ['takes nothing without a model where the embedder was never measured', [near(percentage, 'sure')], { request }, 'unsure', { embedderModel: 'server:unknown' }],
    ['takes what gives the example, however unlikely', [near(percentage, 'far')], { request, examples: [example] }, 'reuse'],
    ['takes what gives the example also where the embedder was never measured', [near(percentage, 'far')], { request, examples: [example] }, 'reuse', { embedderModel: 'server:unknown' }],
    ['makes where the only tool contradicts the example, however sure', [near(percentage, 'sure')], { request, examples: [{ ...example, result: 46 }] }, 'make'],
    ['makes where one of two examples is contradicted', [near(percentage, 'sure')], { request, examples: [example, { ...example, result: 46 }] }, 'make'],
    ['does not take the opposite', [near(sortDown, 'sure')], { request: 'Sort 3, 1, 2 in ascending order' }, 'unsure'],
    ['takes the same direction', [near(sortDown, 'sure')], { request: 'Sort 3, 1, 2 in descending order' }, 'reuse'],
    ['does not take a tool whose parameters do not take the values', [near(percentage, 'sure')], { request, values: [{ name: 'text', type: 'string', value: 'abc' }] }, 'unsure'],
    ['does not take a tool whose name means another thing', [near(percentage, 'sure')], { request, name: 'calculate_permille', description: 'Calculate a permille of a number.' }, 'unsure'],
  ];
  it.each(cases)('%s', async (_title, found, query, decision, more) => {
    const result = await look(query, found, more);
    expect(result.decision).toBe(decision);
    expect(result.why).not.toBe('');
  });
  it('puts a tool that gives the example before one that is likelier', async () => {
    const sum = tool('add', 'Add two numbers.', number('percent', 'number'));
    const { decision, matches } = await look({ request, examples: [example] }, [near(sum, 'sure'), near(percentage, 'far')]);
    expect(decision).toBe('reuse');
    expect(matches).toMatchObject([{ tool: { name: 'calculate_percentage' }, examples: { reproduced: 1, contradicted: 0 } }]);
  });
  it('runs nothing where there is no example, or its arguments do not fit', async () => {
    ran.length = 0;
    await look({ request }, [near(percentage, 'sure')]);
    await look({ request, examples: [{ arguments: { words: ['a'] }, result: 1 }] }, [near(percentage, 'sure')]);
    expect(ran).toEqual([]);
  });
  it('binds the values of the wish, and says what the probability was made from', async () => {
    const { matches } = await look({ request, values: [{ name: 'percent', type: 'number', value: 15 }, { name: 'number', type: 'number', value: 300 }] }, [near(percentage, 'sure')]);
    expect(matches[0]).toMatchObject({ binding: { percent: 15, number: 300 }, figures: { best: 0.95, taken: 1, unfilled: 0 } });
  });
  it('never gives more than five', async () => {
    const many = Array.from({ length: 9 }, (_, i) => near({ ...percentage, name: `tool_${i}` }, 'likely'));
    expect((await look({ request }, many)).matches).toHaveLength(5);
  });
});
