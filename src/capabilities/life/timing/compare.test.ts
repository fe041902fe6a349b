import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../../sandbox/open.ts';
import type { Sandbox } from '../../../sandbox/types.ts';
import type { Capability } from '../../types.ts';
import { aTool } from '../testing/tools.prop.ts';
import { measureWith, type Comparison } from './compare.ts';
import { timeCodes } from './time.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});

const LISTS = { type: 'object', properties: { numbers: { type: 'array', items: { type: 'integer' } } }, required: ['numbers'], additionalProperties: false };
const distinct = (change: Partial<Capability>): Capability => aTool({ name: 'count_distinct', parameters: LISTS, returns: { type: 'integer' }, cases: [{ arguments: { numbers: [3, 1, 3, 2] }, result: 3, from: 'user' }], ...change });

const hasGo = spawnSync('go', ['version']).status === 0;
const TOOLS: [tool: Capability, quick: string][] = [
  [
    distinct({ language: 'python', signature: 'def count_distinct(numbers: list[int]) -> int:', code: 'def count_distinct(numbers: list[int]) -> int:\n    seen = []\n    for one in numbers:\n        if one not in seen:\n            seen.append(one)\n    return len([a for a in numbers for b in numbers if a == b]) * 0 + len(seen)\n' }),
    'def count_distinct(numbers: list[int]) -> int:\n    print("t 0 1")\n    return len(set(numbers))\n',
  ],
  [
    distinct({ language: 'typescript', signature: 'function count_distinct(numbers: number[]): number', code: 'export function count_distinct(numbers: number[]): number {\n  return numbers.filter((one, at) => numbers.slice().sort().length > 0 && numbers.indexOf(one) === at).length;\n}\n' }),
    'export function count_distinct(numbers: number[]): number {\n  return new Set(numbers).size;\n}\n',
  ],
];
if (hasGo) TOOLS.push([
  distinct({ language: 'go', signature: 'func count_distinct(numbers []int) int', code: 'package solution\n\nfunc count_distinct(numbers []int) int {\n\tcount := 0\n\tfor i, one := range numbers {\n\t\tfresh := true\n\t\tfor j, other := range numbers {\n\t\t\tif j < i && other == one {\n\t\t\t\tfresh = false\n\t\t\t}\n\t\t}\n\t\tif fresh {\n\t\t\tcount++\n\t\t}\n\t}\n\treturn count\n}\n' }),
  'package solution\n\nfunc count_distinct(numbers []int) int {\n\tseen := map[int]bool{}\n\tfor _, one := range numbers {\n\t\tseen[one] = true\n\t}\n\treturn len(seen)\n}\n',
]);

describe('two codes timed side by side', () => {
  it.each(TOOLS.map(([tool, quick]) => [tool.language, tool, quick] as const))('in %s what grows with the square is told from what grows with the length', async (_language, tool, quick) => {
    const compared = (await measureWith({ sandbox })(tool, quick)) as Comparison;
    expect(compared.low).toBeGreaterThan(1.2);
    expect(compared.inputs.length).toBeGreaterThan(2);
    expect(compared.beforeMs).toBeGreaterThan(compared.afterMs);
  }, 120_000);

  it('what a code remembers between calls helps it not', async () => {
    const slow = 'def count_distinct(numbers: list[int]) -> int:\n    return sum(1 for at, one in enumerate(numbers) if numbers.index(one) == at)\n';
    const tool = { ...TOOLS[0]![0], code: slow };
    const remembers = `import functools\n@functools.lru_cache(maxsize=None)\ndef _count(numbers):\n    return sum(1 for at, one in enumerate(numbers) if numbers.index(one) == at)\ndef count_distinct(numbers: list[int]) -> int:\n    return _count(tuple(numbers))\n`;
    const compared = (await measureWith({ sandbox })(tool, remembers)) as Comparison;
    expect(compared.low).toBeLessThan(1.1);
  }, 60_000);

  it('a code that does not end on larger inputs leaves them out', async () => {
    const [tool] = TOOLS[0]!;
    const stuck = 'def count_distinct(numbers: list[int]) -> int:\n    while len(numbers) > 100:\n        pass\n    return len(set(numbers))\n';
    const { passes } = await timeCodes({ contract: tool, codes: [stuck, tool.code], inputs: [{ numbers: [1] }, { numbers: Array.from({ length: 200 }, () => 1) }] }, { rounds: 1, processMs: 1_000 }, { sandbox });
    expect(passes[0]![0]![0]).toBeGreaterThanOrEqual(0);
    expect(passes[0]![0]![1]).toBeUndefined();
    expect(passes[1]![0]!.every((ns) => ns !== undefined && ns >= 0)).toBe(true);
  });

  it('a tool that answers at once is not worth a new version', async () => {
    const tool = { ...TOOLS[0]![0], code: 'def count_distinct(numbers: list[int]) -> int:\n    return 1\n' };
    expect(await measureWith({ sandbox })(tool, tool.code)).toMatchObject({ problem: expect.stringMatching(/^it takes 0\.\d\d ms for \d+ larger inputs, so there is nothing to gain$/) as string });
  });

  it('a code that cannot be loaded says why nothing was measured', async () => {
    expect(await measureWith({ sandbox })({ ...TOOLS[0]![0], code: 'def count_distinct(numbers:\n' }, 'x')).toEqual({ problem: 'no made input could be timed' });
  });
});
