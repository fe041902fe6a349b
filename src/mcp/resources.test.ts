import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { kept } from '../../test/mcp/double.ts';
import { Places } from './places.ts';
import { resourcesOf } from './resources.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

it('a page of a tool that is a link out of its folder gives nothing of where it leads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'untilgreen-resources-'));
  const elsewhere = mkdtempSync(join(tmpdir(), 'untilgreen-resources-'));
  folders.push(folder, elsewhere);
  writeFileSync(join(elsewhere, 'key'), 'private');
  symlinkSync(join(elsewhere, 'key'), join(folder, 'SKILL.md'));
  const { tool } = kept('halve');
  const library = { read: async () => ({ tool, folder, edited: false }), list: async () => ({ tools: [], broken: [] }), revision: async () => '1' };
  const runs = { show: () => Promise.reject(new Error('not asked')), history: async () => [] };
  const resources = resourcesOf({ library, runs, places: new Places(undefined, folder) });
  await expect(resources.read('untilgreen://tools/halve')).rejects.toMatchObject({ code: 'path_unsafe' });
});
