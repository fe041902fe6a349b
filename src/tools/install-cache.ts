import { chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from '../config/paths.ts';
import type { Mount } from '../sandbox/types.ts';

/** Where the install step sees the cache. */
const INSIDE = '/tmp/install-cache';

/**
 * What npm and pip keep between install steps, so that a package is fetched once: `install/<uid>` in the user's cache, one for each
 * owner of a workspace, because commands run as that owner. Only installers write there, and they run no code of a package or a
 * project. It can be deleted at any time.
 *
 * @param owner of the folder that is installed into
 */
export async function installCache(owner: { uid: number; gid: number }): Promise<{ mount: Mount; env: Record<string, string> }> {
  const source = join(cacheDir(), 'install', String(owner.uid));
  await mkdir(source, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) await chown(source, owner.uid, owner.gid);
  return { mount: { source, target: INSIDE, writable: true }, env: { npm_config_cache: `${INSIDE}/npm`, PIP_CACHE_DIR: `${INSIDE}/pip` } };
}
