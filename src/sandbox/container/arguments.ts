import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Identity } from '../identity.ts';
import { MEMLOCK_BYTES, sharedMemoryBytes } from '../limits.ts';
import type { Place } from '../place.ts';
import type { Limits, SandboxCommand } from '../types.ts';
import type { Engine } from './engine.ts';
import { CONTAINER_LABEL, ID_FILE, filesOf } from './names.ts';
import { SCRIPT_PATH, STDIN_PATH } from './script.ts';

/** What a docker client would take from its own configuration, with passwords perhaps. */
const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** Files that are made for a container, beside its folder's name: where each appears inside. */
export const FILES = {
  script: SCRIPT_PATH,
  stdin: STDIN_PATH,
  passwd: '/etc/passwd',
  group: '/etc/group',
  hosts: '/etc/hosts',
  'resolv.conf': '/etc/resolv.conf',
  'nsswitch.conf': '/etc/nsswitch.conf',
} as const;
export const SECCOMP_FILE = 'seccomp.json';

/** Who runs inside, as the engine counts. */
export interface ContainerUser {
  uid: number;
  gid: number;
  /** Further options that make that user the workspace's owner. */
  options: readonly string[];
  /** Does RLIMIT_NPROC count this container's processes alone, or bind nobody; else it would count the user's other ones. */
  countsAlone: boolean;
}

/** The workspace's owner on the host, whatever the engine calls them inside. */
export function userFor(engine: Engine, identity: Identity): ContainerUser {
  if (identity.kernelRoot) return { uid: 0, gid: 0, options: [], countsAlone: true };
  const { uid, gid } = identity.inside;
  if (!engine.rootless) return { uid, gid, options: [], countsAlone: false };
  // A rootless docker shows its user as root, and cannot show them otherwise.
  if (engine.name === 'docker') return { uid: 0, gid: 0, options: [], countsAlone: true };
  return { uid, gid, options: ['--userns=keep-id'], countsAlone: true };
}

/**
 * The words after the engine's own options that start one container in the foreground.
 *
 * @param hardProcesses the host's own hard RLIMIT_NPROC, which a container's cannot pass
 * @throws an Error for a path that an engine's option cannot hold
 */
export function runArguments(
  engine: Engine,
  image: string,
  name: string,
  given: { command: SandboxCommand; limits: Limits; place: Place; user: ContainerUser; protectGit: boolean; hardProcesses: number },
): string[] {
  const { command, limits, place, user } = given;
  const files = filesOf(name);
  const cpu = Math.ceil(limits.cpuMs / 1000);
  const nproc = user.countsAlone ? Math.min(limits.processes, given.hardProcesses) : given.hardProcesses;
  const podman = engine.name === 'podman';
  const mounts = [
    { source: place.root, target: place.mountAt, writable: true },
    ...(given.protectGit ? [{ source: join(place.root, '.git'), target: join(place.mountAt, '.git') }] : []),
    ...place.mounts,
    ...Object.entries(FILES).map(([file, target]) => ({ source: join(files, file), target })),
  ];
  return [
    // Without `label=disable` SELinux would keep a container from the workspace until every file of it were relabelled.
    'run', '--rm', '--name', name, `--cidfile=${join(files, ID_FILE)}`, '--label', `${CONTAINER_LABEL}=${name}`, '--pull=never', '--log-driver=none',
    '--hostname=sandbox', ...network(engine, command), '--ipc=private',
    `--user=${user.uid}:${user.gid}`, ...user.options, '--cap-drop=ALL', '--security-opt=no-new-privileges', `--security-opt=seccomp=${join(files, SECCOMP_FILE)}`, '--security-opt=label=disable',
    `--memory=${limits.memoryBytes}b`, `--memory-swap=${limits.memoryBytes}b`, `--pids-limit=${limits.processes}`,
    `--ulimit=nofile=${limits.openFiles}:${limits.openFiles}`, `--ulimit=nproc=${nproc}:${nproc}`, `--ulimit=fsize=${limits.fileBytes}:${limits.fileBytes}`,
    `--ulimit=cpu=${cpu}:${cpu + 1}`, '--ulimit=core=0:0', `--ulimit=memlock=${MEMLOCK_BYTES}:${MEMLOCK_BYTES}`,
    '--read-only', ...(podman ? ['--read-only-tmpfs=false', '--http-proxy=false', '--no-hosts'] : PROXIES.flatMap((variable) => ['--env', `${variable}=`, '--env', `${variable.toLowerCase()}=`])),
    `--tmpfs=/tmp:rw,exec,nosuid,nodev,size=${limits.tmpBytes},mode=1777`, `--shm-size=${sharedMemoryBytes(limits)}b`,
    ...mounts.map(({ source, target, writable }: { source: string; target: string; writable?: boolean }) => bind(source, target, writable ?? false)),
    '--workdir=/', '--entrypoint=/bin/sh', image, SCRIPT_PATH, name,
  ];
}

function network(engine: Engine, command: SandboxCommand): string[] {
  if (command.network === 'install') return ['--network=host'];
  // docker takes ::1 out of a container without a network, podman leaves it in.
  const loopback = engine.name === 'docker' && existsSync('/proc/sys/net/ipv6') ? ['--sysctl=net.ipv6.conf.all.disable_ipv6=0'] : [];
  return ['--network=none', ...loopback];
}

/** One option or the other holds any path but one with both a colon and a comma, a quote or a line feed. */
function bind(source: string, target: string, writable: boolean): string {
  const odd = (characters: RegExp): boolean => characters.test(source) || characters.test(target);
  if (!odd(/:/)) return `--volume=${source}:${target}:${writable ? 'rw' : 'ro'}`;
  if (odd(/[,"\n]/)) throw new Error(`${JSON.stringify(source)} cannot be shown to a container: its name holds a colon and a comma, a quote or a line feed.`);
  return `--mount=type=bind,source=${source},target=${target}${writable ? '' : ',readonly'}`;
}
