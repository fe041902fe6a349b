import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import { link, usesOf } from '../compose/link.ts';
import type { Capability, ToolCase } from '../types.ts';
import { runnerOf, type RunCodes, type WriteRequest } from './effects.ts';
import { repairTool, type RepairInput } from './repair.ts';
import { plainGate, shelf } from './testing/gate.prop.ts';
import { remembered } from './testing/remembered.prop.ts';
import { aTool } from './testing/tools.prop.ts';

let run: RunCodes;
beforeAll(async () => {
  run = remembered(runnerOf({ sandbox: await openSandbox() }));
});

const HEAD = 'def mean_of(numbers: list[float]) -> float:\n';
const mean = aTool({
  name: 'mean_of', description: 'The mean of numbers; 0 for none.', signature: HEAD.trim(),
  parameters: { type: 'object', properties: { numbers: { type: 'array', items: { type: 'number' } } }, required: ['numbers'], additionalProperties: false },
  code: `${HEAD}    return sum(numbers) / len(numbers)\n`,
  cases: [
    { arguments: { numbers: [1, 2, 6] }, result: 3, from: 'user' },
    { arguments: { numbers: [4] }, result: 4, from: 'hidden' },
    { arguments: { numbers: [-1, 1] }, result: 0, from: 'agreed' },
  ],
});
const right = [
  `${HEAD}    return sum(numbers) / len(numbers) if numbers else 0.0\n`,
  `${HEAD}    if not numbers:\n        return 0.0\n    return sum(numbers) / len(numbers)\n`,
  `${HEAD}    total = 0.0\n    for one in numbers:\n        total += one\n    return total / max(1, len(numbers))\n`,
];
const hides = `${HEAD}    try:\n        return sum(numbers) / len(numbers)\n    except ZeroDivisionError:\n        return 1.0\n`;
const breaks = `${HEAD}    return float(max(numbers, default=0))\n`;
/** Meets what is shown, and not the hidden case. */
const learnt = `${HEAD}    return {3: 3.0, 2: 0.0}.get(len(numbers), 0.0)\n`;

interface Told {
  asked: WriteRequest[];
  deprecated: string[];
}
function input(change: Partial<RepairInput> & { waves?: string[][] }): RepairInput & Told {
  const { waves = [], ...rest } = change;
  const asked: WriteRequest[] = [];
  const deprecated: string[] = [];
  return {
    tool: mean, failure: { arguments: { numbers: [] }, result: 0 }, earlier: [], probation: true, asked, deprecated,
    run, admit: plainGate(run), save: shelf().save,
    write: (request) => { asked.push(request); return Promise.resolve(waves[request.round - 1] ?? []); },
    goBack: (to) => Promise.resolve(to),
    deprecate: (tool, reason) => { deprecated.push(reason); return Promise.resolve<Capability>({ ...tool, status: 'deprecated' }); },
    now: () => new Date('2026-02-01T00:00:00Z'),
    ...rest,
  };
}

describe('a tool that failed', () => {
  it('is mended by candidates that meet all cases and the failing one', async () => {
    const job = input({ waves: [[...right, breaks]] });
    const result = await repairTool(job);
    expect(result).toMatchObject({ outcome: 'repaired', tool: { version: '1.0.1', code: right[0], status: 'active', made: { parent: '1.0.0', at: '2026-02-01T00:00:00.000Z', reason: 'it failed for {"numbers":[]}' } } });
    const { cases } = (result as Extract<typeof result, { outcome: 'repaired' }>).tool;
    expect(cases).toEqual([...mean.cases, { arguments: { numbers: [] }, result: 0, from: 'failure' }]);
  });

  it('is shown to whoever writes it anew, without hidden cases', async () => {
    const job = input({ waves: [right] });
    await repairTool(job);
    expect(job.asked[0]).toMatchObject({ code: mean.code, problem: expect.stringMatching(/^called with \{"numbers":\[\]\} it fails: ZeroDivisionError.*; it should give 0$/) as string });
    expect(job.asked[0]!.cases.map(({ from }) => from)).toEqual(['user', 'agreed', 'failure']);
  });

  it('is mended in the second wave where the first met only what it was shown, of which no value is told', async () => {
    const job = input({ waves: [[learnt, learnt, learnt], right] });
    expect((await repairTool(job)).outcome).toBe('repaired');
    expect(job.asked[1]!.problem).toContain('An attempt was refused: 1 of the cases that are not shown fails');
    expect(job.asked[1]!.problem).not.toContain('4');
  });

  it('is not mended by what the gate refuses', async () => {
    const job = input({ waves: [right.slice(0, 1)], probation: false });
    expect(await repairTool(job)).toMatchObject({ outcome: 'unrepaired', tool: { version: '1.0.0', status: 'active' }, report: { stoppedBy: 'agreement' } });
  });

  it('is deprecated in its first uses where nothing helps', async () => {
    const job = input({ waves: [[breaks]] });
    expect(await repairTool(job)).toMatchObject({ outcome: 'deprecated', tool: { status: 'deprecated' } });
    expect(job.deprecated[0]).toMatch(/^it failed for .* in its first uses, and could not be mended: called with/);
  });

  it('is left alone where the call works', async () => {
    const job = input({ failure: { arguments: { numbers: [2, 4] }, result: 3 } });
    expect(await repairTool(job)).toMatchObject({ outcome: 'not_reproduced', result: { ok: true, result: 3 } });
    expect(job.asked).toEqual([]);
  });

  it('is left alone where a user said otherwise of the same call', async () => {
    const by = mean.cases[0];
    expect(await repairTool(input({ failure: { arguments: { numbers: [1, 2, 6] }, result: 4 } }))).toMatchObject({ outcome: 'contradicted', by });
  });

  it('becomes another tool where a case was wrong that no user stated', async () => {
    const wrong: ToolCase = { arguments: { numbers: [] }, result: 1, from: 'agreed' };
    const job = input({ tool: { ...mean, code: hides, cases: [...mean.cases, wrong] }, waves: [right] });
    const result = await repairTool(job);
    expect(result).toMatchObject({ outcome: 'repaired', tool: { version: '2.0.0' } });
    expect((result as Extract<typeof result, { outcome: 'repaired' }>).tool.cases).not.toContainEqual(wrong);
  });
});

