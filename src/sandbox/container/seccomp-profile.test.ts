import { describe, expect, test } from 'vitest';
import { FLAGS_AT, MODE_AT } from '../seccomp.ts';
import { ABSENT, DENIED } from '../syscalls.ts';
import { ALLOWED } from './allowed-calls.ts';
import { seccompProfile } from './seccomp-profile.ts';

type Profile = ReturnType<typeof seccompProfile>;

/** What the profile answers, worked out as libseccomp does: rules of one answer are alternatives, the conditions of a rule hold together. */
function answers(profile: Profile, name: string, ...args: number[]): (string | number)[] {
  const holds = ({ index, op, value, valueTwo }: { index: number; op: string; value: number; valueTwo?: number }): boolean => {
    const argument = BigInt.asUintN(64, BigInt(args[index] ?? 0));
    if (op === 'SCMP_CMP_EQ') return argument === BigInt(value);
    if (op === 'SCMP_CMP_NE') return argument !== BigInt(value);
    if (op === 'SCMP_CMP_GT') return argument > BigInt(value);
    return (argument & BigInt(value)) === BigInt(valueTwo ?? 0);
  };
  const found = profile.syscalls.filter((rule) => rule.names.includes(name) && (rule.args ?? []).every(holds));
  const told = found.map((rule) => (rule.action === 'SCMP_ACT_ALLOW' ? 'allow' : (rule.errnoRet ?? -1)));
  return [...new Set(told.length > 0 ? told : [profile.defaultErrnoRet])];
}

const profile = seccompProfile({ blockUnix: false });
const [EPERM, ENOSYS, EAFNOSUPPORT] = [1, 38, 97];
/** A bit of the argument that the kernel does not read. */
const HIGH = 2 ** 32;

describe('the profile of a container', () => {
  test.each<[string, number[], string | number]>([
    ['read', [], 'allow'],
    ['ptrace', [], EPERM],
    ['mount', [], EPERM],
    ['io_uring_setup', [], ENOSYS],
    ['clone3', [], ENOSYS],
    ['a_call_of_a_later_kernel', [], ENOSYS],
    ['socket', [1, 1, 0], 'allow'],
    ['socket', [2, 1, 0], 'allow'],
    ['socket', [10, 2, 0], 'allow'],
    ['socket', [16, 3, 0], 'allow'],
    ['socket', [16, 3, 9], EAFNOSUPPORT],
    ['socket', [17, 3, 0], EAFNOSUPPORT],
    ['socket', [38, 5, 0], EAFNOSUPPORT],
    ['socket', [40, 1, 0], EAFNOSUPPORT],
    ['socket', [HIGH + 40, 1, 0], EAFNOSUPPORT],
    ['socket', [0, 1, 0], EAFNOSUPPORT],
    ['socketpair', [1, 1, 0], 'allow'],
    ['socketpair', [2, 1, 0], EAFNOSUPPORT],
    ['clone', [0x11], 'allow'],
    ['clone', [0x1200011], 'allow'],
    ['clone', [0x10000011], EPERM],
    ['clone', [0x40000000], EPERM],
    ['ioctl', [0, 0x5413], 'allow'],
    ['ioctl', [0, 0x5412], EPERM],
    ['ioctl', [0, 0x541c], EPERM],
    ['ioctl', [0, HIGH + 0x5412], EPERM],
    ['ioctl', [0, 0xc0045412], 'allow'],
    ['chmod', [0, 0o755], 'allow'],
    ['chmod', [0, 0o4755], EPERM],
    ['fchmodat2', [0, 0, 0o2755], EPERM],
    ['openat', [0, 0, 0, 0o4755], 'allow'],
    ['openat', [0, 0, 0x41, 0o644], 'allow'],
    ['openat', [0, 0, 0x41, 0o4755], EPERM],
    ['open', [0, 0x410000, 0o2755], EPERM],
    ['mknodat', [0, 0, 0o106755], EPERM],
  ])('%s%j is answered with %s', (name, args, expected) => {
    expect(answers(profile, name, ...args)).toEqual([expected]);
  });

  test('no call has two answers', () => {
    const decided = ['clone', 'ioctl', 'socket', 'socketpair', ...Object.keys(MODE_AT), ...Object.keys(FLAGS_AT)];
    const lists = [ALLOWED, DENIED, ABSENT, decided].flat();
    expect(lists.filter((name, index) => lists.indexOf(name) !== index)).toEqual([]);
  });

  test('a run that shares the host’s network has no local sockets', () => {
    expect(answers(seccompProfile({ blockUnix: true }), 'socket', 1, 1, 0)).toEqual([EAFNOSUPPORT]);
    expect(answers(seccompProfile({ blockUnix: true }), 'socket', 2, 1, 0)).toEqual(['allow']);
  });
});
