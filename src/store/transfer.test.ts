import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from './store.ts';
import { importStore } from './transfer.ts';
import type { Store } from './types.ts';

// That everything goes from one kind of store to the other and back is held in contract.test.ts.
describe('importing', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'transfer-'));
  let owner: Store;
  beforeAll(async () => {
    owner = await openStore({ directory: join(scratch, 'store') });
    await owner.runs.create({ id: 'here', kind: 'k', directory: '/', request: '', input: {} });
  });
  afterAll(async () => {
    await owner.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  it.each([
    ['nothing', [], 'usage'],
    ['another file', ['{"name":"x"}'], 'usage'],
    ['no JSON', ['hello'], 'usage'],
    ['a table that is not there', ['{"untilgreen":"store","schema":1}', '{"table":"pg_class","row":{}}'], 'usage'],
    ['a newer export', ['{"untilgreen":"store","schema":99}'], 'store_incompatible'],
  ])('refuses %s and changes nothing', async (_title, lines, code) => {
    const before = await owner.runs.list();
    await expect(importStore(owner.db, lines)).rejects.toMatchObject({ code });
    expect(await owner.runs.list()).toEqual(before);
  });
});
