import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startChild, type Child } from '../support/child.ts';

let scratch: string;
const children: Child[] = [];
beforeEach(() => void (scratch = mkdtempSync(join(tmpdir(), 'together-'))));
afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  rmSync(scratch, { recursive: true, force: true });
});

it('of four processes that open a new store at once, the three that are not killed are served', { timeout: 300_000 }, async () => {
  for (let round = 0; round < 12; round += 1) {
    const [first, ...others] = Array.from({ length: 4 }, () => startChild('store-opener.ts', [join(scratch, `store-${round}`)])) as [Child, ...Child[]];
    children.push(first, ...others);
    await sleep(600 + round * 150);
    await first.kill();
    for (const child of others) expect([await child.line(), await child.line(), await child.ended]).toEqual(['opened', 'closed', 0]);
  }
});
