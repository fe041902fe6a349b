// Workbenches on tiny projects, for the tests of the rooms below. (`.prop.ts` files stay out of the build.)
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Bench } from '../bench.ts';
import { openWorkbench } from '../open.ts';

/** Opens workbenches; `close` disposes of all that were opened since. */
export class Benches {
  readonly #rooms: { bench: Bench; directory: string }[] = [];

  async of(files: Record<string, string>): Promise<Bench> {
    const directory = await mkdtemp(join(tmpdir(), 'untilgreen-bench-'));
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(directory, 'p', path)), { recursive: true });
      await writeFile(join(directory, 'p', path), content);
    }
    const bench = await openWorkbench({ source: join(directory, 'p'), root: join(directory, 'bench'), blobs: join(directory, 'blobs') });
    this.#rooms.push({ bench, directory });
    return bench;
  }

  async close(): Promise<void> {
    for (const { bench, directory } of this.#rooms.splice(0)) {
      await bench.dispose();
      await rm(directory, { recursive: true, force: true });
    }
  }
}
