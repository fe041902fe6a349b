import { beforeAll, describe, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import { link, usesOf } from '../compose/link.ts';
import type { Capability } from '../types.ts';
import { retestDependants } from './dependants.ts';
import { runnerOf, type RunCodes } from './effects.ts';
import { plainGate, shelf } from './testing/gate.prop.ts';
import { remembered } from './testing/remembered.prop.ts';
import { aTool } from './testing/tools.prop.ts';

let run: RunCodes;
beforeAll(async () => {
  run = remembered(runnerOf({ sandbox: await openSandbox() }));
});

const parameters = { type: 'object', properties: { x: { type: 'number' } }, required: ['x'], additionalProperties: false };
const of = (name: string, body: string, results: [x: number, result: number][], change: Partial<Capability> = {}): Capability => aTool({
  name, signature: `def ${name}(x: float) -> float:`, parameters, code: `def ${name}(x: float) -> float:\n    return ${body}\n`, cases: results.map(([x, result]) => ({ arguments: { x }, result, from: 'user' })), ...change,
});
const calling = async (tool: Capability, uses: Capability[]): Promise<Capability> => aTool({ ...tool, code: await link(tool.code, uses, 'python'), uses: usesOf(uses) });

const half = of('half_of', 'x / 2', [[4, 2]]);
const better = of('half_of', '0.5 * x', [[4, 2]], { version: '1.0.1' });
const floored = of('half_of', 'float(x // 2)', [[4, 2]], { version: '1.0.1' });
const other = of('half_of', '0.5 * x', [[4, 2]], { version: '2.0.0' });

describe('tools that call one that changed', () => {
  it('are linked to it and tested, those that are called before those that call them', async () => {
    const quarter = await calling(of('quarter_of', 'half_of(half_of(x))', [[8, 2]]), [half]);
    const eighth = await calling(of('eighth_of', 'half_of(quarter_of(x))', [[8, 1]], { version: '2.3.0' }), [half, quarter]);
    const { versions, save } = shelf();
    const told = await retestDependants(better, [eighth, half, quarter, aTool()], { admit: plainGate(run, 1), save, taken: (name) => Promise.resolve(name === 'eighth_of' ? ['2.3.1'] : []) });
    expect(told.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(['quarter_of relinked', 'eighth_of relinked']);
    expect(versions.map(({ name, version, uses }) => [name, version, ...uses.map((use) => use.version)])).toEqual([['quarter_of', '1.0.1', '1.0.1'], ['eighth_of', '2.3.2', '1.0.1', '1.0.1']]);
    expect(versions[1]!.code).toContain('0.5 * x');
    expect(versions[1]!.code).not.toContain('x / 2');
  });

  it('stay pinned where their cases do not hold with it, and those that need both stay with them', async () => {
    const quarter = await calling(of('quarter_of', 'half_of(half_of(x))', [[6, 1.5]]), [half]);
    const eighth = await calling(of('eighth_of', 'half_of(quarter_of(x))', [[6, 0.75]]), [half, quarter]);
    const { versions, save } = shelf();
    const told = await retestDependants(floored, [eighth, half, quarter], { admit: plainGate(run, 1), save });
    expect(told).toMatchObject([{ name: 'quarter_of', outcome: 'pinned', report: { ok: false } }, { name: 'eighth_of', outcome: 'pinned', why: expect.stringContaining('would both stand in the file') as string }]);
    expect(versions).toEqual([]);
  });

  it('stay pinned where it is another contract now', async () => {
    const quarter = await calling(of('quarter_of', 'half_of(half_of(x))', [[8, 2]]), [half]);
    expect(await retestDependants(other, [half, quarter], { admit: plainGate(run, 1), save: shelf().save })).toEqual([{ name: 'quarter_of', outcome: 'pinned', why: 'it calls half_of 1.0.0, and 2.0.0 is another contract' }]);
  });

  it('are left alone where they are archived, where they have it already, and where nobody calls it', async () => {
    const quarter = await calling(of('quarter_of', 'half_of(half_of(x))', [[8, 2]]), [better]);
    const archived = await calling(of('third_of', 'half_of(x) / 1.5', [[3, 1]], { status: 'archived' }), [half]);
    expect(await retestDependants(better, [half, quarter, archived, aTool()], { admit: plainGate(run, 1), save: shelf().save })).toEqual([]);
  });
});
