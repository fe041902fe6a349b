import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { pruneRuns } from './housekeeping.ts';

it('forgets the files of runs that nobody resumed for a month, and keeps their reports', async () => {
  const runs = await mkdtemp(join(tmpdir(), 'runs-'));
  const now = Date.now();
  for (const [id, days] of [['old', 31], ['new', 29]] as const) {
    await mkdir(join(runs, id, 'blobs'), { recursive: true });
    await writeFile(join(runs, id, 'report.md'), '');
    await utimes(join(runs, id, 'blobs'), new Date(now), new Date(now - days * 86_400_000));
  }
  await pruneRuns(runs, now);
  expect(await readdir(join(runs, 'old'))).toEqual(['report.md']);
  expect((await readdir(join(runs, 'new'))).sort()).toEqual(['blobs', 'report.md']);
  await pruneRuns(join(runs, 'missing'));
  await rm(runs, { recursive: true });
});
