import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startPostgres } from '../../test/support/postgres.ts';
import { addCapabilityUse, capabilityEvidence, capabilityUses, markUseWrong, setCapabilityEvidence } from './queries/capability-uses.ts';
import { capabilityDigests, libraryRevision, readCapabilities, vectorOf, viewHeads, viewVectors, writeCapabilities, type CapabilityRow, type ViewRow } from './queries/capabilities.ts';
import { addFailedSynthesis, endMaking, keepMaking, makingsBefore, nearestFailedSyntheses, queueMaking } from './queries/syntheses.ts';
import { openStore } from './store.ts';
import { exportStore, importStore } from './transfer.ts';

const scratch = mkdtempSync(join(tmpdir(), 'store capabilities '));
const [server, embedded] = await Promise.all([startPostgres(), openStore({ directory: join(scratch, 'store') })]);
const remote = server && (await openStore({ url: server.url, directory: '' }));
afterAll(async () => {
  await Promise.all([embedded.close(), remote?.close()]);
  await server?.stop();
  rmSync(scratch, { recursive: true, force: true });
});

const row = (name: string, digest = 'd1'): CapabilityRow => ({ name, version: '1.0.0', status: 'active', hash: 'h', digest, content: { name, says: 'a\0b' } });
const view = (name: string, kind: string, embedding = [1, 0.5, -0.25]): ViewRow => ({ name, kind, position: 0, text: `${kind} of ${name}`, embedding, embeddingModel: 'm' });
const vector = (...numbers: number[]) => ({ vector: numbers, model: 'm' });

