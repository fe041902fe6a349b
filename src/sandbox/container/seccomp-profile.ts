import { AF, CLONE_NEW, FLAGS_AT, MODE_AT, TIOCLINUX, TIOCSTI } from '../seccomp.ts';
import { ABSENT, DENIED } from '../syscalls.ts';
import { ALLOWED } from './allowed-calls.ts';

const HIGHEST_FAMILY_NAMED = 16;
const SET_ID_BITS = [0o4000, 0o2000];
const MAKES_FILE = [0x40, 0x400000]; // O_CREAT, the bit of O_TMPFILE
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];

interface Condition {
  index: number;
  op: 'SCMP_CMP_EQ' | 'SCMP_CMP_NE' | 'SCMP_CMP_GT' | 'SCMP_CMP_MASKED_EQ';
  value: number;
  /** With `SCMP_CMP_MASKED_EQ`: what must be left of the argument under the mask `value`. */
  valueTwo?: number;
}

interface Rule {
  names: readonly string[];
  action: 'SCMP_ACT_ALLOW' | 'SCMP_ACT_ERRNO';
  errnoRet?: number;
  args?: Condition[];
}

/** What `--security-opt seccomp=FILE` of podman and docker takes. */
export interface SeccompProfile {
  defaultAction: 'SCMP_ACT_ERRNO';
  defaultErrnoRet: number;
  architectures: readonly string[];
  syscalls: readonly Rule[];
}

const allow = (name: string, ...args: Condition[]): Rule => ({ names: [name], action: 'SCMP_ACT_ALLOW', args });
const refuse = (errnoRet: number, name: string, ...args: Condition[]): Rule => ({ names: [name], action: 'SCMP_ACT_ERRNO', errnoRet, args });
const equals = (index: number, value: number): Condition => ({ index, op: 'SCMP_CMP_EQ', value });
const differs = (index: number, value: number): Condition => ({ index, op: 'SCMP_CMP_NE', value });
const above = (index: number, value: number): Condition => ({ index, op: 'SCMP_CMP_GT', value });
const none = (index: number, mask: number): Condition => ({ index, op: 'SCMP_CMP_MASKED_EQ', value: mask, valueTwo: 0 });
const all = (index: number, bits: number): Condition => ({ index, op: 'SCMP_CMP_MASKED_EQ', value: bits, valueTwo: bits });
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a | b, 0) >>> 0;
const bitsOf = (mask: number): number[] => Array.from({ length: 32 }, (_, index) => (1 << index) >>> 0).filter((bit) => (mask & bit) !== 0);

/**
 * Conditions of which one holds for every value of an argument's lower half but the given ones: there is no "masked, and not equal", and
 * a comparison of all 64 bits could be passed by setting one that the kernel does not read. Splits the numbers bit by bit.
 */
function except(index: number, values: readonly number[], bit = 31, known = 0): Condition[] {
  if (bit < 0) return [];
  return [0, (1 << bit) >>> 0].flatMap((digit) => {
    const prefix = (known | digit) >>> 0;
    const inside = values.filter((value) => ((value ^ prefix) >>> bit) === 0);
    if (inside.length > 0) return except(index, inside, bit - 1, prefix);
    return [{ index, op: 'SCMP_CMP_MASKED_EQ', value: (0xffffffff << bit) >>> 0, valueTwo: prefix }];
  });
}

/** A set-id file made in the workspace would be one on the host. */
function setIdRules(): Rule[] {
  const rules = Object.entries(MODE_AT).flatMap(([name, mode]) => [allow(name, none(mode, sum(SET_ID_BITS))), ...SET_ID_BITS.map((bit) => refuse(EPERM, name, all(mode, bit)))]);
  for (const [name, flags] of Object.entries(FLAGS_AT)) {
    const mode = flags + 1;
    rules.push(allow(name, none(flags, sum(MAKES_FILE))));
    for (const made of MAKES_FILE) {
      rules.push(allow(name, all(flags, made), none(mode, sum(SET_ID_BITS))));
      rules.push(...SET_ID_BITS.map((bit) => refuse(EPERM, name, all(flags, made), all(mode, bit))));
    }
  }
  return rules;
}

function socketRules(blockUnix: boolean): Rule[] {
  const families = blockUnix ? [AF.inet, AF.inet6] : [AF.unix, AF.inet, AF.inet6];
  const others = Array.from({ length: HIGHEST_FAMILY_NAMED }, (_, family) => family).filter((family) => !families.includes(family));
  return [
    ...families.map((family) => allow('socket', equals(0, family))),
    ...others.map((family) => refuse(EAFNOSUPPORT, 'socket', equals(0, family))),
    refuse(EAFNOSUPPORT, 'socket', above(0, HIGHEST_FAMILY_NAMED)),
    // Netlink for routes and addresses only: getifaddrs needs it.
    allow('socket', equals(0, AF.netlink), equals(2, 0)),
    refuse(EAFNOSUPPORT, 'socket', equals(0, AF.netlink), differs(2, 0)),
    allow('socketpair', equals(0, AF.unix)),
    refuse(EAFNOSUPPORT, 'socketpair', differs(0, AF.unix)),
  ];
}

/**
 * The system call filter of the container rung: what the filter of the other rungs refuses is refused with the same error, and what no
 * list of ours names is answered with ENOSYS, as an older kernel would. x32 calls and foreign architectures end the process.
 *
 * @param options.blockUnix refuses AF_UNIX sockets; for runs that share the host's network namespace
 */
export function seccompProfile(options: { blockUnix: boolean }): SeccompProfile {
  const typing = [TIOCSTI, TIOCLINUX];
  return {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: ENOSYS,
    architectures: [process.arch === 'arm64' ? 'SCMP_ARCH_AARCH64' : 'SCMP_ARCH_X86_64'],
    syscalls: [
      { names: ALLOWED, action: 'SCMP_ACT_ALLOW' },
      { names: DENIED, action: 'SCMP_ACT_ERRNO', errnoRet: EPERM },
      { names: ABSENT, action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS },
      ...setIdRules(),
      allow('clone', none(0, CLONE_NEW)),
      ...bitsOf(CLONE_NEW).map((bit) => refuse(EPERM, 'clone', all(0, bit))),
      ...typing.map((request) => refuse(EPERM, 'ioctl', { index: 1, op: 'SCMP_CMP_MASKED_EQ', value: 0xffffffff, valueTwo: request })),
      ...except(1, typing).map((condition) => allow('ioctl', condition)),
      ...socketRules(options.blockUnix),
    ],
  };
}
