import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.ts';
import { ngramEmbedder } from '../models/embedding/ngram.ts';
import { openStore, type Store } from '../store/store.ts';
import { failuresOf } from '../store/queries/failures.ts';
import { openMemory } from './memory.ts';
import type { FailureNote, Memory } from './types.ts';

let directory: string;
let store: Store;
let memory: Memory;
const warnings: string[] = [];
const note = (run: string, message: string, iteration = 1): FailureNote => ({ run, iteration, language: 'python', errorClass: 'ImportError', message });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'memory-'));
  store = await openStore({ directory: join(directory, 'db') });
  for (const id of ['r1', 'r2', 'r3']) await store.runs.create({ id, kind: 'goal', directory, request: '', input: {} });
  const config = await loadConfig({ directory, env: { HOME: directory } });
  memory = await openMemory({ db: store.db, config, emit: (_event, data) => warnings.push(String(data?.['message'])), embedder: ngramEmbedder });
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

describe('memory', () => {
  it('has nothing to tell about a failure that nobody fixed', async () => {
    expect(await memory.recall([note('r1', "cannot import name 'parse_date' from 'dates'")])).toBeUndefined();
    expect(await memory.recall([note('r2', "cannot import name 'parse_date' from 'dates'")])).toBeUndefined();
  });
  it('remembers a failure of one iteration once, however often the run is resumed', async () => {
    await memory.recall([note('r1', "cannot import name 'parse_date' from 'dates'")]);
    expect(await failuresOf(store.db, 'r1')).toHaveLength(1);
  });
  it('shows what fixed the nearest failure of another run, and counts whether it helped', async () => {
    await memory.fixed('r1', { summary: 'Export parse_date from dates', diff: '--- a/dates.py\n+++ b/dates.py\n+def parse_date(text):\n', iteration: 1 });
    const lesson = await memory.recall([note('r3', "cannot import name 'parse_date' from 'dates.core'")]);
    expect(lesson?.text).toContain('Export parse_date from dates');
    expect(lesson?.text).toContain('+def parse_date(text):');
    expect(lesson?.similarity).toBeGreaterThan(0.6);
    await memory.fixed('r3', { summary: 's', diff: '', iteration: 1 });
    expect((await failuresOf(store.db, 'r1'))[0]).toMatchObject({ confirmed: 1, contradicted: 0 });
  });
  it('does not show a failure of another kind', async () => {
    expect(await memory.recall([note('r2', 'list index out of range in matrix rotation', 2)])).toBeUndefined();
  });
  it('never fails a run when the store is gone', async () => {
    const broken = await openMemory({
      db: { ...store.db, query: () => Promise.reject(new Error('gone')) } as never, config: {} as never, emit: (_e, data) => warnings.push(String(data?.['message'])), embedder: ngramEmbedder,
    });
    expect(await broken.recall([note('r1', 'x')])).toBeUndefined();
    expect(warnings.at(-1)).toContain('gone');
  });
});
