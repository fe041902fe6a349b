import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesOf, ID_FILE, isStale, nextName, reapStale } from './names.ts';

describe('whose container it is', () => {
  const [where, pid, started] = /^untilgreen-(\w+)-(\d+)-(\d+)-/.exec(nextName())?.slice(1) ?? [];

  test('each name is another', () => {
    expect(nextName()).not.toBe(nextName());
  });

  test.each([
    ['one of this process', `untilgreen-${where}-${pid}-${started}-1`, false],
    ['one of an earlier process with our number', `untilgreen-${where}-${pid}-${Number(started) - 1}-1`, true],
    ['one of a process that is gone', `untilgreen-${where}-${spawnSync('true').pid}-5-1`, true],
    ['one of another machine or boot', `untilgreen-00000000-1-5-1`, false],
    ['somebody else’s', 'postgres', false],
  ])('%s', (_title, name, stale) => {
    expect(isStale(name)).toBe(stale);
  });

  test.skipIf(process.geteuid?.() !== 0)('what another user gave the name of a dead process is neither read nor removed', async () => {
    const dead = `untilgreen-${where}-${spawnSync('true').pid}-5-`;
    const [mine, planted] = [filesOf(`${dead}1`), filesOf(`${dead}2`)];
    for (const path of [mine, planted]) mkdirSync(path);
    writeFileSync(join(mine, ID_FILE), '');
    // Reading it would wait for somebody who writes.
    spawnSync('mkfifo', [join(planted, ID_FILE)]);
    chownSync(planted, 65_534, 65_534);
    expect(await reapStale({ name: 'podman', program: '/bin/true', options: [], rootless: false })).toBe(0);
    expect([existsSync(mine), existsSync(planted)]).toEqual([false, true]);
    rmSync(planted, { recursive: true });
  });
});
