import { open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { UntilgreenError } from '../../../core/errors.ts';

/** What is known of a file that is being downloaded, kept beside what there is of it. */
export interface PartState {
  url: string;
  /** Strong entity tag of the storage; with it a server can tell whether the rest still fits. */
  etag: string | undefined;
  sha256: string | undefined;
  size: number | undefined;
}

export const partOf = (file: string): string => `${file}.part`;
const stateOf = (file: string): string => `${file}.part.json`;
const lockOf = (file: string): string => `${file}.part.lock`;

/**
 * What an earlier command left of a file; zero bytes where it cannot be continued.
 *
 * @param sha256  of the file as it is now, where that is known
 */
export async function readPart(file: string, url: URL, sha256?: string): Promise<{ bytes: number; state: PartState | undefined }> {
  try {
    const state = JSON.parse(await readFile(stateOf(file), 'utf8')) as PartState;
    const { size } = await stat(partOf(file));
    const changed = sha256 !== undefined && state.sha256 !== undefined && sha256 !== state.sha256;
    // Without one of these nothing would tell a file of today from one of yesterday.
    if (!changed && state.url === url.href && (state.etag !== undefined || state.sha256 !== undefined)) return { bytes: size, state };
  } catch {
    // nothing there, or half of it
  }
  return { bytes: 0, state: undefined };
}

export async function writeState(file: string, state: PartState): Promise<void> {
  await writeFile(stateOf(file), JSON.stringify(state));
}

/** Takes away what was downloaded, or only its description once the file is whole. */
export async function dropPart(file: string): Promise<void> {
  await Promise.all([partOf(file), stateOf(file)].map((path) => rm(path, { force: true })));
}

/**
 * Holds a file for one command: two that write the same part would mix. A lock whose owner is gone is taken over.
 *
 * @throws `download_failed` when another command is at it
 */
export async function lockPart(file: string): Promise<{ release(): Promise<void> }> {
  const lock = lockOf(file);
  for (const last of [false, true]) {
    try {
      const handle = await open(lock, 'wx');
      await handle.writeFile(String(process.pid));
      await handle.close();
      return { release: () => rm(lock, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      const owner = Number(await readFile(lock, 'utf8').catch(() => ''));
      if (last || (owner > 0 && runs(owner))) {
        throw new UntilgreenError('download_failed', `${file} is being downloaded by another command (process ${owner || 'unknown'}).`, { file, owner, reason: 'busy' }, `Wait for it; if there is none, delete ${lock}.`);
      }
      await rm(lock, { force: true });
    }
  }
  throw new UntilgreenError('internal', `${lock} was neither free nor held.`);
}

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
