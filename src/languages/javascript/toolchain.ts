import { existsSync } from 'node:fs';
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Mount } from '../../sandbox/types.ts';
import type { Workbench } from '../../workspace/types.ts';
import { packagesOf } from './project.ts';

const SYSTEM = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The Node that runs this product is the one that runs the project's tests; linked dependency folders are shown with it. */
export async function nodeToolchain(bench: Workbench): Promise<{ mounts: Mount[]; env: Record<string, string> }> {
  const { mounts, env } = ownNode();
  return { mounts: [...mounts, ...(await linkedModules(bench))], env };
}

/**
 * Folders to which a `node_modules` link of the user's directory leads. The link itself is read in the user's directory, never in
 * the copy: what runs in the sandbox could put another one there and be shown any folder.
 */
async function linkedModules(bench: Workbench): Promise<Mount[]> {
  const found = new Map<string, Mount>();
  for (const { root } of await packagesOf(bench)) {
    const path = join(bench.source, root, 'node_modules');
    const link = await lstat(path).then((s) => s.isSymbolicLink(), () => false);
    const target = link ? await realpath(path).catch(() => undefined) : undefined;
    if (target && basename(target) === 'node_modules') found.set(target, { source: target, target, optional: true });
  }
  return [...found.values()];
}

function ownNode(): { mounts: Mount[]; env: Record<string, string> } {
  const bin = dirname(process.execPath);
  const prefix = dirname(bin);
  const mounts: Mount[] = [];
  if (bin.endsWith('/bin') && prefix !== '/' && prefix !== '/usr') {
    if (existsSync(join(prefix, 'lib/node_modules'))) {
      // A version manager's folder holds this Node only; /usr/local may hold anything, so only its parts are shown.
      mounts.push({ source: join(prefix, 'lib/node_modules'), target: join(prefix, 'lib/node_modules'), optional: true });
    }
    mounts.push({ source: bin, target: bin });
  } else if (bin !== '/usr/bin' && bin !== '/bin') {
    mounts.push({ source: bin, target: bin });
  }
  return {
    mounts,
    env: {
      PATH: SYSTEM.split(':').includes(bin) ? SYSTEM : `${bin}:${SYSTEM}`,
      CI: '1',
      NO_COLOR: '1',
      FORCE_COLOR: '0',
      npm_config_update_notifier: 'false',
      npm_config_offline: 'true',
      COREPACK_ENABLE_DOWNLOAD_PROMPT: '0',
    },
  };
}
