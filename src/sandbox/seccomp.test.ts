import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seccompFilter } from './seccomp.ts';
import { ABSENT, AUDIT_ARCH, DENIED, SYSCALL } from './syscalls.ts';
import type { FilterArch } from './syscalls.ts';

/** The kernel's classic BPF machine, as far as the filter uses it. */
function decide(filter: Buffer, call: { arch: number; number: number; args?: number[] }): string {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(call.number >>> 0, 0);
  data.writeUInt32LE(call.arch >>> 0, 4);
  call.args?.forEach((value, index) => data.writeBigUInt64LE(BigInt(value), 16 + 8 * index));
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; ) {
    const [code, yes, no, k] = [filter.readUInt16LE(at * 8), filter[at * 8 + 2] as number, filter[at * 8 + 3] as number, filter.readUInt32LE(at * 8 + 4)];
    at += 1;
    if (code === 0x20) accumulator = data.readUInt32LE(k);
    else if (code === 0x15) at += accumulator === k ? yes : no;
    else if (code === 0x35) at += accumulator >= k ? yes : no;
    else if (code === 0x45) at += (accumulator & k) !== 0 ? yes : no;
    else if (code === 0x06) return k === 0x7fff0000 ? 'allow' : k === 0x80000000 ? 'kill' : `errno ${k & 0xffff}`;
    else throw new Error(`instruction ${code}`);
  }
  throw new Error('ran off the end');
}

describe.each<FilterArch>(['x64', 'arm64'])('the filter for %s', (arch) => {
  const filter = seccompFilter({ arch });
  const nr = SYSCALL[arch];
  const ask = (name: string, args: number[] = [], bytes = filter): string => decide(bytes, { arch: AUDIT_ARCH[arch], number: nr[name] as number, args });

  test.each(DENIED.filter((name) => nr[name] !== undefined))('refuses %s', (name) => expect(ask(name)).toBe('errno 1'));
  test.each(ABSENT)('has no %s', (name) => expect(ask(name)).toBe('errno 38'));

  test.each([
    ['an IPv4 socket', 'socket', [2, 1, 0], 'allow'],
    ['an IPv6 socket', 'socket', [10, 1, 0], 'allow'],
    ['a UNIX socket', 'socket', [1, 1, 0], 'allow'],
    ['route netlink', 'socket', [16, 3, 0], 'allow'],
    ['netfilter netlink', 'socket', [16, 3, 12], 'errno 97'],
    ['a packet socket', 'socket', [17, 3, 0], 'errno 97'],
    ['a kernel crypto socket', 'socket', [38, 5, 0], 'errno 97'],
    ['a VM socket', 'socket', [40, 1, 0], 'errno 97'],
    ['a UNIX socket pair', 'socketpair', [1, 1, 0], 'allow'],
    ['another socket pair', 'socketpair', [2, 1, 0], 'errno 97'],
    ['fork', 'clone', [0x01200011], 'allow'],
    ['a thread', 'clone', [0x3d0f00], 'allow'],
    ['a user namespace', 'clone', [0x10000011], 'errno 1'],
    ['typing into the terminal', 'ioctl', [0, 0x5412], 'errno 1'],
    ['pasting into the console', 'ioctl', [0, 0x541c], 'errno 1'],
    ['asking the window size', 'ioctl', [0, 0x5413], 'allow'],
    ['chmod 755', 'fchmodat', [0, 0, 0o755], 'allow'],
    ['chmod u+s', 'fchmodat', [0, 0, 0o4755], 'errno 1'],
    ['chmod g+s by descriptor', 'fchmod', [3, 0o2755], 'errno 1'],
    ['creating a set-id file', 'openat', [0, 0, 0x41, 0o4755], 'errno 1'],
    ['creating a file', 'openat', [0, 0, 0x41, 0o644], 'allow'],
    ['opening a file with garbage for a mode', 'openat', [0, 0, 0, 0o7777], 'allow'],
  ])('answers %s', (_title, name, args, answer) => expect(ask(name, args)).toBe(answer));

  test('refuses what was asked for besides', () => {
    const strict = seccompFilter({ arch, deny: ['memfd_create', 'shmget'], blockUnix: true });
    expect([ask('memfd_create'), ask('memfd_create', [], strict), ask('shmget', [], strict), ask('socket', [1, 1, 0], strict)]).toEqual(['allow', 'errno 1', 'errno 1', 'errno 97']);
  });

  test('allows every call it does not name', () => {
    const named = new Set(Object.values(nr));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }).filter((number) => !named.has(number)), (number) => {
        expect(decide(filter, { arch: AUDIT_ARCH[arch], number })).toBe('allow');
      }),
    );
  });

  test('kills calls of any other architecture', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }).filter((other) => other !== AUDIT_ARCH[arch]), fc.nat(600), (other, number) => {
        expect(decide(filter, { arch: other, number })).toBe('kill');
      }),
    );
  });
});

test('x32 calls do not exist', () => {
  expect(decide(seccompFilter({ arch: 'x64' }), { arch: AUDIT_ARCH.x64, number: 0x40000000 + 101 })).toBe('errno 38');
});
