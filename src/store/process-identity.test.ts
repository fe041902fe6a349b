import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { isAlive, thisProcess } from './process-identity.ts';

it('this process is alive, under its start time only', () => {
  const me = thisProcess();
  expect(isAlive(me)).toBe(true);
  // Where the system tells no start time, the number alone decides.
  expect(isAlive({ ...me, started: '1' })).toBe(me.started === null);
  expect(isAlive({ ...me, started: null })).toBe(true);
});

it('one that has ended is not', async () => {
  const child = spawn(process.execPath, ['-e', '0']);
  const pid = child.pid ?? 0;
  await once(child, 'exit');
  expect(isAlive({ host: hostname(), pid, started: null })).toBe(false);
});

it('one of another machine cannot be known', () => {
  expect(isAlive({ host: `not-${hostname()}`, pid: 1, started: null })).toBeUndefined();
});
