import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonSchema, ToolCase } from '../../types.ts';
import { scaledInputs, type Growth } from './scale.ts';

const anything: JsonSchema = { type: 'object' };
const of = (args: JsonObject): ToolCase[] => [{ arguments: args, result: 1, from: 'user' }];

describe('inputs are made larger', () => {
  it.each<[string, Growth, JsonObject, (args: JsonObject) => boolean]>([
    ['lists in length, numbers staying what they are', 'length', { numbers: [1, 2, 3], at: 2 }, ({ numbers, at }) => (numbers as number[]).length === 3072 && at === 2],
    ['texts by their words', 'length', { text: 'to be' }, ({ text }) => (text as string).length > 2000 && (text as string).split(/\s+/).every((word) => ['to', 'be', 'tobe', 'beto', ''].includes(word))],
    ['numbers in size, lists staying as long', 'size', { numbers: [1, 2, 3], n: 7 }, ({ numbers, n }) => (numbers as number[]).length === 3 && n === 7168],
    ['both', 'both', { numbers: [1, 2, 3], n: 7 }, ({ numbers, n }) => (numbers as number[]).length === 3072 && n === 7168],
    ['what lies in fields', 'length', { row: { names: ['x', 'y'] } }, ({ row }) => ((row as JsonObject)['names'] as string[]).length === 2048],
    ['not beyond what can be handed over', 'size', { n: 1e8 }, ({ n }) => n === 4e8],
  ])('%s', (_title, growth, args, largest) => {
    expect(scaledInputs(of(args), anything, growth, 1).at(-1)).toSatisfy(largest);
  });

  it('within the contract', () => {
    const parameters: JsonSchema = { type: 'object', properties: { percent: { type: 'number', maximum: 100 } }, required: ['percent'] };
    expect(scaledInputs(of({ percent: 20 }), parameters, 'size', 1)).toEqual([{ percent: 20 }, { percent: 80 }]);
  });

  it('a longer list is not the short one over and over', () => {
    const numbers = scaledInputs(of({ numbers: [1, 2, 3] }), anything, 'length', 1).at(-1)!['numbers'] as number[];
    expect(new Set(numbers).size).toBeGreaterThan(3);
  });

  it('the smallest first, none twice, the same for the same seed, and none of cases that are refused', () => {
    const cases: ToolCase[] = [...of({ numbers: [1] }), { arguments: { numbers: [] }, error: true, from: 'user' }];
    const inputs = scaledInputs(cases, anything, 'length', 4);
    expect(inputs.map(({ numbers }) => (numbers as number[]).length)).toEqual([1, 4, 16, 64, 256, 1024]);
    expect(inputs).toEqual(scaledInputs(cases, anything, 'length', 4));
  });
});
