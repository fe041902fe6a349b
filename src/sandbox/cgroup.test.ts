import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Cgroup, findCgroupBase, reapStaleCgroups } from './cgroup.ts';
import { bwrapCgroup } from './rungs/bwrap-cgroup.ts';

const obstacle = await bwrapCgroup.prepare();
const found = findCgroupBase();

describe.skipIf(obstacle || 'problem' in found)(`cgroups${obstacle ? ` (${obstacle.problem})` : ''}`, () => {
  if ('problem' in found) return;
  const parent = found.parents.pids;

  test('a process joins before its command starts, and the group is gone after', async () => {
    const group = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    const [file = '', ...args] = group.joinPrefix();
    const seen = execFileSync(file, [...args, 'cat', '/proc/self/cgroup'], { encoding: 'utf8' });
    expect(seen).toContain(`untilgreen-${process.pid}-`);
    expect(group.oomKills()).toBe(0);
    expect(group.stats().peakMemoryBytes).toBeGreaterThan(0);
    await group.remove();
    expect(args.filter((word) => word.startsWith('/sys') && existsSync(word))).toEqual([]);
  });

  test('a group that cannot be joined does not start the command', async () => {
    const group = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    const [file = '', ...args] = group.joinPrefix();
    await group.remove();
    expect(() => execFileSync(file, [...args, 'echo', 'ran'], { stdio: 'pipe' })).toThrow(expect.objectContaining({ status: 125, stdout: Buffer.alloc(0) }));
  });

  test('groups of dead processes are cleared at the start, those of live ones stay', async () => {
    const stale = join(parent, 'untilgreen-4999999-1-1'); // beyond the largest pid
    const started = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19];
    const live = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    const own = live.joinPrefix().find((word) => word.startsWith(parent)) ?? '';
    mkdirSync(stale);
    expect(await reapStaleCgroups(found)).toBeGreaterThan(0);
    expect([existsSync(stale), existsSync(own)]).toEqual([false, true]);
    expect(own).toContain(`-${process.pid}-${started}-`);
    await live.remove();
  });
});
