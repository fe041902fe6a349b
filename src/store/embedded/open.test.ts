import { mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startChild, type Child } from '../../../test/support/child.ts';
import { openStore } from '../store.ts';
import { openEmbedded, type EmbeddedDb } from './open.ts';

// Each test starts real processes, and a first start of the store costs seconds on a loaded machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 60_000 });

let scratch: string;
let directory: string;
const children: Child[] = [];
const stores: { close(): Promise<void> }[] = [];
const user = async (role: 'owner' | 'joined'): Promise<Child> => {
  const child = startChild('store-user.ts', [directory]);
  children.push(child);
  expect(await child.line()).toBe(role);
  return child;
};
const open = async (): Promise<EmbeddedDb> => {
  const db = await openEmbedded(directory);
  stores.push(db);
  return db;
};
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'embedded store '));
  directory = join(scratch, 'store');
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.close()));
  await Promise.all(children.splice(0).map((child) => child.kill()));
  rmSync(scratch, { recursive: true, force: true });
});

describe('a store that two processes use', () => {
  it('goes over to the one that joined when its owner is killed: reads go on, nothing acknowledged is lost', async () => {
    const owner = await user('owner');
    const db = await open();
    expect(await db.role()).toBe('joined');
    await db.query('create table t (n int)');
    await db.query('insert into t values (1)');
    await owner.kill();
    expect(await db.query('select n from t')).toEqual([{ n: 1 }]);
    expect(await db.role()).toBe('owner');
    await db.query('insert into t values (2)');
    const next = await user('joined');
    next.say('query select count(*)::int as n from t');
    expect(await next.line()).toBe('[{"n":2}]');
  });

  it('goes over when its owner closes it, with no error to anybody', async () => {
    const owner = await user('owner');
    const db = await open();
    await db.query('create table t (n int)');
    owner.say('close');
    // Some of these reach the owner, some find it closing, some its successor: each is carried out once.
    await Promise.all(Array.from({ length: 40 }, (_, n) => db.query('insert into t values ($1::int)', [n])));
    expect(await owner.line()).toBe('closed');
    expect(await db.query('select count(*)::int as n from t')).toEqual([{ n: 40 }]);
    expect(await db.role()).toBe('owner');
  });

  it('says so when the owner was killed in the middle of a transaction, of which nothing remains', async () => {
    const owner = await user('owner');
    const db = await open();
    await db.query('create table t (n int)');
    const work = db.transaction(async (tx) => {
      await tx.query('insert into t values (1)');
      await owner.kill();
      await tx.query('insert into t values (2)');
    });
    await expect(work).rejects.toMatchObject({ code: 'store_failed', data: { lost: true, effect: 'rolled_back' } });
    expect(await db.query('select * from t')).toEqual([]);
    expect(await db.transaction((tx) => tx.query('insert into t values (3) returning n'))).toEqual([{ n: 3 }]);
  });

  it('does not repeat a write whose owner was killed before it answered', async () => {
    const owner = await user('owner');
    const db = await open();
    await db.query('create table t (n int)');
    owner.signal('SIGSTOP');
    const write = db.query('insert into t values (1)');
    const read = db.query('select 1 as one');
    const verdict = write.catch((error: unknown) => error);
    await owner.kill();
    expect(await verdict).toMatchObject({ code: 'store_failed', data: { lost: true, effect: 'unknown' } });
    expect(await read).toEqual([{ one: 1 }]);
    expect(await db.query('select * from t')).toEqual([]);
  });

  it('rolls back and goes on when one that joined is killed in a transaction', async () => {
    const db = await open();
    await db.query('create table t (n int)');
    const joined = await user('joined');
    joined.say('hang insert into t values (1)');
    expect(await joined.line()).toBe('in transaction');
    const waiting = db.query('select * from t');
    await joined.kill();
    expect(await waiting).toEqual([]);
  });

  it('closes while another has requests under way', async () => {
    const db = await open();
    await db.query('create table t (n int)');
    const joined = await user('joined');
    joined.say('query insert into t values (1) returning n');
    await db.close();
    expect(await joined.line()).toBe('[{"n":1}]');
    await expect(db.query('select 1')).rejects.toMatchObject({ code: 'store_failed' });
  });

  it('takes no notice of a stranger that sends what is no request', async () => {
    const db = await open();
    const lock = `${directory}.lock`;
    const socket = connect((JSON.parse(readFileSync(join(lock, 'owner-1'), 'utf8')) as { socket: string }).socket);
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(Buffer.from([0, 0, 0, 3, 0x7b, 0x7b, 0x7b]));
    await closed;
    expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('runs on the embedded store', () => {
  it('are free at once when the process that held them was killed, whether it was the owner or had joined', async () => {
    const started = join(scratch, 'started');
    const worker = startChild('store-worker.ts', [directory, started]);
    children.push(worker);
    expect(await worker.line()).toBe('resumed 0');
    await worker.line();
    const store = await openStore({ directory });
    stores.push(store);
    expect(await store.runs.claim('r')).toBeUndefined(); // it lives, in another process
    await worker.kill();
    const lease = await store.runs.claim('r');
    expect(lease?.run.attempt).toBe(2);
    await lease?.release('queued');

    const joined = startChild('store-worker.ts', [directory, started]);
    children.push(joined);
    await joined.line();
    await joined.line();
    expect(await store.runs.claim('r')).toBeUndefined();
    await joined.kill();
    const again = await store.runs.claim('r');
    expect(again?.run.attempt).toBe(4);
    await again?.release('queued');
  });
});

describe('a database that gives up', () => {
  it('says why, and is opened again by the next request, for the owner and those that joined', async () => {
    const db = await open();
    await db.query('create table t (n int)');
    await db.query('insert into t values (1)');
    const joined = await user('joined');
    // Postgres panics when it cannot write its log, as it does on a full disk.
    renameSync(join(directory, 'pg_wal'), join(scratch, 'aside'));
    await db.query('select pg_switch_wal()');
    await expect(db.query('insert into t values (9)')).rejects.toMatchObject({ code: 'store_failed', data: { sqlstate: expect.any(String) } });
    renameSync(join(scratch, 'aside'), join(directory, 'pg_wal'));
    joined.say('query select count(*)::int as n from t');
    expect(await joined.line()).toBe('[{"n":1}]');
    expect(await db.query('insert into t values (2) returning n')).toEqual([{ n: 2 }]);
  });
});

describe('opening the embedded store', () => {
  it('refuses data of another PostgreSQL version and says what to do', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'PG_VERSION'), '17\n');
    const error: unknown = await openEmbedded(directory).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'store_incompatible', data: { major: '17', expected: '18' }, message: expect.stringContaining('Export it with the version that wrote it') });
    // The lock is not kept by the failure.
    rmSync(directory, { recursive: true });
    expect(await (await open()).role()).toBe('owner');
  });

  it('refuses a directory that holds something else and leaves it alone', async () => {
    mkdirSync(directory);
    writeFileSync(join(directory, 'notes.txt'), 'mine');
    await expect(openEmbedded(directory)).rejects.toMatchObject({ code: 'store_incompatible' });
    expect(readdirSync(directory)).toEqual(['notes.txt']);
  });

  it('refuses a place that cannot be made', async () => {
    writeFileSync(join(scratch, 'file'), '');
    await expect(openEmbedded(join(scratch, 'file', 'store'))).rejects.toMatchObject({ code: 'store_failed', data: { errno: expect.any(String) } });
  });

  it('lets a process end that does not close it', async () => {
    const child = await user('owner');
    child.say('leave');
    expect(await child.ended).toBe(0);
  });

  it('says that a damaged database does not open', async () => {
    const db = await open();
    await db.close();
    rmSync(join(directory, 'global', 'pg_control'));
    await expect(openEmbedded(directory)).rejects.toMatchObject({ code: 'store_failed', data: { directory }, message: expect.stringContaining('pg_control') });
  });

  it('reads nothing of the drivers with the module that opens it', () => {
    const seen = new Set<string>();
    const packages = new Set<string>();
    const follow = (file: URL): void => {
      if (seen.has(file.href)) return;
      seen.add(file.href);
      for (const [, name] of readFileSync(file, 'utf8').matchAll(/^import (?!type )[^;]*?'([^']+)';/gm)) {
        if (name?.startsWith('.')) follow(new URL(name, file));
        else packages.add(name ?? '');
      }
    };
    follow(new URL('../store.ts', import.meta.url));
    expect(seen.size).toBeGreaterThan(5);
    expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual([]);
  });
});
