import { realpathSync, statSync } from 'node:fs';
import type { Mount } from './types.ts';

/** How this machine reaches the outside: proxies and indexes. Both spellings are in use. */
const PLAIN = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy', 'PIP_INDEX_URL', 'UV_INDEX_URL', 'UV_DEFAULT_INDEX', 'npm_config_registry', 'GOPROXY', 'GONOSUMDB', 'GOFLAGS'];
/** Certificates of a proxy that opens connections: the value is a file or a folder. */
const CERTIFICATES = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'PIP_CERT', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'npm_config_cafile'];

/**
 * What a command with `network: 'install'` needs besides the network: the host's proxy, index and certificate settings, with the
 * certificate files as mounts. Nothing else of the host's environment; a password in a proxy or index address does go in, so only the
 * dependency step, which runs no code of the project, may have it.
 *
 * @example
 * const access = networkAccess();
 * await sandbox.run({ argv, workspace, network: 'install', env: { ...access.env }, mounts: access.mounts });
 */
export function networkAccess(env: Readonly<Record<string, string | undefined>> = process.env): { env: Record<string, string>; mounts: Mount[] } {
  const given: Record<string, string> = {};
  const mounts: Mount[] = [];
  for (const name of PLAIN) if (env[name]) given[name] = env[name];
  for (const name of CERTIFICATES) {
    const path = env[name];
    if (!path?.startsWith('/') || !statSync(path, { throwIfNoEntry: false })) continue;
    given[name] = path;
    if (!mounts.some(({ target }) => target === path)) mounts.push({ source: realpathSync(path), target: path });
  }
  return { env: given, mounts };
}
