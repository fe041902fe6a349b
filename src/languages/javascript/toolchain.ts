import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Mount } from '../../sandbox/types.ts';

const SYSTEM = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The Node that runs this product is the one that runs the project's tests. */
export function nodeToolchain(): { mounts: Mount[]; env: Record<string, string> } {
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
