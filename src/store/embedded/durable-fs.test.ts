import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareDataDirectory, TEMPLATE } from './data-directory.ts';
import { DURABLE_PARAMETERS, DurableFS, PROBE_COMMIT, provesDurable } from './durable-fs.ts';

let scratch: string;
beforeAll(() => void (scratch = mkdtempSync(join(tmpdir(), 'durable '))));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('fsync in the embedded store', () => {
  let db: PGlite;
  let files: DurableFS;
  beforeAll(async () => {
    const directory = join(scratch, 'durable');
    await prepareDataDirectory(directory);
    files = new DurableFS(directory);
    db = await PGlite.create({ fs: files, startParams: [...DURABLE_PARAMETERS] });
    await db.query('create table t (n int)');
  });
  afterAll(() => db.close());

  const during = async (sql: string): Promise<number> => {
    const before = files.syncs;
    await db.exec(sql);
    return files.syncs - before;
  };
  it('is asked for by every commit', async () => {
    for (let n = 0; n < 20; n += 1) expect(await during(`insert into t values (${n})`)).toBeGreaterThanOrEqual(1);
  });
  it('is not asked for by what only reads', async () => {
    expect(await during('select count(*) from t')).toBe(0);
  });
  it('is asked for by a transaction once it commits and not when it is rolled back', async () => {
    expect(await during('begin; insert into t values (1); insert into t values (2); commit')).toBeGreaterThanOrEqual(1);
    expect(await during('begin; insert into t values (1); rollback')).toBe(0);
  });
  it('reaches the files of the tables at a checkpoint', async () => {
    await during('insert into t select generate_series(1, 1000)');
    expect(await during('checkpoint')).toBeGreaterThan(2);
  });
  it('passes the self-test', async () => {
    await expect(provesDurable(() => db.query(PROBE_COMMIT), () => files.syncs)).resolves.toBeUndefined();
  });
});

describe('the self-test at opening', () => {
  it('refuses PGlite as it is shipped, whose commits are not flushed', async () => {
    const directory = join(scratch, 'shipped');
    await prepareDataDirectory(directory);
    const counting = new DurableFS(directory);
    const db = await PGlite.create({ fs: counting }); // fsync off, as by default
    await expect(provesDurable(() => db.query(PROBE_COMMIT), () => counting.syncs)).rejects.toThrow('not flushed');
    await db.close();
  });
  it('refuses a file system that does not pass fsync on', async () => {
    const directory = join(scratch, 'deaf');
    await prepareDataDirectory(directory);
    const db = await PGlite.create({ fs: new NodeFS(directory), startParams: [...DURABLE_PARAMETERS] });
    await expect(provesDurable(() => db.query(PROBE_COMMIT), () => 0)).rejects.toThrow('not flushed');
    await db.close();
  });
});

describe('the template of the data directory', () => {
  it('is small, and everything in it is private to the user', async () => {
    expect(statSync(TEMPLATE).size).toBeLessThan(2 * 2 ** 20);
    const directory = join(scratch, 'private');
    expect(await prepareDataDirectory(directory)).toBe('fresh');
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
      expect(statSync(join(entry.parentPath, entry.name)).mode & 0o077).toBe(0);
    }
    expect(await prepareDataDirectory(directory)).toBe('existing');
  });
});
