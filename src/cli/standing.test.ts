import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRow } from '../store/types.ts';
import { openStore } from '../store/store.ts';
import { JournalStore, type Journal } from '../workspace/journal.ts';
import { main } from './main.ts';
import { goOn, standingOf, standingText } from './standing.ts';

const rowOf = (more: Partial<RunRow>): RunRow => ({
  id: 'r1', kind: 'goal', directory: '/p', request: 'x', input: {}, status: 'done', outcome: 'green', output: null, attempt: 1, created_at: '', updated_at: '', ...more,
});
const known = { live: new Set(['alive']), undone: new Set(['j-undone']) };

describe('how a run stands', () => {
  it.each<[string, Partial<RunRow>, string, string | undefined]>([
    ['applied', { output: { applied: { journal: 'j1', files: [] } } }, 'green, applied', undefined],
    ['taken back', { output: { applied: { journal: 'j-undone', files: [] } } }, 'green, undone', undefined],
    ['green with the change left in its folder', { output: {} }, 'green, not applied', undefined],
    ['green without an output', {}, 'green, not applied', undefined],
    ['not green', { outcome: 'not_green', output: {} }, 'not green', undefined],
    ['planned', { outcome: 'planned' }, 'planned', undefined],
    ['held by a process', { id: 'alive', status: 'running', outcome: null }, 'running', undefined],
    ['running with nobody holding it', { status: 'running', outcome: null }, 'interrupted', 'untilgreen resume r1'],
    ['given back by a process that was stopped', { status: 'queued', outcome: null }, 'interrupted', 'untilgreen resume r1'],
    ['waiting for a person', { status: 'waiting', outcome: null }, 'waiting', 'untilgreen resume r1 --approve all'],
  ])('%s', (_title, more, text, next) => {
    const standing = standingOf(rowOf(more), known);
    expect(standingText(standing)).toBe(text);
    expect(goOn(rowOf(more), standing)).toBe(next);
  });
});

describe('history and show', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'ug-standing-'));
    for (const [name, value] of Object.entries({ UNTILGREEN_HOME: home, XDG_CONFIG_HOME: home, DATABASE_URL: '' })) vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(home, { recursive: true, force: true });
  });

  async function output(...args: string[]): Promise<string> {
    let text = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((piece) => ((text += String(piece)), true));
    expect(await main(args)).toBe(0);
    vi.restoreAllMocks();
    return text;
  }

  it('tell of an undone change, one that was never applied, and runs that nobody holds', async () => {
    const store = await openStore({ directory: join(home, 'db') });
    for (const [id, end] of [['20260101-000001-aaaa', { applied: { journal: '20260101T000001000Z-abcdef', files: [] } }], ['20260101-000002-bbbb', {}], ['20260101-000003-cccc', undefined], ['20260101-000004-dddd', undefined]] as const) {
      await store.runs.create({ id, kind: 'goal', directory: '/p', request: 'x', input: {} });
      const lease = await store.runs.claim(id);
      if (end) await lease!.finish('green', end);
      // As after SIGTERM; and as after SIGKILL, when the lease has run out.
      else if (id.endsWith('cccc')) await lease!.release('queued');
    }
    await store.db.query("update untilgreen.tasks set lease_until = '-infinity' where id like '%dddd'");
    await store.close();
    const journal = { version: 1, kind: 'undo', of: '20260101T000001000Z-abcdef', run: '20260101-000001-aaaa', directory: '/p', created: '', state: 'committed', operations: [], makes: [], removes: [], present: [] } as const;
    await new JournalStore(join(home, 'journals')).save({ ...journal, id: '20260101T000002000Z-abcdef' } as unknown as Journal);

    const lines = (await output('history')).trimEnd().split('\n');
    expect(lines.slice(0, -1).map((line) => line.split(/ {2,}/).slice(0, 2)).toSorted()).toEqual([
      ['20260101-000001-aaaa', expect.stringMatching(/^green, undone/)], ['20260101-000002-bbbb', expect.stringMatching(/^green, not applied/)],
      ['20260101-000003-cccc', expect.stringMatching(/^interrupted/)], ['20260101-000004-dddd', expect.stringMatching(/^interrupted/)],
    ]);
    expect(lines.at(-1)).toMatch(/^Go on: untilgreen resume 20260101-00000[34]-/);
    expect(await output('show', '20260101-000004')).toMatch(/^interrupted {2}x\n[^]*\nGo on: untilgreen resume 20260101-000004-dddd\n/);
  }, 60_000);
});
