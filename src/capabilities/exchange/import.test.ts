import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox } from '../../sandbox/open.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { admit as gate } from '../gate/admit.ts';
import { contentHash, contractHash } from '../library/hash.ts';
import { openLibrary } from '../library/open.ts';
import type { Library } from '../interfaces.ts';
import { GATES, type Capability, type Evidence, type GateName, type ToolCase } from '../types.ts';
import { importTools, type Admit, type Imported } from './import.ts';
import { installSeeds } from './install-seeds.ts';
import { seedNames, seedTools } from './seeds.ts';

/** Those that run what comes, without the ones that take long. */
const GATES_HERE: GateName[] = ['contract', 'safety', 'visible_cases', 'hidden_cases'];

const percentage = (await seedTools(['calculate_percentage']))[0]!.tool;
let sandbox: Sandbox;
let root: string;
let library: Library;
let asked: (readonly GateName[] | undefined)[];
const admit: Admit = (draft, only) => {
  asked.push(only);
  return gate({ draft, candidates: [draft.code], vouched: true, tools: [], product: '1.0.0', sandbox, only: only ?? GATES_HERE });
};

beforeAll(async () => {
  sandbox = await openSandbox();
});
beforeEach(async () => {
  asked = [];
  root = await mkdtemp(join(tmpdir(), 'ug-import-'));
  library = await openLibrary(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const changed = (change: Partial<Capability>): Capability => {
  const tool = { ...percentage, ...change };
  return { ...tool, hash: contentHash(tool), contractHash: contractHash(tool) };
};
const evidence = ({ hash }: Capability): Evidence => ({ hash, at: '2026-01-01T00:00:00.000Z', product: '1.0.0', gates: [] });
const take = (tool: Capability, history: Capability[] = []): Promise<Imported[]> => importTools({ signer: 'SHA256:friend', product: '1.0.0', tools: [{ tool, history }] }, library, admit, { sandbox });
const versions = async (): Promise<string[]> => (await library.versions('calculate_percentage')).map(({ version }) => version);

describe('a tool of an archive', () => {
  test('is written after it passed the gate of this machine, and says where it came from', async () => {
    const saved: [string, string][] = [];
    const done = await importTools({ signer: 'SHA256:friend', product: '1.0.0', tools: [{ tool: percentage, history: [] }] }, library, admit, { sandbox, saved: async (tool, { hash }) => void saved.push([tool.hash, hash]) });
    expect(done).toEqual([{ name: 'calculate_percentage', version: '1.0.0', ok: true, why: 'new' }]);
    const entry = (await library.read('calculate_percentage'))!;
    expect([entry.tool.hash, entry.tool.made.by, entry.tool.made.reason, entry.evidence?.gates.map(({ gate: name }) => name)]).toEqual([percentage.hash, 'import', 'imported from SHA256:friend', GATES_HERE]);
    expect(saved).toEqual([[percentage.hash, percentage.hash]]);
  });

  test.each<[string, Partial<Capability>, RegExp]>([
    ['gives something else than its cases say', { code: percentage.code.replace('/ 100', '/ 10') }, /stopped by the gate visible_cases/],
    ['meets its visible cases alone', { code: percentage.code.replace('return number * percent / 100', 'return number * percent / 100 if percent >= 0 else 0.0') }, /stopped by the gate hidden_cases/],
    ['reaches for the network', { code: `import socket\n${percentage.code}` }, /stopped by the gate safety/],
    ['has other schemas than its signature', { returns: { type: 'string' } }, /stopped by the gate contract/],
  ])('leaves nothing behind when it %s', async (_, change, why) => {
    const [only] = await take(changed(change), [percentage]);
    expect([only!.ok, only!.why]).toEqual([false, expect.stringMatching(why)]);
    expect(await readdir(root)).toEqual([]);
  });

  test('comes with the versions of its history that pass, and says which do not', async () => {
    const wrong = changed({ version: '0.9.0', code: percentage.code.replace('/ 100', '/ 10') });
    const [only] = await take(changed({ version: '1.0.1', code: percentage.code.replace('number * percent', 'percent * number') }), [wrong, percentage]);
    expect(only).toMatchObject({ version: '1.0.1', ok: true, why: expect.stringContaining('0.9.0 did not pass the gate and is left out') });
    expect(await versions()).toEqual(['1.0.0', '1.0.1']);
    expect((await library.read('calculate_percentage'))!.tool.version).toBe('1.0.1');
  });

  test('stays deprecated where its author set it aside', async () => {
    const standing = { reason: 'too slow', since: '2026-01-01T00:00:00.000Z', instead: 'percentage_change' };
    await take(changed({ status: 'deprecated', standing }));
    expect((await library.read('calculate_percentage'))!.tool).toMatchObject({ status: 'deprecated', standing });
  });

  test('that is refused leaves the others as they are', async () => {
    const other = (await seedTools(['percentage_change']))[0]!.tool;
    const bad = changed({ code: 'def calculate_percentage(percent: float, number: float) -> float:\n    return 0.0\n' });
    const done = await importTools({ signer: 'x', product: '1', tools: [{ tool: bad, history: [] }, { tool: other, history: [] }] }, library, admit, { sandbox });
    expect(done.map(({ name, ok }) => [name, ok])).toEqual([['calculate_percentage', false], ['percentage_change', true]]);
  });
});

describe('a tool whose name is taken', () => {
  const more: ToolCase = { arguments: { percent: 3, number: 9 }, result: 0.27, from: 'user' };
  beforeEach(() => library.save(percentage, '1.0.0', evidence(percentage)));

  test.each<[string, Partial<Capability>, Partial<Imported>, string[]]>([
    ['is there already when it is the same', {}, { version: '1.0.0', ok: true, why: 'already there' }, ['1.0.0']],
    ['is there already when cases were added here', { cases: [] }, { version: '1.0.0', ok: true, why: 'already there' }, ['1.0.0']],
    ['becomes the next version when contract and cases hold', { code: 'def calculate_percentage(percent: float, number: float) -> float:\n    return percent / 100 * number\n' }, { version: '1.0.1', ok: true }, ['1.0.0', '1.0.1']],
    ['becomes the next version for a case more', { cases: [more] }, { version: '1.0.1', ok: true }, ['1.0.0', '1.0.1']],
  ])('%s', async (_, change, outcome, left) => {
    const [only] = await take(changed(change));
    expect(only).toMatchObject(outcome);
    expect(await versions()).toEqual(left);
  });

  test('keeps the cases of both', async () => {
    await take(changed({ cases: [more] }));
    const { cases } = (await library.read('calculate_percentage'))!.tool;
    expect([cases.length, cases[0]]).toEqual([percentage.cases.length + 1, more]);
  });

  test.each<[string, Partial<Capability>, RegExp]>([
    ['an old case does not hold', { code: 'def calculate_percentage(percent: float, number: float) -> float:\n    return number * percent / 100 if percent < 100 else number\n', cases: percentage.cases.filter(({ arguments: { percent } }) => percent !== 200) }, /old case does not hold.*another folder/],
    ['it takes something else', { signature: 'def calculate_percentage(percent: str, number: float) -> float:' , parameters: { type: 'object', properties: { percent: { type: 'string' }, number: { type: 'number' } }, required: ['percent', 'number'], additionalProperties: false } }, /another calculate_percentage here/],
    ['it is in another language', { language: 'go', signature: 'func calculate_percentage(percent float64, number float64) float64 {' }, /written in go/],
  ])('is refused when %s', async (_, change, why) => {
    const [only] = await take(changed(change));
    expect([only!.ok, only!.why]).toEqual([false, expect.stringMatching(why)]);
    expect(asked).toEqual([]);
    expect(await versions()).toEqual(['1.0.0']);
  });

  test('by another name of a tool is refused', async () => {
    await library.update('calculate_percentage', { aliases: ['percentage_change'] });
    const [only] = await take((await seedTools(['percentage_change']))[0]!.tool);
    expect(only).toMatchObject({ ok: false, why: expect.stringContaining('another name of calculate_percentage') });
  });
});

describe('seeds', () => {
  test('are put into a library with their evidence, after their cases ran here', async () => {
    const [first, again] = [await installSeeds(library, admit, ['calculate_percentage'], { sandbox }), await installSeeds(library, admit, ['calculate_percentage'], { sandbox })];
    expect([first[0], again[0]]).toMatchObject([{ ok: true, why: 'new' }, { ok: true, why: 'already there' }]);
    expect(asked).toEqual([['visible_cases', 'hidden_cases']]);
    const entry = (await library.read('calculate_percentage'))!;
    expect([entry.tool.hash, entry.tool.made.by, entry.evidence?.gates.map(({ gate: name }) => name)]).toEqual([percentage.hash, 'seed', [...GATES]]);
  });

  test('take the place of an earlier seed, and not of a later version', async () => {
    const earlier = changed({ version: '0.9.0', code: percentage.code.replace('number * percent', 'percent * number') });
    await library.save(earlier, '0.9.0', evidence(earlier));
    const seed = async (): Promise<unknown> => (await installSeeds(library, admit, ['calculate_percentage'], { sandbox }))[0];
    expect(await seed()).toMatchObject({ ok: true, version: '0.9.1' });
    const faster = changed({ code: 'def calculate_percentage(percent: float, number: float) -> float:\n    return percent / 100 * number\n' });
    await library.save(faster, '0.9.2', evidence(faster));
    expect(await seed()).toMatchObject({ ok: true, version: '0.9.2', why: 'already there: it is 0.9.1 in the history of 0.9.2' });
    expect(await versions()).toEqual(['0.9.0', '0.9.1', '0.9.2']);
  });

  test('leave another tool of that name alone', async () => {
    const other = changed({ language: 'go', signature: 'func calculate_percentage(percent float64, number float64) float64 {' });
    await library.save(other, '1.0.0', evidence(other));
    expect((await installSeeds(library, admit, ['calculate_percentage'], { sandbox }))[0]).toMatchObject({ ok: false, why: expect.stringMatching(/another calculate_percentage here.*written in python/) });
  });

  test('that are not there are refused with the names of those that are', async () => {
    await expect(installSeeds(library, admit, ['no_such_tool'], { sandbox })).rejects.toThrow(/'no_such_tool'.*calculate_percentage/);
    expect((await seedNames()).length).toBeGreaterThanOrEqual(24);
  });
});
