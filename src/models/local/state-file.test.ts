import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stateFile, sweep } from './state-file.ts';

const before = process.env['TMPDIR'];
let base: string;
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'untilgreen-test-'));
  process.env['TMPDIR'] = base;
});
afterAll(async () => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
  await rm(base, { recursive: true, force: true });
});

it('lies in a folder of the process that nobody else can read', async () => {
  const [one, two] = await Promise.all([stateFile(), stateFile()]);
  expect(dirname(one)).toBe(dirname(two));
  expect(one).not.toBe(two);
  expect((await stat(dirname(one))).mode & 0o777).toBe(0o700);
});

it('leaves nothing of processes that were killed a day ago, and what others use', async () => {
  const old = join(base, 'untilgreen-state-old');
  const used = join(base, 'untilgreen-state-used');
  const other = join(base, 'another-state');
  for (const path of [old, used, other]) await mkdir(path);
  const yesterday = new Date(Date.now() - 90_000_000);
  await Promise.all([utimes(old, yesterday, yesterday), utimes(other, yesterday, yesterday)]);
  await sweep();
  expect([old, used, other].map((path) => existsSync(path))).toEqual([false, true, true]);
});
