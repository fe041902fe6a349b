import { dirname } from 'node:path';

/** What a profile is to allow. All paths are real paths of the host: Seatbelt sees a file by its real name. */
export interface MacosAccess {
  workspace: string;
  /** Is there a `.git` in it that may not be written. */
  protectGit: boolean;
  /** The command's own temporary directory, written. */
  temporary: string;
  /** Further directories and files that are read. */
  readable: readonly string[];
  /** Further directories that are read and written. */
  writable: readonly string[];
  /** `loopback` is the host's own: there are no network namespaces. `install` is the whole network. */
  network: 'none' | 'loopback' | 'install';
}

export interface MacosProfile {
  /** For `sandbox-exec -p`. Holds no path of the caller's. */
  text: string;
  /** For `sandbox-exec -D NAME=VALUE`, one for each path. */
  parameters: Record<string, string>;
}

/** Programs, libraries and what they look up. Nothing below a home directory, nothing in /private/var but the three named. */
const SYSTEM = [
  '/bin', '/sbin', '/usr/bin', '/usr/sbin', '/usr/lib', '/usr/libexec', '/usr/share', '/System', '/Library/Apple',
  '/Library/Developer/CommandLineTools', '/private/var/db/dyld', '/private/var/db/timezone', '/private/var/select',
];
// Without the root itself no program starts: the loader opens it.
const SYSTEM_FILES = [
  '/', '/private/etc/hosts', '/private/etc/localtime', '/private/etc/passwd', '/private/etc/group', '/private/etc/protocols', '/private/etc/services',
  '/private/etc/ssl/openssl.cnf', '/private/etc/ssl/cert.pem', '/dev/null', '/dev/zero', '/dev/random', '/dev/urandom', '/dev/autofs_nowait',
];
/** Looked up or passed through by their names: the links of the system and the roots of what is shown. */
const SYSTEM_NAMES = ['/etc', '/tmp', '/var', '/dev', '/private', '/private/etc', '/private/etc/ssl', '/private/tmp', '/private/var', '/private/var/db', '/usr', '/Library', '/Library/Developer'];

/** User and group names, `confstr` for directories, notifications of time zones, the log. None of them opens a file or starts a program. */
const SERVICES = ['com.apple.bsd.dirhelper', 'com.apple.logd', 'com.apple.system.logger', 'com.apple.system.notification_center', 'com.apple.system.opendirectoryd.libinfo', 'com.apple.system.opendirectoryd.membership'];
/** For names and certificates, in the step that has the network. */
const NETWORK_SERVICES = ['com.apple.SystemConfiguration.configd', 'com.apple.SecurityServer', 'com.apple.trustd.agent', 'com.apple.dnssd.service'];

const each = (filter: string, values: readonly string[]): string => values.map((value) => `\n  (${filter} "${value}")`).join('');

/**
 * The Seatbelt profile of one command: everything is denied that is not allowed here. Paths reach it as parameters and never as text, so
 * that no name of a file can be read as a rule.
 *
 * The rules follow what is public about the language (`man sandbox-exec`, the profiles under /System/Library/Sandbox); Apple
 * documents none of it. They have not been run on a Mac by us.
 *
 * @example
 * const { text, parameters } = macosProfile({ workspace: '/Users/me/app', temporary: '/private/tmp/x', protectGit: true, readable: [], writable: [], network: 'none' });
 * // sandbox-exec -p text -D WORKSPACE=/Users/me/app … sh -c …
 */
export function macosProfile(access: MacosAccess): MacosProfile {
  const parameters: Record<string, string> = { WORKSPACE: access.workspace, TEMPORARY: access.temporary, ...(access.protectGit && { GIT: `${access.workspace}/.git` }) };
  const name = (prefix: string, paths: readonly string[]): string[] =>
    paths.map((path, index) => {
      parameters[`${prefix}_${index}`] = path;
      return `${prefix}_${index}`;
    });
  const readable = name('READ', access.readable);
  const writable = ['WORKSPACE', 'TEMPORARY', ...name('WRITE', access.writable)];
  // A program asks for every directory on the way to a file; their names are told, what is in them is not.
  const above = name('ABOVE', [...new Set([access.workspace, access.temporary, ...access.readable, ...access.writable].flatMap(parents))].toSorted());
  const param = (filter: string, names: readonly string[]): string => names.map((one) => `\n  (${filter} (param "${one}"))`).join('');

  const text = `(version 1)
(deny default)

(allow process-fork)
(allow process-exec)
(allow process-info* (target same-sandbox))
(allow signal (target same-sandbox))
(allow sysctl-read)
(allow mach-lookup${each('global-name', access.network === 'install' ? [...SERVICES, ...NETWORK_SERVICES] : SERVICES)})
(allow ipc-posix-sem)
(allow ipc-posix-shm-read-data (ipc-posix-name "apple.shm.notification_center"))

(allow file-read*${each('subpath', SYSTEM)}${each('literal', SYSTEM_FILES)}${param('subpath', readable)})
(allow file-read-metadata${each('literal', SYSTEM_NAMES)}${param('literal', above)})
(allow file-write-data
  (literal "/dev/null"))
(allow file-read* file-write*${param('subpath', writable)})
${access.protectGit ? '(deny file-write*\n  (subpath (param "GIT")))\n' : ''}(deny file-write-setugid)
${NETWORK[access.network]}`;
  return { text, parameters };
}

const NETWORK: Record<MacosAccess['network'], string> = {
  none: '(deny network*)\n',
  loopback: '(allow network-bind network-inbound (local ip "localhost:*"))\n(allow network-outbound (remote ip "localhost:*"))\n',
  install: '(allow network-outbound)\n(allow system-socket)\n',
};

/** The directories above a path, the root left out. */
function parents(path: string): string[] {
  const above = dirname(path);
  return above === '/' || above === path ? [] : [...parents(above), above];
}
