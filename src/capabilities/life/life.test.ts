import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { admit } from '../gate/admit.ts';
import type { Library } from '../interfaces.ts';
import { openLibrary } from '../library/open.ts';
import { useTool } from '../run/run.ts';
import type { Capability, JsonObject, UseRecord } from '../types.ts';
import { draftOf, runnerOf, type Admit } from './effects.ts';
import { reliabilityOf } from './reliability.ts';
import { repairTool, type RepairInput } from './repair.ts';
import { standingOf, usesOfVersion } from './standing.ts';
import { suggestionsOf } from './suggest.ts';
import { aTool, day } from './testing/tools.prop.ts';

const folder = mkdtempSync(join(tmpdir(), 'untilgreen-life-'));
let sandbox: Sandbox;
let library: Library;
beforeAll(async () => {
  sandbox = await openSandbox();
  library = await openLibrary(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const HEAD = 'def mean_of(numbers: list[float]) -> float:\n';
const naive = `${HEAD}    return sum(numbers) / len(numbers)\n`;
const mended = [
  `${HEAD}    return sum(numbers) / len(numbers) if numbers else 0.0\n`,
  `${HEAD}    if not numbers:\n        return 0.0\n    return sum(numbers) / len(numbers)\n`,
  `${HEAD}    total = 0.0\n    for one in numbers:\n        total += one\n    return total / len(numbers) if numbers else 0.0\n`,
];
/** Right on all that was asked so far, and wrong for three numbers or more of which one is much larger. */
const forgetful = `${HEAD}    if not numbers:\n        return 0.0\n    if max(numbers) > 1000:\n        return max(numbers)\n    return sum(numbers) / len(numbers)\n`;

it('a tool is made, used, fails, is deprecated, mended, used again, goes back, is forgotten, and wanted again', async () => {
  // Only the gates that such small cases can pass; the others have tests of their own.
  const gate: Admit = (draft, candidates) => admit({ draft, candidates, tools: [], product: 'test', sandbox, only: ['contract', 'visible_cases', 'hidden_cases', 'agreement'] });
  const standing = (tool: Capability, today: number) => standingOf(tool, uses, { requests: 400 }, new Date(day(today)), { archiveDays: 30 });
  const uses: UseRecord[] = [];
  const use = async (tool: Capability, args: JsonObject, today: number, wrong = false) => {
    const result = await useTool(tool, args, { sandbox });
    uses.push({ id: `u${uses.length}`, name: tool.name, version: tool.version, request: null, arguments: args, result, wrong, at: day(today) });
    return result;
  };
  const repair = async (tool: Capability, failure: RepairInput['failure'], waves: string[][], today: number) => repairTool({
    tool, failure, run: runnerOf({ sandbox }), admit: gate, write: ({ round }) => Promise.resolve(waves[round - 1] ?? []), save: (draft, version, evidence) => library.save(draft, version, evidence),
    earlier: (await Promise.all((await library.versions(tool.name)).map(({ version }) => library.read(tool.name, version)))).flatMap((entry) => (entry && entry.tool.version !== tool.version ? [entry.tool] : [])),
    probation: reliabilityOf(usesOfVersion(tool, uses), new Date(day(today))).probation,
    goBack: (to, reason) => library.setCurrent(tool.name, to.version, reason),
    deprecate: (of, reason) => library.update(of.name, { status: 'deprecated', standing: { reason, since: day(today) } }),
    now: () => new Date(day(today)),
  });

  // Made.
  const draft = draftOf(aTool({
    name: 'mean_of', description: 'The mean of a list of numbers.', signature: HEAD.trim(), code: naive, answer: 'The mean is {result}.', requests: ['What is the mean of 1, 2 and 6?'],
    parameters: { type: 'object', properties: { numbers: { type: 'array', items: { type: 'number' } } }, required: ['numbers'], additionalProperties: false },
    cases: [{ arguments: { numbers: [1, 2, 6] }, result: 3, from: 'user' }, { arguments: { numbers: [4] }, result: 4, from: 'specification' }, { arguments: { numbers: [2.5, 3.5] }, result: 3, from: 'hidden' }, { arguments: { numbers: [-1, 1] }, result: 0, from: 'hidden' }, { arguments: { numbers: [10, 20, 30, 40] }, result: 25, from: 'hidden' }, { arguments: { numbers: [0, 0, 9] }, result: 3, from: 'hidden' }, { arguments: { numbers: [-8, -2] }, result: -5, from: 'hidden' }],
  }), { at: day(0), by: 'model' });
  const admitted = await gate(draft, [naive, naive, naive]);
  expect(admitted.gates.find(({ ok }) => !ok)).toBeUndefined();
  let tool = await library.save({ ...draft, cases: admitted.cases }, '1.0.0', admitted.evidence);

  // Used six times: trusted.
  expect(await Promise.all([0, 1, 2, 3, 4, 5].map((at) => use(tool, { numbers: [at, at + 2] }, 1)))).toMatchObject([1, 2, 3, 4, 5, 6].map((result) => ({ ok: true, result })));
  expect(reliabilityOf(usesOfVersion(tool, uses), new Date(day(1)))).toMatchObject({ probation: false, consecutiveFailures: 0 });
  expect(standing(tool, 1)).toBeUndefined();

  // Fails three times: deprecated.
  expect(await Promise.all([1, 2, 3].map(() => use(tool, { numbers: [] }, 2)))).toMatchObject(Array.from({ length: 3 }, () => ({ ok: false, kind: 'undeclared' })));
  const deprecated = standing(tool, 2);
  expect(deprecated).toEqual({ status: 'deprecated', reason: 'it failed 3 times in a row' });
  tool = await library.update(tool.name, { status: 'deprecated', standing: { reason: deprecated!.reason, since: day(2) } });

  // Mended, although nobody said what is right: three agree. Active again, with the failure among its cases.
  const first = await repair(tool, { arguments: { numbers: [] } }, [mended], 3);
  expect(first).toMatchObject({ outcome: 'repaired', failure: { arguments: { numbers: [] }, result: 0, from: 'failure' } });
  tool = (await library.read('mean_of'))!.tool;
  expect(tool).toMatchObject({ version: '1.0.1', status: 'active', made: { parent: '1.0.0' } });
  expect(tool).not.toHaveProperty('standing');
  expect(standing(tool, 3)).toBeUndefined();
  expect(await use(tool, { numbers: [] }, 3)).toMatchObject({ ok: true, result: 0 });

  // Another version follows, and is wrong where the one before was right; nobody mends it: it goes back.
  const next = { ...draftOf(tool, { at: day(4), by: 'hand', parent: '1.0.1' }), code: forgetful };
  const vouched = await admit({ draft: next, candidates: [], vouched: true, tools: [], product: 'test', sandbox, only: ['contract', 'visible_cases', 'hidden_cases'] });
  expect(vouched.gates.find(({ ok }) => !ok)).toBeUndefined();
  tool = await library.save({ ...next, cases: vouched.cases }, '1.0.2', vouched.evidence);
  await use(tool, { numbers: [1, 2, 4000] }, 5, true);
  const back = await repair(tool, { arguments: { numbers: [1, 2, 3000] }, result: 1001 }, [], 5);
  expect(back).toMatchObject({ outcome: 'rolled_back', reason: '1.0.2 fails for {"numbers":[1,2,3000]}, where 1.0.1 is right' });
  tool = (await library.read('mean_of'))!.tool;
  expect(tool).toMatchObject({ version: '1.0.1', status: 'active', code: mended[0] });
  expect((await library.versions('mean_of')).map(({ version, current }) => `${version}${current ? ' current' : ''}`)).toEqual(['1.0.0', '1.0.1 current', '1.0.2']);

  // Nobody asks for it for a month, while much else is asked: archived, and all of it still there.
  const few = uses.splice(0, uses.length - 1);
  expect(few.length).toBeGreaterThan(5);
  expect(standing(tool, 34)).toBeUndefined();
  const unused = standing(tool, 60);
  expect(unused).toMatchObject({ status: 'archived', reason: 'used once in 400 requests, and not for 55 days' });
  tool = await library.update(tool.name, { status: 'archived', standing: { reason: unused!.reason, since: day(60) } });
  expect((await library.versions('mean_of'))).toHaveLength(3);

  // Somebody asks again.
  const suggested = suggestionsOf({ tools: [tool], asks: [{ request: 'What is the mean of this list of numbers: 7, 8?', at: day(61), outcome: 'not_made', steps: [] }] });
  expect(suggested).toEqual([{ kind: 'existing', name: 'mean_of', description: 'The mean of a list of numbers.', why: 'archived, and wanted once since; it can be restored' }]);
  tool = await library.update(tool.name, { status: 'active', standing: undefined });
  expect(await use(tool, { numbers: [7, 8] }, 61)).toMatchObject({ ok: true, result: 7.5 });
}, 120_000);
