import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import type { Capability, ToolCase } from '../types.ts';
import { draftOf, runnerOf, type RunCodes } from './effects.ts';
import { mergeDuplicate, type MergeInput } from './merge.ts';
import { plainGate, shelf } from './testing/gate.prop.ts';
import { remembered } from './testing/remembered.prop.ts';
import { aTool } from './testing/tools.prop.ts';

let run: RunCodes;
beforeAll(async () => {
  run = remembered(runnerOf({ sandbox: await openSandbox() }));
});

const kept = aTool();
const other = (cases: ToolCase[], change: Partial<Capability> = {}) => draftOf(aTool({
  name: 'percent_of', aliases: ['share_of'], requests: ['15 % of 80', 'a', 'b'], cases,
  parameters: { type: 'object', properties: { rate: { type: 'number' }, base: { type: 'number' } }, required: ['rate', 'base'], additionalProperties: false }, ...change,
}), { at: '', by: 'model' });
const updates: unknown[] = [];
const input = (duplicate: MergeInput['duplicate'], change: Partial<MergeInput> = {}): MergeInput => ({
  kept, duplicate, run, admit: plainGate(run, 1), save: shelf().save, now: () => new Date('2026-02-01T00:00:00Z'),
  update: (_, names) => { updates.push(names); return Promise.resolve({ ...kept, ...names } as Capability); }, ...change,
});
const names = { aliases: ['percent_of', 'share_of'], requests: ['What is 15 percent of 300?', '15 % of 80', 'a'] };

describe('two tools that do the same become one', () => {
  it('with the cases of both, by place of the arguments, as a patch that is found by all names', async () => {
    const result = await mergeDuplicate(input(other([{ arguments: { rate: 15, base: 80 }, result: 12, from: 'user' }, { arguments: { rate: 15, base: 300 }, result: 45, from: 'hidden' }]), { taken: ['1.0.1'] }));
    expect(result).toMatchObject({ outcome: 'merged', added: 1, tool: { name: 'calculate_percentage', version: '1.0.2', ...names, made: { parent: '1.0.0', reason: 'it does what percent_of does, and meets its cases' } } });
    expect((result as Extract<typeof result, { outcome: 'merged' }>).tool.cases).toEqual([...kept.cases, { arguments: { percent: 15, number: 80 }, result: 12, from: 'user' }]);
  });

  it('without a new version where it has those cases already', async () => {
    updates.length = 0;
    expect(await mergeDuplicate(input(other([{ arguments: { rate: 15, base: 300 }, result: 45, from: 'hidden' }])))).toMatchObject({ outcome: 'merged', added: 0, tool: { version: '1.0.0' } });
    expect(updates).toEqual([names]);
  });

  it('without those cases where the gate refuses them', async () => {
    const refusing = plainGate(run, 2);
    expect(await mergeDuplicate(input(other([{ arguments: { rate: 15, base: 80 }, result: 12, from: 'user' }]), { admit: refusing }))).toMatchObject({ outcome: 'merged', added: 0, tool: { version: '1.0.0' }, report: { ok: false } });
  });

  it('not where one case says otherwise: they are not the same', async () => {
    updates.length = 0;
    const failing: ToolCase = { arguments: { rate: 15, base: 80 }, result: 0.12, from: 'user' };
    expect(await mergeDuplicate(input(other([failing])))).toMatchObject({ outcome: 'differs', failing: { arguments: { percent: 15, number: 80 }, result: 0.12 }, got: { ok: true, result: 12 } });
    expect(updates).toEqual([]);
  });

  it('an error of another language is met by any', async () => {
    const ratio = aTool({ name: 'ratio_of', signature: 'def ratio_of(a: float, b: float) -> float:', code: 'def ratio_of(a: float, b: float) -> float:\n    return a / b\n', parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] }, cases: [{ arguments: { a: 1, b: 2 }, result: 0.5, from: 'user' }] });
    const duplicate = other([{ arguments: { rate: 1, base: 0 }, error: 'RangeError', from: 'user' }], { language: 'javascript' });
    expect(await mergeDuplicate(input(duplicate, { kept: ratio }))).toMatchObject({ outcome: 'merged', added: 1 });
    expect(await mergeDuplicate(input({ ...duplicate, language: 'python' }, { kept: ratio }))).toMatchObject({ outcome: 'differs' });
  });
});
