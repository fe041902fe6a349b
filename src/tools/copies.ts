import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataDir } from '../config/paths.ts';
import type { LoadedConfig } from '../config/schema.ts';
import { isAlive, thisProcess, type ProcessIdentity } from '../store/process-identity.ts';
import type { Bench } from '../workspace/bench.ts';
import { openWorkbench } from '../workspace/open.ts';
import { removeTree } from '../workspace/tree.ts';
import type { RelativePath } from '../workspace/types.ts';
import { recover } from '../workspace/undo.ts';
import { sourceState, stillSame, type SourceState } from './source-state.ts';

/** How changes are named that tools made outside a run; `undo --run` knows them by it. */
export const TOOL_RUN = 'tool-';

/** Where the copies lie below the data directory, and who says in each whose it is. */
const FOLDER = 'tools';
const OWNER = 'owner.json';

/** `tool-20261121-141500-9f3c81aa`, in UTC; a program may make many changes in one second. */
export function newRun(): string {
  return `${TOOL_RUN}${new Date().toISOString().replaceAll(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(4).toString('hex')}`;
}

/** The private copy that stands, and whether it still shows the directory. One work at a time takes it. */
export class Copies {
  readonly journals: string;
  readonly #home: string;
  #kept: { bench: Bench; folder: string; skipped: number; state: SourceState } | undefined;
  /** Files that were written from the copy into the directory; undefined while a work has it, or left it in an unknown state. */
  #applied: readonly RelativePath[] | undefined;

  constructor(
    private readonly directory: string,
    private readonly config: LoadedConfig,
  ) {
    this.#home = dataDir(config.env);
    this.journals = join(this.#home, 'journals');
  }

  async take(): Promise<Bench> {
    const { ignore, max_file_mb, max_copy_mb } = this.config.settings.workspace;
    const sizes = { ignore, maxFileBytes: max_file_mb * 1_048_576, maxCopyBytes: max_copy_mb * 1_048_576 };
    const blobs = join(this.#home, 'blobs');
    // An apply that was interrupted in another process may have left the directory between two states.
    await recover(this.journals);
    const folder = this.#kept?.folder ?? join(this.#home, FOLDER, newRun());
    // Before the copy: what changes while it is made then shows as a difference.
    const state = await sourceState(this.directory, { ...sizes, exclude: [folder, blobs] });
    const [kept, applied] = [this.#kept, this.#applied];
    this.#applied = undefined;
    if (kept && applied && kept.skipped === kept.bench.skipped.length && (await stillSame(kept.bench, kept.state, state, new Set(applied)))) {
      kept.state = state;
      return kept.bench;
    }
    await this.drop();
    await this.#claim(folder);
    const bench = await openWorkbench({ source: this.directory, root: join(folder, 'workbench'), blobs, ...sizes }).catch(async (error: unknown) => {
      await rm(folder, { recursive: true, force: true });
      throw error;
    });
    this.#kept = { bench, folder, skipped: bench.skipped.length, state };
    return bench;
  }

  /** The copy is again as it was taken, or as it was applied. */
  give(bench: Bench, applied: readonly RelativePath[] = []): void {
    if (this.#kept?.bench === bench) this.#applied = applied;
  }

  /** Makes the folder ours, and removes those of processes that were killed. */
  async #claim(folder: string): Promise<void> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(join(folder, OWNER), JSON.stringify(thisProcess()));
    for (const name of await readdir(join(this.#home, FOLDER))) {
      const other = join(this.#home, FOLDER, name);
      const owner = await readFile(join(other, OWNER), 'utf8').then((text) => JSON.parse(text) as ProcessIdentity, () => undefined);
      // Of a process on another host, or a folder that nobody has claimed yet, it cannot be known.
      // One that cannot be removed is another user's, who removes it.
      if (owner && isAlive(owner) === false) await removeTree(other).catch(() => undefined);
    }
  }

  async drop(): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    if (!kept) return;
    await kept.bench.dispose();
    await rm(kept.folder, { recursive: true, force: true });
  }
}
