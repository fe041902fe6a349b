import { ABSENT, AUDIT_ARCH, DENIED, SYSCALL } from './syscalls.ts';
import type { FilterArch } from './syscalls.ts';

type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

// Classic BPF, linux/filter.h.
const LOAD = 0x20;
const EQUAL = 0x15;
const GREATER_EQUAL = 0x35;
const ANY_BIT = 0x45;
const RETURN = 0x06;
// linux/seccomp.h
const ALLOW = 0x7fff0000;
const KILL_PROCESS = 0x80000000;
const errno = (number: number): number => 0x00050000 | number;
const EPERM = 1;
const ENOSYS = 38;
const EAFNOSUPPORT = 97;
// Offsets in struct seccomp_data; the low half of each argument on these little-endian machines.
const NUMBER = 0;
const ARCH = 4;
const argument = (index: number): number => 16 + 8 * index;

const load = (offset: number): Instruction => [LOAD, 0, 0, offset];
const give = (value: number): Instruction => [RETURN, 0, 0, value];
/** `body` when the accumulator equals `k`, else what follows it. */
const when = (k: number, body: readonly Instruction[]): Instruction[] => [[EQUAL, 0, body.length, k], ...body];
/** `body` when any bit of `mask` is set, else what follows it. */
const whenAny = (mask: number, body: readonly Instruction[]): Instruction[] => [[ANY_BIT, 0, body.length, mask], ...body];

export interface FilterOptions {
  /** Default: the architecture of this process. */
  arch?: FilterArch;
  /** Refuses AF_UNIX sockets; for runs that share the host's network namespace, where abstract sockets are reachable. */
  blockUnix?: boolean;
  /** Refuses every socket but netlink's, and pairs that could be addressed anew; for runs without a network namespace and without network. */
  blockNetwork?: boolean;
  /** Refuses limits and priorities of other processes; for runs that share the host's process numbers. */
  ownProcess?: boolean;
  /** Further system calls to refuse with EPERM: memory that polling cannot see, where no cgroup counts it. */
  deny?: readonly string[];
}

// CLONE_NEW{TIME,NS,CGROUP,UTS,IPC,USER,PID,NET}; NEWTIME shares its bit with the exit signal, which is never 0x80.
export const CLONE_NEW = 0x7e020080;
export const TIOCSTI = 0x5412;
export const TIOCLINUX = 0x541c;
/** In SOCK_DGRAM (2) and SOCK_RAW (3), not in SOCK_STREAM (1) and SOCK_SEQPACKET (5), nor in the flags beside them. */
const DATAGRAM_BIT = 2;
const O_CREAT_OR_TMPFILE = 0x400040;
const SET_ID_BITS = 0o6000;
export const AF = { unix: 1, inet: 2, inet6: 10, netlink: 16 };

/** Index of the mode of calls that give a file one. */
export const MODE_AT: Readonly<Record<string, number>> = { chmod: 1, fchmod: 1, fchmodat: 2, fchmodat2: 2, creat: 1, mknod: 1, mknodat: 2 };
/** Index of the flags of calls that may make a file; its mode is the argument after them. */
export const FLAGS_AT = { open: 1, openat: 2 } as const;

/** Index of the pid of calls that change how another process of the same user is run; 0 is the caller. */
const PID_AT: Readonly<Record<string, number>> = { prlimit64: 0, sched_setparam: 0, sched_setscheduler: 0, sched_setaffinity: 0, sched_setattr: 0, setpriority: 1, ioprio_set: 1 };

/** A set-id file made in the workspace would be a set-id file on the host, owned by whoever ran the agent. */
function setIdRules(nr: Readonly<Record<string, number>>): Instruction[] {
  const refuse = [...whenAny(SET_ID_BITS, [give(errno(EPERM))]), give(ALLOW)];
  const rules = Object.entries(MODE_AT).flatMap(([name, index]) => {
    const number = nr[name];
    return number === undefined ? [] : when(number, [load(argument(index)), ...refuse]);
  });
  for (const [name, flags] of Object.entries(FLAGS_AT)) {
    const number = nr[name];
    if (number === undefined) continue;
    rules.push(...when(number, [load(argument(flags)), ...whenAny(O_CREAT_OR_TMPFILE, [load(argument(flags + 1)), ...refuse]), give(ALLOW)]));
  }
  return rules;
}

