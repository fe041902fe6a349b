import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openWorkbench } from './open.ts';

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'ug-shown-'));
  mkdirSync(join(top, 'app/node_modules/old'), { recursive: true });
  writeFileSync(join(top, 'app/package.json'), '{}');
});
afterEach(() => rmSync(top, { recursive: true, force: true }));
const open = (resume = false) => openWorkbench({ source: join(top, 'app'), root: join(top, 'work'), blobs: join(top, 'blobs'), resume });

test('an installed folder takes the place of the one of the user, in every later process, until an earlier state comes back', async () => {
  const bench = await open();
  const [users] = bench.mounts;
  const before = await bench.checkpoint();
  const source = join(bench.packages, 'node-1/node_modules');
  const outside = join(bench.packages, 'python-2/site');
  for (const folder of [join(source, 'ms'), outside]) mkdirSync(folder, { recursive: true });
  writeFileSync(join(source, 'ms/index.js'), 'new');
  await bench.show({ source, target: users!.target });
  await bench.show({ source: outside, target: outside });
  const installed = [{ source, target: users!.target, optional: true }, { source: outside, target: outside, optional: true }];
  expect(bench.mounts).toEqual(installed);
  expect((await bench.readText('node_modules/ms/index.js')).text).toBe('new');
  await expect(bench.write([{ kind: 'write', path: 'node_modules/ms/index.js', content: 'x' }])).rejects.toMatchObject({ code: 'path_unsafe' });
  const after = await bench.checkpoint();
  expect((await open(true)).mounts).toEqual(installed);
  expect(await bench.deltas(before, after)).toEqual([]);

  await bench.restore(before);
  expect(bench.mounts).toEqual([users]);
  expect((await open(true)).mounts).toEqual([users]);
  await bench.restore(after);
  expect(bench.mounts).toEqual(installed);

  const fork = await bench.fork(before);
  expect(fork.mounts).toEqual(installed);
  await fork.dispose();
  expect(existsSync(outside)).toBe(true);
  await bench.dispose();
  expect(readdirSync(top).sort()).toEqual(['app', 'blobs']);
});

test('a folder for which there was no place gets one, and loses it with the state that had it', async () => {
  rmSync(join(top, 'app/node_modules'), { recursive: true });
  const bench = await open();
  const source = join(bench.packages, 'node-1/node_modules');
  mkdirSync(source, { recursive: true });
  await bench.show({ source, target: join(bench.mountAt, 'node_modules') });
  expect(readdirSync(bench.root).sort()).toEqual(['node_modules', 'package.json']);
  await bench.restore(bench.base);
  expect(readdirSync(bench.root)).toEqual(['package.json']);
  // A new copy at the same place has nothing of the old one.
  await bench.show({ source, target: join(bench.mountAt, 'node_modules') });
  expect((await open()).mounts).toEqual([]);
  expect(existsSync(bench.packages)).toBe(false);
});