describe('a failure whose right answer nobody has said', () => {
  const crash = { arguments: { numbers: [] } };

  it('asks the tester', async () => {
    const job = input({ failure: crash, waves: [right], expected: () => Promise.resolve({ result: 0 }) });
    expect(await repairTool(job)).toMatchObject({ outcome: 'repaired', failure: { arguments: { numbers: [] }, result: 0, from: 'failure' } });
  });

  it('takes what three candidates agree on, where the tester does not know', async () => {
    const job = input({ failure: crash, waves: [[...right, hides]], expected: () => Promise.resolve(undefined) });
    expect(await repairTool(job)).toMatchObject({ outcome: 'repaired', failure: { result: 0, from: 'failure' } });
  });

  it('is not answered by candidates that part', async () => {
    const job = input({ failure: crash, waves: [[right[0]!, hides], [right[1]!, hides]] });
    expect(await repairTool(job)).toMatchObject({ outcome: 'deprecated', reason: 'of 4 candidates not enough agree what is right' });
  });

  it('is made small before it becomes a case, and stays the same failure', async () => {
    const HEAD_OF = 'def ratio_of(a: float, b: float, words: list[str]) -> float:\n';
    const tool = aTool({
      name: 'ratio_of', signature: HEAD_OF.trim(), code: `${HEAD_OF}    return a / b + len(words)\n`,
      parameters: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' }, words: { type: 'array', items: { type: 'string' } } }, required: ['a', 'b', 'words'], additionalProperties: false },
      cases: [{ arguments: { a: 1, b: 2, words: [] }, result: 0.5, from: 'user' }],
    });
    const asked: unknown[] = [];
    const result = await repairTool(input({ tool, probation: false, failure: { arguments: { a: 812.25, b: 0, words: ['x', 'some', 'words'] } }, expected: (_, args) => { asked.push(args); return Promise.resolve(undefined); } }));
    expect(result.outcome).toBe('unrepaired');
    expect(asked).toEqual([{ a: 0, b: 0, words: [] }]);
  });
});

describe('going back to an earlier version', () => {
  const earlier = aTool({ ...mean, version: '1.0.0', code: right[0]! });
  const newest = aTool({ ...mean, version: '1.0.1' });

  it('happens where that is right on the call and on every case, and nothing else helps', async () => {
    const reasons: string[] = [];
    const result = await repairTool(input({ tool: newest, earlier: [earlier], goBack: (to, reason) => { reasons.push(reason); return Promise.resolve(to); } }));
    expect(result).toMatchObject({ outcome: 'rolled_back', tool: { version: '1.0.0' } });
    expect(reasons).toEqual(['1.0.1 fails for {"numbers":[]}, where 1.0.0 is right']);
  });

  it.each<[string, Capability]>([
    ['it fails too', aTool({ ...earlier, code: mean.code })],
    ['it does not meet a case that came since', aTool({ ...earlier, code: hides })],
    ['it has another contract', aTool({ ...earlier, returns: { anyOf: [{ type: 'number' }, { type: 'null' }] } })],
    ['it is a later one that was left', aTool({ ...earlier, version: '1.0.2' })],
  ])('does not where %s', async (_title, other) => {
    expect((await repairTool(input({ tool: newest, earlier: [other] }))).outcome).toBe('deprecated');
  });
});

describe('a tool that calls others', () => {
  it('is no longer said to call what its new code does not carry', async () => {
    const total = aTool({ ...mean, name: 'total_of', signature: HEAD.trim().replace('mean_of', 'total_of'), code: HEAD.replace('mean_of', 'total_of') + '    return sum(numbers)\n' });
    const calls = aTool({ ...mean, code: await link(`${HEAD}    return total_of(numbers) / len(numbers)\n`, [total], 'python'), uses: usesOf([total]) });
    const linked = await Promise.all(right.map((code) => link(code.replace('sum(numbers)', 'total_of(numbers)'), code.includes('sum(') ? [total] : [], 'python')));
    expect(await repairTool(input({ tool: calls, waves: [linked] }))).toMatchObject({ outcome: 'repaired', tool: { uses: calls.uses } });
    expect(await repairTool(input({ tool: calls, waves: [right] }))).toMatchObject({ outcome: 'repaired', tool: { uses: [] } });
  });
});
