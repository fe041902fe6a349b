import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { isStale, nextName } from './names.ts';

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
});
