import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import { runnerOf, type RunCodes } from './effects.ts';
import { optimiseTool, type OptimiseInput } from './optimise.ts';
import { plainGate, shelf } from './testing/gate.prop.ts';
import { remembered } from './testing/remembered.prop.ts';
import { aTool } from './testing/tools.prop.ts';
import { measureWith, type Comparison, type Measure } from './timing/compare.ts';

let run: RunCodes;
let measure: Measure;
beforeAll(async () => {
  const sandbox = await openSandbox();
  run = remembered(runnerOf({ sandbox }));
  measure = measureWith({ sandbox });
});

const HEAD = 'def first_repeated(numbers: list[int]) -> int:\n';
const tool = aTool({
  name: 'first_repeated', description: 'The first number that comes a second time; -1 where none does.', signature: HEAD.trim(), version: '1.2.0',
  parameters: { type: 'object', properties: { numbers: { type: 'array', items: { type: 'integer' } } }, required: ['numbers'], additionalProperties: false }, returns: { type: 'integer' },
  code: `${HEAD}    for at in range(len(numbers)):\n        if numbers[at] in numbers[:at]:\n            return numbers[at]\n    return -1\n`,
  cases: [
    { arguments: { numbers: [3, 1, 4, 1, 5] }, result: 1, from: 'user' },
    { arguments: { numbers: [2, 7, 1, 8] }, result: -1, from: 'specification' },
    { arguments: { numbers: [] }, result: -1, from: 'hidden' },
    { arguments: { numbers: Array.from({ length: 40 }, (_, at) => at * 977) }, result: -1, from: 'agreed' },
  ],
});
const quick = `${HEAD}    seen = set()\n    for one in numbers:\n        if one in seen:\n            return one\n        seen.add(one)\n    return -1\n`;
const quickToo = `${HEAD}    seen = {}\n    for one in numbers:\n        if seen.setdefault(one, 0):\n            return one\n        seen[one] = 1\n    return -1\n`;
/** Meets every case, and finds the repeated number that comes first, not the first that is repeated. */
const other = `${HEAD}    import collections\n    counts = collections.Counter(numbers)\n    return next((one for one in numbers if counts[one] > 1), -1)\n`;
const broken = `${HEAD}    return numbers[0]\n`;
/** Gives up on long lists. */
const hasty = quick.replace('seen = set()', 'seen = set()\n    if len(numbers) > 500:\n        return -1');
const relaid = `${tool.code.replace('return -1', '# none\n    return -1')}`;

const figures = (median: number, low: number): Comparison => ({ median, low, high: median + 0.2, rounds: 15, inputs: [{ numbers: [] }], beforeMs: 10, afterMs: 10 / median });
const input = (codes: string[], change: Partial<OptimiseInput> = {}): OptimiseInput => ({
  tool, run, write: () => Promise.resolve(codes), admit: plainGate(run, 2), measure: () => Promise.resolve(figures(2, 1.8)), save: shelf().save, now: () => new Date('2026-02-01T00:00:00Z'), ...change,
});

describe('a faster version', () => {
  it('is kept as a patch where it does the same and is measured to be faster', async () => {
    const shape = { ...tool, cases: [...tool.cases, { arguments: { numbers: Array.from({ length: 900 }, (_, at) => at * 31) }, result: -1, from: 'agreed' as const }] };
    const result = await optimiseTool(input([broken, other, quick], { tool: shape, measure }));
    expect(result).toMatchObject({ outcome: 'faster', tool: { version: '1.2.1', code: quick, made: { parent: '1.2.0', reason: expect.stringMatching(/^\d+\.\d\d times as fast \(95 %: /) as string } } });
    expect(result.attempts.map(({ says }) => says)).toEqual([
      expect.stringMatching(/it gives 3; it should give 1/) as string,
      expect.stringMatching(/^it does otherwise: called with/) as string,
      expect.stringMatching(/times as fast/) as string,
    ]);
    expect((result as Extract<typeof result, { outcome: 'faster' }>).comparison.low).toBeGreaterThan(1.1);
  }, 60_000);

  it.each<[string, string[], Partial<OptimiseInput>, RegExp]>([
    ['nobody wrote one', [tool.code, relaid], {}, /^nobody wrote another one$/],
    ['it is not so much faster', [quick], { measure: () => Promise.resolve(figures(1.15, 1.12)) }, /1\.15 times as fast \(95 %: 1\.12 to 1\.35; 1 inputs, 15 rounds\)$/],
    ['the measurement is not sure of it', [quick], { measure: () => Promise.resolve(figures(1.5, 1.05)) }, /1\.50 times as fast \(95 %: 1\.05/],
    ['nothing could be measured', [quick], { measure: () => Promise.resolve({ problem: 'no made input could be timed' }) }, /it could not be timed: no made input could be timed$/],
    ['it does otherwise on the larger inputs that it was timed on', [hasty], { measure: () => Promise.resolve({ ...figures(9, 8), inputs: [{ numbers: Array.from({ length: 600 }, () => 5) }] }) }, /^none of 1 candidates is a faster version; the best: it does otherwise: called with/],
    ['the gate says no', [quick], { admit: (draft, candidates) => plainGate(run)(draft, candidates) }, /times as fast .*, and refused: 2 meet the cases$/],
  ])('is refused where %s', async (_title, codes, change, reason) => {
    expect(await optimiseTool(input(codes, change))).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(reason) as string });
  });

  it('the fastest of several goes first, and the others speak for it', async () => {
    const seen: (readonly string[])[] = [];
    const admit: OptimiseInput['admit'] = (draft, candidates) => { seen.push(candidates); return plainGate(run, 2)(draft, candidates); };
    const result = await optimiseTool(input([quick, quickToo], { admit, measure: (_, code) => Promise.resolve(code === quick ? figures(2, 1.8) : figures(3, 2.5)) }));
    expect(result).toMatchObject({ outcome: 'faster', tool: { code: quickToo }, comparison: { median: 3 } });
    expect(seen).toEqual([[quickToo, tool.code, quick]]);
  });

  it('is not looked for where too few inputs can be made to see that it does the same', async () => {
    const flag = aTool({ name: 'negate', signature: 'def negate(flag: bool) -> bool:', code: 'def negate(flag: bool) -> bool:\n    return not flag\n', parameters: { type: 'object', properties: { flag: { type: 'boolean' } }, required: ['flag'] }, cases: [{ arguments: { flag: true }, result: false, from: 'user' }] });
    expect(await optimiseTool(input([quick], { tool: flag }))).toMatchObject({ outcome: 'refused', reason: expect.stringMatching(/^only [01] different inputs can be made/) as string });
  });
});
