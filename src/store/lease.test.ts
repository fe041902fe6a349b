import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectionLost, type Effect } from './failure.ts';
import { addMetrics, readMetrics } from './queries/metrics.ts';
import { createRunStore, leaseOwner } from './runlog.ts';
import { openStore } from './store.ts';
import type { Db, Lease, Store } from './types.ts';

const scratch = mkdtempSync(join(tmpdir(), 'lease-'));
let store: Store;
beforeAll(async () => void (store = await openStore({ directory: join(scratch, 'store') })));
afterAll(async () => {
  await store.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** The real store, whose connection breaks where `faults` says: before a write is carried out, or after it and before the answer. */
function breaking(faults: (Effect | 'done' | undefined)[]): Db {
  const strike = async <T>(act: () => Promise<T>): Promise<T> => {
    const fault = faults.shift();
    if (fault === 'no' || fault === 'rolled_back') throw connectionLost(fault);
    if (fault === 'unknown') throw connectionLost('unknown'); // it never arrived
    const result = await act();
    if (fault === 'done') throw connectionLost('unknown'); // it did, and the answer was lost
    return result;
  };
  const writes = (sql: string): boolean => /insert|update untilgreen\.tasks set (?:last_seq|status)/.test(sql);
  return {
    ...store.db,
    query: (sql, values) => (writes(sql) ? strike(() => store.db.query(sql, values)) : store.db.query(sql, values)) as never,
    transaction: (work) => strike(() => store.db.transaction(work)),
  };
}
async function lease(id: string, faults: (Effect | 'done' | undefined)[]): Promise<Lease> {
  await store.runs.create({ id, kind: 'k', directory: '/', request: '', input: {} });
  // The claim itself is the first write and goes through.
  const claimed = await createRunStore(breaking([undefined, ...faults]), leaseOwner()).claim(id);
  if (!claimed) throw new Error('not claimed');
  return claimed;
}

it.each<[title: string, fault: Effect | 'done']>([
  ['before it was sent', 'no'],
  ['and was rolled back', 'rolled_back'],
  ['and never arrived', 'unknown'],
  ['and was carried out all the same', 'done'],
])('writes everything exactly once when each write loses its connection %s', async (_title, fault) => {
  const id = `run ${fault}`;
  // Every other write meets the fault; the one after it is the repetition, or the next write.
  const held = await lease(id, Array.from({ length: 40 }, (_, n) => (n % 2 === 0 ? fault : undefined)));
  await held.append({ n: 1 });
  await held.record('a', {}, (tx) => addMetrics(tx, { a: 1 }, { taskId: id }));
  await held.append({ n: 2 });
  await held.append({ n: 3 });
  await held.record('b', {});
  const call = { key: 'c', requestHash: 'h', role: 'coder', model: 'm', reply: {}, inputTokens: 1, outputTokens: 1, cachedTokens: null, cost: null, ms: 1 };
  await held.recordModelCall(call);
  await held.record('c', {}, (tx) => addMetrics(tx, { c: 1 }, { taskId: id }));
  await held.append({ n: 4 });
  await held.finish('green', { ok: true });
  const events = await store.runs.events(id);
  expect(events.map((event) => event.key ?? event.body.n)).toEqual([1, 'a', 2, 3, 'b', 'c', 4]);
  expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect((await readMetrics(store.db, { taskId: id })).map((metric) => metric.name).toSorted()).toEqual(['a', 'c']);
  expect(await store.runs.modelCalls(id)).toEqual([call]);
  expect(await store.runs.get(id)).toMatchObject({ status: 'done', outcome: 'green', output: { ok: true } });
});

it('tells the caller when the connection stays away, and keeps the events for the next write', async () => {
  const held = await lease('away', ['no', 'no', 'no', 'no', 'no']);
  await held.append({ n: 1 });
  await expect(held.record('a', {})).rejects.toMatchObject({ code: 'store_failed', data: { lost: true } });
  await held.record('b', {});
  expect((await store.runs.events('away')).map((event) => event.key ?? event.body.n)).toEqual([1, 'b']);
  await held.release('queued');
});

it('a holder whose name tells no process is left alone until its lease is over', async () => {
  await store.runs.create({ id: 'named', kind: 'k', directory: '/', request: '', input: {} });
  const held = await createRunStore(store.db, 'somebody').claim('named');
  expect(held?.run.status).toBe('running');
  expect(await store.runs.claim('named')).toBeUndefined();
  await held?.release('queued');
});
