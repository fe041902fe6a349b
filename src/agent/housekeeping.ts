import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Days for which a run that ended without green keeps its files, so that it can be resumed. Reports and logs stay. */
const KEEP_DAYS = 30;

/** Names below a run's folder that only a resumed run needs. */
const RESUME_ONLY = ['blobs', 'workbench', 'workbench.json'];

/** Removes what only a resumed run needs, from a run that is over for good. */
export async function forgetFiles(folder: string): Promise<void> {
  for (const name of RESUME_ONLY) await rm(join(folder, name), { recursive: true, force: true });
}

/** The same for every run that was last touched more than `KEEP_DAYS` ago. A folder that cannot be read is left alone. */
export async function pruneRuns(runs: string, now = Date.now()): Promise<void> {
  for (const id of await readdir(runs).catch(() => [])) {
    const folder = join(runs, id);
    const age = await stat(join(folder, 'blobs')).then((s) => now - s.mtimeMs, () => 0);
    if (age > KEEP_DAYS * 86_400_000) await forgetFiles(folder);
  }
}
