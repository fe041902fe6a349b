import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionLanguageName } from '../../languages/function/types.ts';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { contentHash, contractHash } from '../library/hash.ts';
import { GATES, type Capability, type CapabilityDraft, type GateName, type ToolCase } from '../types.ts';
import { admit } from './admit.ts';
import { CASES, draftOf, HONEST } from './drafts.prop.ts';
import type { AdmitInput } from './types.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

const inputOf = (draft: CapabilityDraft, more: Partial<AdmitInput> = {}): AdmitInput => ({ draft, candidates: [draft.code, draft.code, draft.code], tools: [], product: '9.9.9', sandbox, ...more });
const kept = (draft: CapabilityDraft): Capability => ({ ...draft, version: '1.0.0', status: 'active', hash: contentHash(draft), contractHash: contractHash(draft) });

const other = (body: string): string => HONEST.python.replace('number * factor for', `${body} for`);
const tool = async (code: string, changes: Partial<CapabilityDraft>): Promise<Capability> => kept(await draftOf('python', code, { name: 'multiply_all', signature: 'def multiply_all(values: list[float], by: float) -> list[float]:', cases: CASES.map((one) => ({ ...one, arguments: { values: one.arguments['numbers']!, by: one.arguments['factor']! } })), ...changes }));
const twin = 'def multiply_all(values: list[float], by: float) -> list[float]:\n    result = []\n    for value in values:\n        result.append(by * value)\n    return result\n';

describe('a tool that keeps its promises', () => {
  it.each<FunctionLanguageName>(['python', 'typescript', 'go'])('passes all gates in %s, in their order, and each is told as it is passed', async (language) => {
    const told: GateName[] = [];
    const draft = await draftOf(language);
    const report = await admit(inputOf(draft, { onGate: ({ gate }) => told.push(gate) }));
    expect(report.gates.filter(({ ok }) => !ok)).toEqual([]);
    expect(report).toMatchObject({ ok: true, evidence: { product: '9.9.9', hash: contentHash({ ...draft, cases: report.cases }) } });
    expect(report.gates.map(({ gate }) => gate)).toEqual([...GATES]);
    expect(told).toEqual([...GATES]);
    expect(report.stoppedBy).toBeUndefined();
  }, 180_000);
});

describe('the contract gate', () => {
  it.each<[what: string, changes: Partial<CapabilityDraft>, says: RegExp]>([
    ['a signature that does not parse', { signature: 'def scale_numbers(numbers' }, /does not parse/],
    ['an answer that names what there is not', { answer: '{numbers} times {by} is {result}.' }, /\{by\}/],
    ['an answer without the result', { answer: 'Done.' }, /does not say the result/],
    ['an answer with a field that the result has not', { answer: '{result.mean}' }, /\{result\.mean\}/],
    ['a schema of other types', { parameters: { type: 'object', properties: { numbers: { type: 'array', items: { type: 'string' } }, factor: { type: 'integer' } }, required: ['numbers', 'factor'], additionalProperties: false } }, /parameters\.numbers\.items/],
    ['parameters in another order', { parameters: { type: 'object', properties: { factor: { type: 'integer' }, numbers: { type: 'array', items: { type: 'integer' } } }, required: ['numbers', 'factor'], additionalProperties: false } }, /factor, numbers/],
    ['an error without words', { errors: [{ when: ' ' }] }, /does not say when/],
    ['a case that the contract does not take', { cases: [...CASES, { arguments: { numbers: ['x'], factor: 1 }, result: [], from: 'user' }] }, /numbers\[0\]/],
    ['a hidden case that the contract does not take, without its values', { cases: [...CASES, { arguments: { numbers: ['secret'], factor: 1 }, result: [], from: 'hidden' }] }, /^a hidden case has arguments that the contract does not take$/],
    ['two outcomes of one call', { cases: [...CASES, { ...CASES[0]!, result: [0] }] }, /stands twice/],
    ['no case', { cases: [] }, /no case/],
  ])('refuses %s', async (_what, changes, says) => {
    const draft = { ...(await draftOf('python')), ...changes };
    const report = await admit(inputOf(draft));
    expect(report.stoppedBy).toBe('contract');
    expect(report.gates.at(-1)!.says).toMatch(says);
  });

  it('takes descriptions and bounds beyond the signature', async () => {
    const draft = await draftOf('python');
    const parameters = { ...draft.parameters, properties: { numbers: { type: 'array', items: { type: 'integer' }, description: 'what is scaled' }, factor: { type: 'integer', minimum: 0 } } };
    expect(await admit(inputOf({ ...draft, parameters }, { only: ['contract'] }))).toMatchObject({ ok: true });
  });
});

describe('hidden cases', () => {
  it('are told by category and never by value', async () => {
    const secret: ToolCase = { arguments: { numbers: [31337], factor: 2 }, result: [1], from: 'hidden' };
    const report = await admit(inputOf(await draftOf('python', HONEST.python, { cases: [...CASES, secret] })));
    expect(report.stoppedBy).toBe('hidden_cases');
    expect(report.gates.at(-1)).toMatchObject({ says: '1 of 6 hidden cases not met: another value (1)' });
    expect(JSON.stringify(report.gates)).not.toContain('31337');
  });

  it('are needed, unless a person vouches for the tool', async () => {
    const draft = await draftOf('python', HONEST.python, { cases: CASES.filter(({ from }) => from !== 'hidden'), properties: [] });
    expect(await admit(inputOf(draft))).toMatchObject({ ok: false, stoppedBy: 'hidden_cases' });
    expect(await admit(inputOf(draft, { vouched: true, candidates: [], only: ['visible_cases', 'hidden_cases', 'agreement', 'properties'] }))).toMatchObject({ ok: true });
  });
});

