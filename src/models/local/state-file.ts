import { rmSync } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'untilgreen-state-';
/** Milliseconds after which a folder is one that a killed process left; a request takes minutes. */
const LEFT_MS = 86_400_000;

let folder: Promise<string> | undefined;
let serial = 0;

/**
 * A path for the state of a sequence, in a folder that only this user can read (it holds what the prompt said) and that goes with the
 * process. The caller removes the file.
 */
export async function stateFile(): Promise<string> {
  folder ??= make();
  const name = String((serial += 1)); // before the wait: two may wait
  return join(await folder, name);
}

async function make(): Promise<string> {
  await sweep();
  const path = await mkdtemp(join(tmpdir(), PREFIX));
  process.once('exit', () => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Removes what killed processes left. */
export async function sweep(now: number = Date.now()): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const path = join(tmpdir(), name);
    const made = await stat(path).then((info) => info.mtimeMs, () => now); // another process was quicker
    if (now - made > LEFT_MS) await rm(path, { recursive: true, force: true }).catch(() => {}); // another user's stays
  }
}
