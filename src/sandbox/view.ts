import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { sharedMemoryBytes } from './limits.ts';
import type { Place } from './place.ts';
import type { Limits, SandboxCommand } from './types.ts';

const HOME = '/tmp/home';

/** Environment of every command; the command's own variables win, nothing of the host's is there. */
export const BASE_ENV: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME,
  TMPDIR: '/tmp',
  LANG: 'C.UTF-8',
  TERM: 'dumb',
};

/** Parts of /etc that programs need and that hold no secret. openssl.cnf is there because Node exits when it cannot read it. */
export const ETC = ['alternatives', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'ssl/certs', 'ssl/openssl.cnf', 'pki/tls/certs', 'ca-certificates', 'localtime', 'mime.types', 'protocols', 'services'];

/** A file made inside the sandbox from text of ours. */
export interface SyntheticFile {
  path: string;
  text: string;
}

export interface View {
  /** bwrap's options after the namespaces, in order: the order is the order of mounting. */
  args: string[];
  files: SyntheticFile[];
}

/** /bin, /lib and so on: the same links as on the host, or the directories where it has them. */
function usrLinks(): string[] {
  return ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].flatMap((path) => {
    const entry = lstatSync(path, { throwIfNoEntry: false });
    if (!entry) return [];
    return entry.isSymbolicLink() ? ['--symlink', readlinkSync(path), path] : ['--ro-bind', path, path];
  });
}

/** The files of /etc that name the one user there is, and where names are looked up. */
export function syntheticEtc(uid: number, gid: number, network: SandboxCommand['network']): SyntheticFile[] {
  const outside = network === 'install';
  const host = (path: string, otherwise: string): string => (outside && existsSync(path) ? readFileSync(path, 'utf8') : otherwise);
  const nobody = uid === 65534 ? '' : 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';
  return [
    { path: '/etc/passwd', text: `sandbox:x:${uid}:${gid}:sandbox:${HOME}:/bin/sh\n${nobody}` },
    { path: '/etc/group', text: `sandbox:x:${gid}:\n${gid === 65534 ? '' : 'nogroup:x:65534:\n'}` },
    { path: '/etc/hosts', text: host('/etc/hosts', '127.0.0.1 localhost sandbox\n::1 localhost ip6-localhost\n') },
    { path: '/etc/nsswitch.conf', text: `passwd: files\ngroup: files\nhosts: files${outside ? ' dns' : ''}\n` },
    { path: '/etc/resolv.conf', text: host('/etc/resolv.conf', '') },
  ];
}

/**
 * The file system a command sees: /usr read-only, a synthetic /etc, its own /proc, /dev and /tmp, the workspace, the mounts.
 * Everything that is not the workspace, /tmp or /dev/shm is read-only at the end, the root included.
 *
 * @param options.firstFd descriptor of the first synthetic file; the others follow
 * @param options.from where the launcher finds a source of the workspace or a mount
 */
export function buildView(
  place: Place,
  command: SandboxCommand,
  limits: Limits,
  inside: { uid: number; gid: number },
  options: { firstFd: number; protectGit: boolean; from: (source: string) => string },
): View {
  const files = syntheticEtc(inside.uid, inside.gid, command.network);
  const args = ['--ro-bind', '/usr', '/usr', ...usrLinks(), '--perms', '0755', '--dir', '/etc'];
  for (const name of ETC) args.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`);
  files.forEach(({ path }, index) => args.push('--perms', '0444', '--file', String(options.firstFd + index), path));
  // For kernel uid 0 the files under /proc/sys stay writable unless the mount itself is read-only.
  args.push('--proc', '/proc', '--remount-ro', '/proc');
  args.push('--dev', '/dev', '--size', String(sharedMemoryBytes(limits)), '--perms', '1777', '--tmpfs', '/dev/shm', '--remount-ro', '/dev');
  args.push('--size', String(limits.tmpBytes), '--perms', '1777', '--tmpfs', '/tmp', '--perms', '0700', '--dir', HOME);
  const binds: { target: string; args: string[] }[] = [{ target: place.mountAt, args: ['--bind', options.from(place.root), place.mountAt] }];
  if (options.protectGit) {
    const target = join(place.mountAt, '.git');
    binds.push({ target, args: ['--ro-bind', options.from(join(place.root, '.git')), target] });
  }
  for (const mount of place.mounts) binds.push({ target: mount.target, args: [mount.writable ? '--bind' : '--ro-bind', options.from(mount.source), mount.target] });
  // A mount hides what was mounted below it before, so parents, which are shorter, come first.
  binds.sort((a, b) => a.target.split('/').length - b.target.split('/').length);
  for (const bind of binds) args.push(...bind.args);
  args.push('--remount-ro', '/', '--chdir', place.cwd);
  return { args, files };
}
