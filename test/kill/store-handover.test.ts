import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openEmbedded } from '../../src/store/embedded/open.ts';
import { startChild, type Child } from '../support/child.ts';

vi.setConfig({ testTimeout: 300_000 });

let scratch: string;
let directory: string;
const children: Child[] = [];
const user = async (role: 'owner' | 'joined'): Promise<Child> => {
  const child = startChild('store-user.ts', [directory]);
  children.push(child);
  expect(await child.line()).toBe(role);
  return child;
};
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'handover-'));
  directory = join(scratch, 'store');
});
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  rmSync(scratch, { recursive: true, force: true });
});

it('the store of a killed owner goes to one of several that joined, and the others join that one, again and again', async () => {
  let users = [await user('owner'), await user('joined'), await user('joined'), await user('joined')];
  for (let round = 0; round < 5; round += 1) {
    for (const each of users) each.say('role');
    const roles = await Promise.all(users.map((each) => each.line()));
    expect(roles.toSorted()).toEqual(['joined', 'joined', 'joined', 'owner']);
    const owner = users[roles.indexOf('owner')] as Child;
    await owner.kill();
    users = [...users.filter((each) => each !== owner), startChild('store-user.ts', [directory])];
    const last = users.at(-1) as Child;
    children.push(last);
    expect(['owner', 'joined']).toContain(await last.line());
  }
});

it('a first opening that is killed at any moment leaves nothing in the way of the next', async () => {
  for (let ms = 200; ms <= 1_400; ms += 100) {
    const child = startChild('store-user.ts', [directory]);
    await sleep(ms);
    await child.kill();
    // Now and then from the very beginning, else nothing would be unpacked any more once one has come through.
    if (ms % 300 === 0) rmSync(directory, { recursive: true, force: true });
  }
  const db = await openEmbedded(directory);
  expect(await db.query('select 1 as one')).toEqual([{ one: 1 }]);
  expect(readdirSync(scratch).toSorted()).toEqual(['store', 'store.lock']);
  await db.close();
});
