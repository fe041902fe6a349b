import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HOUSEKEEPING, Housekeeping } from './housekeeping.ts';
import { openEmbedded } from './open.ts';

let scratch: string;
beforeEach(() => void (scratch = mkdtempSync(join(tmpdir(), 'housekeeping '))));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

const segment = (n: number): string => n.toString(16).toUpperCase().padStart(24, '0');

describe('housekeeping', () => {
  const keeper = (segments: number): { keeper: Housekeeping; ran: string[] } => {
    mkdirSync(join(scratch, 'pg_wal', 'archive_status'), { recursive: true });
    for (let n = 1; n <= segments; n += 1) writeFileSync(join(scratch, 'pg_wal', segment(n)), '');
    const ran: string[] = [];
    return { ran, keeper: new Housekeeping(scratch, async (sql) => void ran.push(sql), (error) => { throw error; }) };
  };
  const later = Date.now() + HOUSEKEEPING.checkpointMs + 60_000;
  const write = 'insert into t values (1)';

  it.each<[title: string, segments: number, statements: string[], now: number | undefined, expected: string[]]>([
    ['nothing was written, however late', 9, ['select 1'], later, []],
    ['little was written a moment ago', HOUSEKEEPING.segments, [write], undefined, []],
    ['the log has grown', HOUSEKEEPING.segments + 1, [write], undefined, ['checkpoint']],
    ['something was written a while ago', 1, [write], later, ['checkpoint']],
    ['much was written', 1, Array.from({ length: HOUSEKEEPING.vacuumAfter }, () => write), undefined, ['vacuum (analyze)']],
  ])('where %s does what is due', async (_title, segments, statements, now, expected) => {
    const { keeper: house, ran } = keeper(segments);
    for (const sql of statements) house.note(sql, 10);
    await house.look(now);
    await house.stop();
    expect(ran).toEqual(expected);
  });

  it('keeps the log of the store short while much is written', { timeout: 120_000 }, async () => {
    const directory = join(scratch, 'store');
    const db = await openEmbedded(directory);
    await db.query('create table t (n int, pad text)');
    await db.query('alter table t alter pad set storage external'); // so that nothing is compressed away
    const pad = 'x'.repeat(2_000_000);
    let most = 0;
    for (let n = 0; n < 100; n += 1) {
      await db.query('insert into t values ($1::int, $2)', [n, pad]);
      most = Math.max(most, readdirSync(join(directory, 'pg_wal')).filter((name) => name.length === 24).length);
    }
    expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 100 }]);
    await db.close();
    // 200 MB went through it; without checkpoints that is 13 segments of 16 MiB, and up to 1 GB in the end.
    expect(most).toBeLessThanOrEqual(8);
  });

  it('leaves the main thread free while the database is busy', { timeout: 60_000 }, async () => {
    const db = await openEmbedded(join(scratch, 'store'));
    const ticks: number[] = [];
    const timer = setInterval(() => ticks.push(Date.now()), 5);
    const before = Date.now();
    await db.query('select count(*) from generate_series(1, 1500000) as n where n % 7 = 3');
    const busy = Date.now() - before;
    clearInterval(timer);
    await db.close();
    // On the same thread no tick at all would have come in between.
    expect(ticks.filter((at) => at < before + busy).length).toBeGreaterThan(5);
  });
});
