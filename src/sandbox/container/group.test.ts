import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findCgroupBase } from '../cgroup.ts';
import { ContainerGroup, removeLeftGroups } from './group.ts';

const found = findCgroupBase();
const unwritable = 'problem' in found || process.geteuid?.() !== 0;
const ID = '0123456789abcdef'.repeat(4);

describe.skipIf(unwritable)('groups that an engine left', () => {
  // Where engines put theirs, one below the top of a hierarchy.
  const top = existsSync('/sys/fs/cgroup/memory/cgroup.procs') ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup';
  const parent = join(top, `untilgreen-test-${process.pid}`);
  const made = (name: string): string => {
    const directory = join(parent, name);
    mkdirSync(directory);
    return directory;
  };
  beforeAll(() => void mkdirSync(parent));
  afterAll(() => rmdirSync(parent));

  test('those of a container are removed by its whole id, and nothing by less', async () => {
    const [own, other] = [made(`libpod-${ID}`), made(`libpod-${'f'.repeat(64)}`)];
    for (const part of ['', '0123', 'libpod']) await removeLeftGroups(part);
    expect([own, other].map((path) => existsSync(path))).toEqual([true, true]);
    await removeLeftGroups(ID);
    expect([own, other].map((path) => existsSync(path))).toEqual([false, true]);
    rmdirSync(other);
  });
});

test('a process’s group tells what it used; one that is not known tells nothing', () => {
  const group = new ContainerGroup();
  expect([group.look(undefined), group.peakMemoryBytes, group.cpuMs]).toEqual([0, undefined, undefined]);
});
