import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Place } from '../place.ts';
import { ETC } from '../view.ts';

// Rights of linux/landlock.h.
const EXECUTE = 1 << 0;
const WRITE_FILE = 1 << 1;
const READ_FILE = 1 << 2;
const READ_DIR = 1 << 3;
const MAKE_CHAR = 1 << 6;
const MAKE_SOCK = 1 << 9;
const MAKE_BLOCK = 1 << 11;
const TRUNCATE = 1 << 14;
const IOCTL_DEV = 1 << 15;
const ALL = 0xffff;

const LOOK = READ_FILE | READ_DIR;
const USE = LOOK | EXECUTE;
const CHANGE = ALL & ~(MAKE_CHAR | MAKE_SOCK | MAKE_BLOCK | IOCTL_DEV);
const DEVICE = READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV;

/** What the kernel allows below a path. */
export interface Rule {
  rights: number;
  path: string;
}

const SYSTEM = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'];
/** Names of users and hosts, which other rungs make up; none holds a secret. */
const NAMES = ['passwd', 'group', 'hosts', 'nsswitch.conf', 'resolv.conf', 'host.conf', 'gai.conf'];
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom'];
/**
 * Shared memory and terminals: one folder for the whole machine, in which only the uid tells whose is whose. Without them Python's
 * locks between processes and pseudo terminals do not work.
 */
const OF_THE_UID = ['/dev/shm', '/dev/pts', '/dev/ptmx'];

/**
 * The rules for one command. Landlock only ever adds: below a folder that may be changed nothing can be taken back. So where there is a
 * .git to be protected, the workspace's entries may be changed, each but that one, and its top level gets none and loses none.
 *
 * @param tmp            private folder of the command, changed at will
 * @param options.ownUid no other process has the uid
 */
export function rulesFor(place: Place, tmp: string, options: { ownUid: boolean; protectGit: boolean }): Rule[] {
  const rules = new Map<string, number>();
  const allow = (path: string, rights: number): void => {
    if (!existsSync(path)) return;
    const real = realpathSync(path);
    rules.set(real, (rules.get(real) ?? 0) | rights);
  };
  for (const path of SYSTEM) allow(path, USE);
  for (const name of [...ETC, ...NAMES]) allow(join('/etc', name), LOOK);
  // Other processes' memory, variables and files are held back by Landlock itself; their command lines are not.
  allow('/proc', LOOK);
  allow('/sys/devices/system/cpu', LOOK);
  for (const name of DEVICES) allow(join('/dev', name), DEVICE);
  if (options.ownUid) for (const path of OF_THE_UID) allow(path, CHANGE | IOCTL_DEV);
  allow(tmp, CHANGE);
  for (const { source, writable } of place.mounts) allow(source, writable ? CHANGE : USE);
  allow(place.root, options.protectGit ? USE : CHANGE);
  if (options.protectGit) {
    for (const entry of readdirSync(place.root, { withFileTypes: true })) {
      if (entry.name !== '.git' && (entry.isDirectory() || entry.isFile())) allow(join(place.root, entry.name), CHANGE);
    }
  }
  return [
    ...[...rules].map(([path, rights]) => ({ path, rights })),
    // The pipes have no path that a rule above could cover, and `/dev/stdout` opens them anew.
    { path: '/proc/self/fd/0', rights: READ_FILE },
    { path: '/proc/self/fd/1', rights: WRITE_FILE | TRUNCATE },
    { path: '/proc/self/fd/2', rights: WRITE_FILE | TRUNCATE },
  ];
}
