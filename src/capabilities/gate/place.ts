import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWorkbench } from '../../workspace/open.ts';
import type { Workbench } from '../../workspace/types.ts';

/** Puts files into a fresh folder, opens it as a project, and takes all of it away again. */
export async function inFolder<T>(files: readonly { name: string; text: string }[], work: (bench: Workbench, folder: string) => Promise<T>): Promise<T> {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'untilgreen-gate-')));
  const source = join(root, 'tool');
  try {
    await mkdir(source);
    for (const { name, text } of files) await writeFile(join(source, name), text);
    const bench = await openWorkbench({ source, root: join(root, 'bench'), blobs: join(root, 'blobs') });
    try {
      return await work(bench, source);
    } finally {
      await bench.dispose();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
