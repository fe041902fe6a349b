import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fetchSmallModel, findSmallModel, smallModelPath } from './small-models.ts';

const cache = await mkdtemp(join(tmpdir(), 'untilgreen-small-test-'));
afterAll(() => rm(cache, { recursive: true, force: true }));

it('takes a tiny model from the cache without asking anybody, unless it is not whole', async () => {
  const path = smallModelPath('smollm2', cache);
  expect(await findSmallModel('smollm2', cache)).toBeUndefined();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, 'half');
  expect(await findSmallModel('smollm2', cache)).toBeUndefined();
  await truncate(path, 98_362_432); // as long as the whole, without its 98 MB on the disk
  const fetched: unknown[] = [];
  expect(await fetchSmallModel('smollm2', cache, (part) => fetched.push(part))).toBe(path);
  expect(fetched).toEqual([]);
});
