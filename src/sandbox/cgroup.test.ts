import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Cgroup, findCgroupBase, reapStaleCgroups } from './cgroup.ts';
import { bwrapCgroup } from './rungs/bwrap-cgroup.ts';

const obstacle = await bwrapCgroup.prepare();
const found = findCgroupBase();

describe.skipIf(obstacle || 'problem' in found)(`cgroups${obstacle ? ` (${obstacle.problem})` : ''}`, () => {
  if ('problem' in found) return;
  const parent = found.parents.pids;

  test('a process joins and its children with it, and the group is gone after', async () => {
    const group = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    const child = spawn('sh', ['-c', 'read -r go; cat /proc/self/cgroup'], { stdio: ['pipe', 'pipe', 'inherit'] });
    await group.join(child.pid ?? 0);
    child.stdin.end('go\n');
    const seen = await text(child.stdout);
    expect(seen).toContain(`untilgreen-${process.pid}-`);
    expect(group.oomKills()).toBe(0);
    expect(group.stats().peakMemoryBytes).toBeGreaterThan(0);
    await group.remove();
    expect(readdirSync(parent).filter((name) => name.startsWith(`untilgreen-${process.pid}-`))).toEqual([]);
  });

  test('what cannot be joined is an error', async () => {
    const group = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    await group.remove();
    await expect(group.join(process.pid)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('groups of dead processes are cleared at the start, those of live ones stay', async () => {
    const stale = join(parent, 'untilgreen-4999999-1-1'); // beyond the largest pid
    const started = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19];
    const live = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    const own = join(parent, readdirSync(parent).find((name) => name.startsWith(`untilgreen-${process.pid}-`)) ?? '');
    mkdirSync(stale);
    expect(await reapStaleCgroups(found)).toBeGreaterThan(0);
    expect([existsSync(stale), existsSync(own)]).toEqual([false, true]);
    expect(own).toContain(`-${process.pid}-${started}-`);
    await live.remove();
  });
});
