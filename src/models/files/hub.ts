import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UntilgreenError } from '../../core/errors.ts';

/** A repository in the cache of huggingface_hub: `models--OWNER--NAME/{blobs,refs,snapshots}`. */
export interface HubRepository {
  /** `owner/name` */
  name: string;
  /** The folder of its revision: the one that `refs/main` names, else the newest. */
  snapshot: string;
}

/** `owner/name` of a folder that is named as a repository in the cache. */
export function repositoryName(folder: string): string | undefined {
  const match = /^models--(.+)$/.exec(basename(folder));
  return match?.[1]?.replaceAll('--', '/');
}

/**
 * The repository that a folder of the hub's cache holds; undefined for other folders.
 *
 * @throws `model_file_invalid` when nothing of it was downloaded to the end
 */
export async function hubRepository(folder: string): Promise<HubRepository | undefined> {
  const name = repositoryName(folder);
  if (name === undefined) return undefined;
  const revisions = await readdir(join(folder, 'snapshots')).catch((): string[] => []); // told below
  const main = (await readFile(join(folder, 'refs/main'), 'utf8').catch(() => '')).trim();
  const chosen = revisions.includes(main) ? main : await newest(join(folder, 'snapshots'), revisions);
  if (chosen !== undefined) return { name, snapshot: join(folder, 'snapshots', chosen) };
  const unfinished = (await readdir(join(folder, 'blobs')).catch((): string[] => [])).filter((file) => file.endsWith('.incomplete'));
  throw new UntilgreenError(
    'model_file_invalid',
    `${name} in ${folder} has no snapshot${unfinished.length > 0 ? `; ${unfinished.length} of its downloads ${unfinished.length === 1 ? 'was' : 'were'} not finished (${unfinished.slice(0, 3).join(', ')})` : ''}.`,
    { path: folder, incomplete: unfinished },
    `Download it again: hf download ${name}`,
  );
}

async function newest(folder: string, revisions: readonly string[]): Promise<string | undefined> {
  const times = await Promise.all(revisions.map(async (name) => ({ name, time: await stat(join(folder, name)).then((info) => info.mtimeMs, () => 0) })));
  return times.toSorted((a, b) => b.time - a.time)[0]?.name;
}
