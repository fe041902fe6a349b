import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from 'vitest';
import { Cgroup, findCgroupBase, reapStaleCgroups } from './cgroup.ts';
import type { CgroupBase } from './cgroup.ts';
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
    const namespace = statSync('/proc/self/ns/pid').ino;
    const stale = join(parent, `untilgreen-4999999-${process.pid}-${namespace}-1`); // beyond the largest pid
    const elsewhere = join(parent, `untilgreen-4999999-${process.pid}-1-1`); // of another pid namespace, where it may be alive
    const started = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)?.split(' ')[19];
    const live = Cgroup.create(found, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    const own = join(parent, readdirSync(parent).find((name) => name.startsWith(`untilgreen-${process.pid}-`)) ?? '');
    for (const group of [stale, elsewhere]) mkdirSync(group);
    expect(await reapStaleCgroups(found)).toBeGreaterThan(0);
    const there = [stale, elsewhere, own].map((group) => existsSync(group));
    rmdirSync(elsewhere);
    expect(there).toEqual([false, true, true]);
    expect(own).toContain(`-${process.pid}-${started}-${namespace}-`);
    await live.remove();
  });
});

/** Version 2 on plain directories: which files are read and written is ours, what they do is the kernel's. */
describe('version 2', () => {
  const root = mkdtempSync(join(tmpdir(), 'cgroup2-'));
  afterAll(() => rmSync(root, { recursive: true }));
  const put = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  const mounted = (lines: string[], own: string): string => {
    const proc = mkdtempSync(join(root, 'proc-'));
    writeFileSync(join(proc, 'mountinfo'), `${lines.join('\n')}\n`);
    writeFileSync(join(proc, 'cgroup'), own);
    return proc;
  };
  const two = `30 25 0:26 / ${root}/fs rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate`;
  for (const path of ['fs', 'fs/user.slice', 'fs/user.slice/own.scope', 'fs/other.slice']) put(`${path}/cgroup.procs`, '');
  put('fs/cgroup.subtree_control', 'cpuset cpu io memory hugetlb pids\n');
  put('fs/user.slice/cgroup.subtree_control', 'memory pids\n');
  put('fs/user.slice/own.scope/cgroup.subtree_control', '\n');
  put('fs/other.slice/cgroup.subtree_control', 'cpu\n');
  const base: CgroupBase = { version: 2, parents: { memory: join(root, 'group'), pids: join(root, 'group'), cpuacct: join(root, 'group') } };
  const only = (): string => readdirSync(join(root, 'group'))[0] ?? '';
  const file = (name: string): string => readFileSync(join(root, 'group', only(), name), 'utf8');

  test.each([
    ['beside our own, under the ancestor that hands the controllers down', [two], '0::/user.slice/own.scope\n', 'fs/user.slice'],
    ['further up, where the nearest hands down others', [two], '0::/other.slice\n', 'fs'],
    ['under the mount itself, where our own path is not visible (a container)', [two], '0::/somewhere/else\n', 'fs'],
    ['below a mount that shows a part of the tree', [`30 25 0:26 /docker/1 ${root}/fs rw - cgroup2 cgroup2 rw`], '0::/docker/1/user.slice/own.scope\n', 'fs/user.slice'],
  ])('groups are made %s', (_title, lines, own, parent) => {
    const directory = join(root, parent);
    expect(findCgroupBase(mounted(lines, own))).toEqual({ version: 2, parents: { memory: directory, pids: directory, cpuacct: directory } });
  });

  test.each([
    ['nothing is mounted', ['25 1 8:1 / / rw - ext4 /dev/vda rw'], '0::/\n'],
    ['version 1 holds memory without pids', [`30 25 0:26 / ${root}/fs rw - cgroup cgroup rw,memory`], '4:memory:/\n'],
  ])('where %s there is none', (_title, lines, own) => {
    expect(findCgroupBase(mounted(lines, own))).toMatchObject({ problem: expect.stringContaining('memory and pids') });
  });

  test('limits, membership, figures and the kill go through the files of version 2', async () => {
    mkdirSync(join(root, 'group'));
    const group = Cgroup.create(base, { memoryBytes: 64 * 1024 * 1024, processes: 20 });
    expect([file('memory.max'), file('pids.max'), file('memory.oom.group')]).toEqual(['67108864', '22', '1']);
    await group.join(4_321);
    expect(file('cgroup.procs')).toBe('4321');
    const at = `group/${only()}`;
    expect(group.oomKills()).toBe(0);
    put(`${at}/memory.events`, 'low 0\nhigh 0\nmax 7\noom 1\noom_kill 3\noom_group_kill 1\n');
    put(`${at}/memory.peak`, '1048576\n');
    put(`${at}/cpu.stat`, 'usage_usec 1234567\nuser_usec 1000000\n');
    expect([group.oomKills(), group.stats()]).toEqual([3, { peakMemoryBytes: 1_048_576, cpuMs: 1_235 }]);
    put(`${at}/cgroup.kill`, '');
    group.kill();
    expect(file('cgroup.kill')).toBe('1');
    rmSync(join(root, 'group'), { recursive: true });
  });

  test('where one of the groups cannot be made it is an error, and none is left', () => {
    mkdirSync(join(root, 'group'));
    const refusing = { ...base, parents: { ...base.parents, pids: '/proc/self' } };
    expect(() => Cgroup.create(refusing, { memoryBytes: 64 * 1024 * 1024, processes: 20 })).toThrow('ENOENT');
    expect(readdirSync(join(root, 'group'))).toEqual([]);
    rmSync(join(root, 'group'), { recursive: true });
  });
});
