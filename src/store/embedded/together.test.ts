import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startChild, type Child } from '../../../test/support/child.ts';

let scratch: string;
const children: Child[] = [];
const start = (directory: string): Child => {
  const child = startChild('store-opener.ts', [directory]);
  children.push(child);
  return child;
};
beforeEach(() => void (scratch = mkdtempSync(join(tmpdir(), 'together-'))));
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  rmSync(scratch, { recursive: true, force: true });
});

// The long form, with openers that are killed, is test/kill/store-together.test.ts.
describe('processes that open a store at the same moment, which is not there yet', () => {
  it('are all served and end well', { timeout: 120_000 }, async () => {
    for (const round of ['a', 'b']) {
      const all = Array.from({ length: 3 }, () => start(join(scratch, round)));
      for (const child of all) expect([await child.line(), await child.line(), await child.ended]).toEqual(['opened', 'closed', 0]);
    }
  });
});

describe('an owner', () => {
  it('stays while its own request waits for the transaction of one that joined', { timeout: 60_000 }, async () => {
    const directory = join(scratch, 'store');
    const owner = startChild('store-owner-waits.ts', [directory]);
    children.push(owner);
    expect(await owner.line()).toBe('owner');
    const joined = startChild('store-user.ts', [directory]);
    children.push(joined);
    expect(await joined.line()).toBe('joined');
    joined.say('hang create table t (n int)');
    expect(await joined.line()).toBe('in transaction');
    owner.say('wait');
    expect(await owner.line()).toBe('waiting');
    await joined.kill();
    expect(await owner.line()).toBe('done');
    expect(await owner.ended).toBe(0);
  });
});
