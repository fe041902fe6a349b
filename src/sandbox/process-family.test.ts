import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { parsePs, ProcessFamily, PS_WORDS } from './process-family.ts';
import type { PsProcess } from './process-family.ts';

const proc = (pid: number, parent: number, started = 'then'): PsProcess => ({ pid, parent, resident: 1, uid: 1, started });
const pids = (members: readonly PsProcess[]): number[] => members.map(({ pid }) => pid).toSorted((a, b) => a - b);

test.each([
  ['a process', '  501     1  20480   502 Sat Nov 21 14:00:04 2026    ', { pid: 501, parent: 1, resident: 20_971_520, uid: 502, started: 'Sat Nov 21 14:00:04 2026' }],
  ['one started on a day of one digit', '1 0 0 0 Sun Nov  1 04:00:04 2026', { pid: 1, parent: 0, resident: 0, uid: 0, started: 'Sun Nov  1 04:00:04 2026' }],
])('%s is read', (_title, line, expected) => expect(parsePs(`${line}\n`)).toEqual([expected]));

test.each(['', 'PID PPID', 'x 1 2 3 Sat', '1 2 3'])('%j is no process', (line) => expect(parsePs(line)).toEqual([]));

test('children, and the children of children in whatever order they are listed', () => {
  expect(pids(new ProcessFamily(10).look([proc(12, 11), proc(11, 10), proc(10, 1), proc(20, 1), proc(21, 20)]))).toEqual([10, 11, 12]);
});

test('who was left by its parent is still a member, and so are its children', () => {
  const family = new ProcessFamily(10);
  family.look([proc(10, 1), proc(11, 10)]);
  expect(pids(family.look([proc(11, 1), proc(12, 11)]))).toEqual([11, 12]);
});

test('a pid that was given to another process is not', () => {
  const family = new ProcessFamily(10);
  family.look([proc(10, 1), proc(11, 10)]);
  expect(pids(family.look([proc(10, 1), proc(11, 1, 'later'), proc(12, 11, 'later')]))).toEqual([10]);
});

test('the real ps shows a real daemon, after its parent has gone', async () => {
  const look = (): PsProcess[] => parsePs(execFileSync('ps', PS_WORDS, { encoding: 'utf8', env: { LC_ALL: 'C', PATH: process.env['PATH'] } }));
  const child = spawn('sh', ['-c', '(sleep 20 & echo $!; sleep 0.3) & wait'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const family = new ProcessFamily(child.pid ?? 0);
  const daemon = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  expect(pids(family.look(look()))).toContain(daemon);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  await sleep(400);
  const members = family.look(look());
  expect(members.find(({ pid }) => pid === daemon)).toMatchObject({ uid: process.geteuid?.() });
  for (const { pid } of members) process.kill(pid, 'SIGKILL');
});