// Without a server its half is not in the report; the reason was printed, and with CI set it has failed the suite.
describe.for([{ kind: 'embedded', db: embedded.db }, ...(remote ? [{ kind: 'PostgreSQL', db: remote.db }] : [])])('tools in the store: $kind', ({ db }) => {
  it('are written, changed and removed as a whole, each library for itself', async () => {
    await writeCapabilities(db, '/a', { tools: [row('one'), row('two')], views: [view('one', 'name'), view('one', 'description'), view('two', 'name')], removed: [], revision: 'r1' });
    await writeCapabilities(db, '/b', { tools: [row('one')], views: [view('one', 'name')], removed: [], revision: 'x' });
    await writeCapabilities(db, '/a', { tools: [row('one', 'd2')], views: [view('one', 'description', [0, 1, 0])], removed: ['two'], revision: 'r2' });
    expect(await libraryRevision(db, '/a')).toBe('r2');
    expect(await libraryRevision(db, '/c')).toBeUndefined();
    expect(await capabilityDigests(db, '/a')).toEqual([{ name: 'one', digest: 'd2', status: 'active' }]);
    expect(await readCapabilities(db, '/a', ['one', 'gone'])).toEqual([{ name: 'one', digest: 'd2', content: { name: 'one', says: 'a\u{fffd}b' } }]);
    expect(await viewHeads(db, '/a')).toEqual([{ name: 'one', kind: 'description', position: 0, text: 'description of one', embeddingModel: 'm' }]);
    expect(await viewHeads(db, '/b')).toHaveLength(1);
  });
  it('give vectors back to the digit of a float', async () => {
    const [stored] = await viewVectors(db, '/b', 'm');
    expect([...vectorOf(stored!.vector)]).toEqual([1, 0.5, -0.25]);
    expect(await viewVectors(db, '/b', 'another model')).toEqual([]);
  });
  it('change nothing when a view belongs to no tool', async () => {
    const bad = writeCapabilities(db, '/a', { tools: [row('three')], views: [view('four', 'name')], removed: [], revision: 'r3' });
    await expect(bad).rejects.toMatchObject({ code: 'store_failed' });
    expect(await libraryRevision(db, '/a')).toBe('r2');
    expect(await readCapabilities(db, '/a', ['three'])).toEqual([]);
  });
  it('keep uses, newest first, and which of them were wrong', async () => {
    const use = { name: 'one', version: '1.0.0', request: null, arguments: { x: 1 }, result: { ok: true, result: 2 }, wrong: false };
    for (const id of ['u1', 'u2', 'u1']) await addCapabilityUse(db, '/a', { ...use, id });
    await addCapabilityUse(db, '/a', { ...use, id: 'u3', name: 'two', request: 'what?' });
    expect((await capabilityUses(db, '/a')).map(({ id }) => id)).toEqual(['u3', 'u2', 'u1']);
    expect(await markUseWrong(db, '/a', 'u2')).toBe(true);
    expect(await markUseWrong(db, '/b', 'u1')).toBe(false);
    expect(await capabilityUses(db, '/a', { name: 'one', limit: 1 })).toMatchObject([{ ...use, id: 'u2', wrong: true }]);
    expect(await capabilityUses(db, '/b')).toEqual([]);
  });
  it('keep evidence by content', async () => {
    await setCapabilityEvidence(db, 'one', 'h1', { gates: [1] });
    await setCapabilityEvidence(db, 'one', 'h1', { gates: [1, 2] });
    expect(await capabilityEvidence(db, 'h1')).toEqual({ gates: [1, 2] });
    expect(await capabilityEvidence(db, 'h2')).toBeUndefined();
  });
  it('remember what could not be made, the newest reason of each', async () => {
    const failed = { name: 'guess', description: 'Guess a number.', stoppedBy: 'agreement', reason: 'two of nine agree' };
    await addFailedSynthesis(db, '/a', failed, vector(1, 0));
    await addFailedSynthesis(db, '/a', { ...failed, reason: 'three of nine agree' }, vector(1, 0));
    await addFailedSynthesis(db, '/a', { ...failed, description: 'Sort cards.', stoppedBy: null }, vector(0, 1));
    const near = await nearestFailedSyntheses(db, '/a', vector(1, 0), 5);
    expect(near).toMatchObject([{ reason: 'three of nine agree', similarity: 1 }, { description: 'Sort cards.', stoppedBy: null, similarity: 0 }]);
    expect(await nearestFailedSyntheses(db, '/b', vector(1, 0), 5)).toEqual([]);
  });
  it('queue for makings that are alike, by name or by vector, in the order of asking', async () => {
    const queue = (name: string, ...numbers: number[]) => queueMaking(db, '/a', { name, description: name }, vector(...numbers), 60_000);
    const [first, other, alike, same] = [await queue('reverse', 1, 0), await queue('sort', 0, 1), await queue('turn_round', 0.95, 0.31), await queue('reverse', 0, -1)];
    expect(await Promise.all([first, other, alike, same].map((number) => makingsBefore(db, number, 0.9)))).toEqual([0, 0, 1, 1]);
    await endMaking(db, first);
    expect(await makingsBefore(db, alike, 0.9)).toBe(0);
    expect(await keepMaking(db, first, 1_000)).toBe(false);
    for (const number of [other, alike, same]) await endMaking(db, number);
  });
  it('pass over makings of the dead', async () => {
    const dead = await queueMaking(db, '/a', { name: 'x', description: 'x' }, vector(1, 0), 60_000);
    const next = await queueMaking(db, '/a', { name: 'x', description: 'x' }, vector(1, 0), 60_000);
    expect(await makingsBefore(db, next, 0.9)).toBe(1);
    // A lease that is over, without waiting for it.
    await keepMaking(db, dead, -1);
    expect(await makingsBefore(db, next, 0.9)).toBe(0);
    await endMaking(db, next);
    expect(await makingsBefore(db, next, 0.9)).toBeUndefined();
    await endMaking(db, dead);
  });
});

it.skipIf(!remote)('what is remembered of tools moves with an export; the index does not, which is made from the folder', async () => {
  const { db } = remote!;
  await db.query('truncate untilgreen.capability_uses, untilgreen.capability_evidence, untilgreen.failed_syntheses, untilgreen.libraries');
  const lines: string[] = [];
  await exportStore(embedded.db, (line) => lines.push(line));
  expect(await importStore(db, lines)).toMatchObject({ capability_uses: 3, capability_evidence: 1, failed_syntheses: 2 });
  expect((await capabilityUses(db, '/a')).map(({ id }) => id)).toEqual(['u3', 'u2', 'u1']);
  expect(await libraryRevision(db, '/a')).toBeUndefined();
});
