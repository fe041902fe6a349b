import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startChild, type Child } from '../../../test/support/child.ts';
import { lockStore } from './lock.ts';

let scratch: string;
let directory: string;
const children: Child[] = [];
const locker = async (): Promise<Child> => {
  const child = startChild('locker.ts', [directory]);
  children.push(child);
  expect(await child.line()).toBe('ready');
  return child;
};
const end = (socket: Socket): void => void socket.destroy();
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'lock-'));
  directory = join(scratch, 'store');
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  rmSync(scratch, { recursive: true, force: true });
});

const held = async (): Promise<{ release(): Promise<void> }> => {
  const lock = await lockStore(directory, end);
  if (!lock.held) throw new Error(`held by ${lock.owner.pid}`);
  return lock;
};

describe('the lock of the store', () => {
  it('is held by one and names it to the next', async () => {
    const lock = await held();
    expect(await lockStore(directory, end)).toMatchObject({ held: false, owner: { pid: process.pid } });
    await lock.release();
    await (await held()).release();
  });

  it('goes to exactly one of six racers, round after round, each time its holder was killed', { timeout: 120_000 }, async () => {
    let racers = await Promise.all(Array.from({ length: 6 }, locker));
    for (let round = 0; round < 4; round += 1) {
      for (const racer of racers) racer.say(`${round}`);
      const answers = await Promise.all(racers.map((racer) => racer.line()));
      const winners = racers.filter((_, index) => answers[index] === `${round} held`);
      expect(winners).toHaveLength(1);
      const winner = winners[0] as Child;
      for (const answer of answers) expect([`${round} held`, `${round} refused ${winner.pid}`]).toContain(answer);
      await winner.kill();
      racers = [...racers.filter((racer) => racer !== winner), await locker()];
    }
    const left = readdirSync(`${directory}.lock`);
    expect(left.filter((name) => name.startsWith('owner-'))).toHaveLength(1);
  });

  it('stays with an owner that is stopped', async () => {
    const owner = await locker();
    owner.say('a');
    expect(await owner.line()).toBe('a held');
    owner.signal('SIGSTOP');
    expect(await lockStore(directory, end)).toMatchObject({ held: false, owner: { pid: owner.pid } });
    owner.signal('SIGCONT');
  });

  it('stays with an owner whose socket a cleaner removed', async () => {
    const owner = await locker();
    owner.say('a');
    expect(await owner.line()).toBe('a held');
    const file = readdirSync(`${directory}.lock`).find((name) => name.startsWith('owner-')) ?? '';
    rmSync((JSON.parse(readFileSync(join(`${directory}.lock`, file), 'utf8')) as { socket: string }).socket);
    expect(await lockStore(directory, end)).toMatchObject({ held: false, owner: { pid: owner.pid } });
    await owner.kill();
    await (await held()).release();
  });

  it.each([
    ['an empty file, as a power cut leaves it', ''],
    ['half a file', '{"pid":1,"so'],
    ['an owner whose process number now belongs to another', JSON.stringify({ host: 'x', pid: process.pid, started: '1', socket: '/nowhere.sock' })],
    ['an owner of another machine whose socket is gone', JSON.stringify({ host: 'elsewhere', pid: 1, started: null, socket: '/nowhere.sock' })],
  ])('is taken over from %s', async (_title, content) => {
    mkdirSync(`${directory}.lock`);
    writeFileSync(join(`${directory}.lock`, 'owner-7'), content);
    const lock = await held();
    expect(readdirSync(`${directory}.lock`).filter((name) => name.startsWith('owner-'))).toEqual(['owner-8']);
    await lock.release();
  });

  it('sweeps what killed processes left, and leaves no socket itself', async () => {
    const dead = await locker();
    dead.say('a');
    await dead.line();
    await dead.kill();
    const lock = await held();
    const sockets = () => readdirSync(`${directory}.lock`).filter((name) => name.endsWith('.sock'));
    expect(sockets()).toHaveLength(1);
    await lock.release();
    expect(sockets()).toEqual([]);
    expect(readdirSync(`${directory}.lock`).filter((name) => name.startsWith('ticket'))).toEqual([]);
  });

  it('does not listen in a directory that others may enter', async () => {
    directory = join(scratch, 'd'.repeat(120), 'store');
    mkdirSync(join(scratch, 'd'.repeat(120)));
    const runtime = join(scratch, 'run');
    mkdirSync(join(runtime, `untilgreen-${process.getuid?.() ?? 0}`), { recursive: true, mode: 0o755 });
    vi.stubEnv('XDG_RUNTIME_DIR', runtime);
    const lock = await held();
    const { socket } = JSON.parse(readFileSync(join(`${directory}.lock`, 'owner-1'), 'utf8')) as { socket: string };
    expect(socket.startsWith(runtime)).toBe(false);
    await lock.release();
    vi.unstubAllEnvs();
  });

  it('is kept private, and has a socket elsewhere where the path is too long for one', async () => {
    directory = join(scratch, 'd'.repeat(120), 'store');
    mkdirSync(join(scratch, 'd'.repeat(120)));
    const lock = await held();
    expect(statSync(`${directory}.lock`).mode & 0o777).toBe(0o700);
    const { socket } = JSON.parse(readFileSync(join(`${directory}.lock`, 'owner-1'), 'utf8')) as { socket: string };
    expect(Buffer.byteLength(socket)).toBeLessThan(100);
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
    expect(await lockStore(directory, end)).toMatchObject({ held: false });
    await lock.release();
    expect(existsSync(socket)).toBe(false);
  });
});