/**
 * The system call filter as bytes for bwrap's `--seccomp`: what is not named is allowed, foreign architectures are killed.
 * It is a second wall behind namespaces, read-only mounts and dropped capabilities.
 *
 * @throws an Error for an architecture without a table
 */
export function seccompFilter(options: FilterOptions = {}): Buffer {
  const arch = options.arch ?? filterArch();
  if (!arch) throw new Error(`no system call table for ${process.arch}`);
  const nr = SYSCALL[arch];
  const number = (name: string): number => {
    const found = nr[name];
    if (found === undefined) throw new Error(`no number for ${name} on ${arch}`);
    return found;
  };
  const program: Instruction[] = [load(ARCH), [EQUAL, 1, 0, AUDIT_ARCH[arch]], give(KILL_PROCESS), load(NUMBER)];
  // x32 calls carry bit 30 and would slip past every number below.
  if (arch === 'x64') program.push([GREATER_EQUAL, 0, 1, 0x40000000], give(errno(ENOSYS)));
  for (const name of [...DENIED, ...(options.deny ?? [])]) {
    const denied = nr[name];
    if (denied !== undefined) program.push(...when(denied, [give(errno(EPERM))]));
  }
  for (const name of ABSENT) program.push(...when(number(name), [give(errno(ENOSYS))]));
  program.push(...setIdRules(nr));
  for (const [name, index] of Object.entries(options.ownProcess ? PID_AT : {})) {
    program.push(...when(number(name), [load(argument(index)), ...when(0, [give(ALLOW)]), give(errno(EPERM))]));
  }
  program.push(...when(number('clone'), [load(argument(0)), ...whenAny(CLONE_NEW, [give(errno(EPERM))]), give(ALLOW)]));
  program.push(
    ...when(number('ioctl'), [load(argument(1)), ...when(TIOCSTI, [give(errno(EPERM))]), ...when(TIOCLINUX, [give(errno(EPERM))]), give(ALLOW)]),
  );
  const families = options.blockNetwork ? [] : options.blockUnix ? [AF.inet, AF.inet6] : [AF.unix, AF.inet, AF.inet6];
  program.push(
    ...when(number('socket'), [
      load(argument(0)),
      ...families.flatMap((family) => when(family, [give(ALLOW)])),
      // Netlink for routes and addresses only: getifaddrs needs it.
      ...when(AF.netlink, [load(argument(2)), ...when(0, [give(ALLOW)])]),
      give(errno(EAFNOSUPPORT)),
    ]),
  );
  // One end of a datagram pair can send to any other socket; a stream stays with its peer.
  const pair = options.blockNetwork || options.blockUnix ? [load(argument(1)), ...whenAny(DATAGRAM_BIT, [give(errno(EPERM))]), give(ALLOW)] : [give(ALLOW)];
  program.push(...when(number('socketpair'), [load(argument(0)), ...when(AF.unix, pair), give(errno(EAFNOSUPPORT))]));
  program.push(give(ALLOW));

  const bytes = Buffer.alloc(program.length * 8);
  program.forEach(([code, jumpTrue, jumpFalse, k], index) => {
    if (jumpTrue > 255 || jumpFalse > 255) throw new Error('jump too far for classic BPF');
    bytes.writeUInt16LE(code, index * 8);
    bytes[index * 8 + 2] = jumpTrue;
    bytes[index * 8 + 3] = jumpFalse;
    bytes.writeUInt32LE(k >>> 0, index * 8 + 4);
  });
  return bytes;
}

/** The table of this process's architecture, or undefined where there is none. */
export function filterArch(): FilterArch | undefined {
  return process.arch === 'x64' || process.arch === 'arm64' ? process.arch : undefined;
}