describe('agreement', () => {
  const only: GateName[] = ['agreement'];
  it.each<[what: string, candidates: string[], ok: boolean]>([
    ['three codes of one behaviour', [HONEST.python, other('factor * number'), other('sum([number] * factor) if factor > 0 else number * factor')], true],
    ['two alone', [HONEST.python, HONEST.python], false],
    ['one against two of another behaviour', [HONEST.python, other('number * 2 if factor == 2 else number * 3'), other('number * 3 if factor == 3 else number * 2')], false],
    ['three against four of another behaviour', [HONEST.python, HONEST.python, HONEST.python, ...Array<string>(4).fill(other('number * factor if factor < 4 else number'))], false],
  ])('%s', async (_what, candidates, ok) => {
    expect(await admit(inputOf(await draftOf('python'), { candidates, only }))).toMatchObject({ ok });
  });
});

describe('laws', () => {
  const only: GateName[] = ['properties'];
  const held = { text: 'it keeps the length', expression: 'len(scale_numbers(numbers, factor)) == len(numbers)' };
  it.each<[what: string, properties: CapabilityDraft['properties'], says: RegExp]>([
    ['one is too few', [held], /1 law, and at least 2/],
    ['a broken one is told with its counterexample', [held, { text: 'nothing is scaled', expression: 'scale_numbers(numbers, factor) == numbers' }], /nothing is scaled.*scale_numbers\(/],
    ['one that cannot be run does not count', [held, { text: 'no such name', expression: 'unheard_of(numbers)' }], /1 of 2 laws held.*2 are needed/],
  ])('%s', async (_what, properties, says) => {
    const report = await admit(inputOf(await draftOf('python', HONEST.python, { properties }), { only }));
    expect(report.stoppedBy).toBe('properties');
    expect(report.gates[0]!.says).toMatch(says);
  });
});

describe('mutation', () => {
  const code = 'def scale_numbers(numbers: list[int], factor: int) -> list[int]:\n    if factor > 100:\n        return []\n    return [number * factor for number in numbers]\n';
  const weak = CASES.map((one) => ({ ...one, arguments: { numbers: [], factor: 2 }, result: [] })).slice(0, 1);
  const only: GateName[] = ['mutation'];

  it('adds cases on whose value three codes agree, equal texts too, and counts with them', async () => {
    const report = await admit(inputOf(await draftOf('python', HONEST.python, { cases: weak }), { only: ['agreement', 'mutation'] }));
    expect(report.ok).toBe(true);
    expect(report.gates[1]!.data).toMatchObject({ atFirst: 0.5, score: 1, added: report.cases.length - 1 });
    expect(report.cases.slice(1).map(({ from }) => from)).toContain('agreed');
  });

  it('refuses cases that notice nothing, and names lines and no values', async () => {
    const report = await admit(inputOf(await draftOf('python', code, { cases: weak }), { only }));
    expect(report).toMatchObject({ ok: false, stoppedBy: 'mutation' });
    expect(report.gates[0]!.says).toMatch(/mutants noticed \(0\.\d\d\), and 0\.75 is needed: line \d/);
  });

  it('refuses code of which most is reached by no input that anybody made', async () => {
    const trap = 'def scale_numbers(numbers: list[int], factor: int) -> list[int]:\n    if factor == 987654321:\n        total = 0\n        for number in numbers:\n            total = total * 3 - number + 7\n        return [total - 1, total + 2, total * 4]\n    return [number * factor for number in numbers]\n';
    const report = await admit(inputOf(await draftOf('python', trap), { only }));
    expect(report).toMatchObject({ ok: false, stoppedBy: 'mutation' });
  });

  it('asks for killing cases once, keeps those that hold, and leaves out what the contract does not take', async () => {
    let asked = 0;
    const killers = async (): Promise<ToolCase[]> => {
      asked += 1;
      return [CASES[0]!, { arguments: { numbers: [2], factor: 100 }, result: [200], from: 'hidden' }, { arguments: { numbers: [2], factor: 101 }, result: [], from: 'hidden' }, { arguments: { numbers: ['x'], factor: 1 }, result: [], from: 'hidden' }, { arguments: { numbers: [5], factor: 5 }, result: [0], from: 'hidden' }];
    };
    const report = await admit(inputOf(await draftOf('python', code, { cases: weak }), { only, killers }));
    expect(asked).toBe(1);
    expect(report.ok).toBe(true);
    expect(report.gates[0]!.data).toMatchObject({ unmet: 1, added: 3 });
    expect(report.cases).toHaveLength(4);
  });
});

describe('a duplicate', () => {
  const only: GateName[] = ['duplicate'];

  it('is found under other names, and in another language', async () => {
    expect(await admit(inputOf(await draftOf('javascript'), { only, tools: [await tool(twin, {})] }))).toMatchObject({ ok: false, stoppedBy: 'duplicate', duplicateOf: 'multiply_all' });
  });

  it('is none that gives something else on other inputs', async () => {
    const unlike = await tool(twin.replace('by * value', 'by * value if value < 5 else 0'), { cases: [{ arguments: { values: [1, 2], by: 2 }, result: [2, 4], from: 'user' }] });
    expect(await admit(inputOf(await draftOf('javascript'), { only, tools: [unlike] }))).toMatchObject({ ok: true });
  });
});
