import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { amcheck } from '@electric-sql/pglite/contrib/amcheck';
import { vector } from '@electric-sql/pglite-pgvector';
import { expect } from 'vitest';
import { openDb, openStore } from '../../src/store/store.ts';
import { startChild } from './child.ts';

/** Numbers that look random and come out the same for a seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Kills a worker with SIGKILL `rounds` times at moments drawn from `seed`, starts it again each time, and checks what it left:
 * every acknowledged step is there once, with what was written beside it; none that is recorded was begun again.
 */
export async function killRounds(rounds: number, seed: number, url?: string): Promise<{ steps: number; restarts: number }> {
  const random = numbers(seed);
  const scratch = mkdtempSync(join(tmpdir(), 'store-kill-'));
  const directory = join(scratch, 'store');
  const started = join(scratch, 'started');
  const acknowledged = new Set<string>();
  try {
    let resumedFrom = 0;
    for (let round = 0; round < rounds; round += 1) {
      const worker = startChild('store-worker.ts', [directory, started, ...(url ? [url] : [])]);
      if (round % 4 === 3) {
        // This one is killed while it starts and the store recovers.
        await sleep(200 + random() * 1_200);
        await worker.kill();
        for (const line of worker.drain()) if (line.startsWith('step')) acknowledged.add(line);
        if (url) await expireLease(url);
        continue;
      }
      const resumed = Number((await worker.line()).replace('resumed ', ''));
      expect(resumed).toBeGreaterThanOrEqual(acknowledged.size);
      expect(resumed).toBeGreaterThanOrEqual(resumedFrom);
      resumedFrom = resumed;
      acknowledged.add(await worker.line());
      await sleep(random() * 400);
      await worker.kill();
      for (const line of worker.drain()) acknowledged.add(line);
      if (url) await expireLease(url);
    }
    await check(directory, started, acknowledged, url);
    if (!url) await checkPages(directory);
    return { steps: acknowledged.size, restarts: rounds - 1 };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function expireLease(url: string): Promise<void> {
  const db = await openDb({ url, directory: '' });
  await db.query(`update untilgreen.tasks set lease_until = '-infinity' where id = 'r'`);
  await db.close();
}

async function check(directory: string, started: string, acknowledged: Set<string>, url?: string): Promise<void> {
  const store = await openStore({ directory, url });
  try {
    const events = await store.runs.events('r');
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    const recorded = events.filter((event) => event.kind === 'step').map((event) => event.key ?? '');
    expect(new Set(recorded).size).toBe(recorded.length);
    for (const key of acknowledged) expect(recorded).toContain(key);
    const metrics = await store.db.query<{ name: string }>('select name from untilgreen.metrics order by value');
    expect(metrics.map((metric) => metric.name)).toEqual(recorded);
    const calls = (await store.runs.modelCalls('r')).map((call) => call.key);
    expect(new Set(calls).size).toBe(calls.length);
    for (const key of recorded) expect(calls).toContain(key);
    // A step may be begun twice where the kill came between, never once it is recorded: each begun again must be the one that was under way.
    const begun = readFileSync(started, 'utf8').trim().split('\n');
    for (const [index, key] of begun.entries()) {
      if (begun.indexOf(key) < index) expect(begun[index - 1]).toBe(key);
    }
  } finally {
    await store.close();
  }
}

/** Reads every page and index of our tables with PostgreSQL's own checker. */
async function checkPages(directory: string): Promise<void> {
  const db = await PGlite.create({ dataDir: directory, extensions: { amcheck, vector } });
  try {
    await db.exec('create extension if not exists amcheck');
    const indexes = `select bt_index_check(c.oid, true) from pg_class c join pg_am a on a.oid = c.relam and a.amname = 'btree'
      where c.relnamespace = 'untilgreen'::regnamespace and c.relkind = 'i'`;
    expect((await db.query(indexes)).rows.length).toBeGreaterThan(10);
    const heaps = `select h.* from pg_class c, verify_heapam(c.oid) h where c.relnamespace = 'untilgreen'::regnamespace and c.relkind = 'r'`;
    expect((await db.query(heaps)).rows).toEqual([]);
  } finally {
    await db.close();
  }
}
