import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { listen, simple, told } from '../arena.ts';
import type { Case } from '../arena.ts';

const BARE = /^exited 0 1 0{16} 0{16} 0{16} 0{16} True \['EPERM', 'EPERM'\]$/;

const NOTHING = /^exited 0 none /;

/** 24 to 36 and 44: signals, network, system calls, files, environment, descriptors, rights. */
export const WALLS: readonly Case[] = [
  { number: 24, title: 'kill of everything and of the host, then stopped', expected: /^timeout - E(SRCH|PERM) alive$/, run: async (arena) => told(await arena.attack('kills', String(process.pid), { wallMs: 1_500 })) },
  {
    number: 25, title: 'ways out: TCP, UDP, IPv6, ICMP, names, the host, /dev/tcp', expected: /^exited 0 none .* nothing arrived$/,
    async run(arena) {
      let arrived = 'nothing arrived';
      const hear = () => (arrived = 'something arrived');
      const name = `untilgreen-${process.pid}`;
      const [tcp, abstract] = [createServer(hear), createServer(hear)];
      await listen(tcp, 0, '127.0.0.1');
      await listen(abstract, `\0${name}`);
      const result = await arena.attack('network', `${(tcp.address() as AddressInfo).port},${name}`);
      tcp.close();
      abstract.close();
      return `${told(result)} ${arrived}`;
    },
  },
  simple(26, 'loopback inside works', { A: /^exited 0 ok\nok\n127\.0\.0\.1$/, B: /^exited 0 ok\nok\n127\.0\.0\.1$/, C: /^exited 0 ok\n/ }, 'loopback'),
  {
    number: 26, title: 'loopback where there is none is refused in words', expected: { D: /^sandbox_error - .*no loopback/ },
    run: async (arena) => told(await arena.sandbox.run({ argv: ['true'], workspace: arena.workspace, network: 'loopback' })),
  },
  simple(27, 'other socket families', /^exited 0 \['EAFNOSUPPORT'\]$/, 'families'),
  simple(28, 'io_uring (so no IORING_OP_SOCKET), clone3, openat2', /^exited 0 \['ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS'\]$/, 'absent_calls'),
  // 159: the container engine's filter ends whoever makes an x32 call.
  simple(29, '32-bit (int 0x80) and x32 system calls', { A: /^exited 0 -31 ENOSYS/, B: /^exited 0 -31 ENOSYS/, C: /^exited (0 -31 ENOSYS|159)/, D: /^exited 0 -31 ENOSYS/ }, 'foreign_calls'),
  simple(30, 'tracing, keys, mounts, modules, clocks', /^exited 0 \['EPERM'\] \{\}$/, 'system_calls'),
  simple(30, 'typing into the terminal', { A: /^exited 0 EPERM$/, B: /^exited 0 EPERM$/, C: /^exited 0 EPERM$/, D: /^exited 0 (EPERM|no terminal)$/ }, 'terminal'),
  simple(31, 'namespaces and a nested sandbox', /^exited 0 \['EPERM', 'EPERM', 'EPERM'\] nested refused$/, 'namespaces'),
  {
    number: 32, title: 'core_pattern is what it was', expected: /^exited unchanged$/,
    async run(arena) {
      const read = () => readFileSync('/proc/sys/kernel/core_pattern', 'utf8');
      const before = read();
      const { status } = await arena.sh('for f in core_pattern hostname printk; do echo x > /proc/sys/kernel/$f; done 2>/dev/null; echo b > /proc/sysrq-trigger 2>/dev/null; true');
      return `${status} ${read() === before ? 'unchanged' : 'CHANGED'}`;
    },
  },
  // A container has a /run and a view of its cgroups of its own; what is asked for below them is the host's.
  simple(33, 'files of the host', { A: NOTHING, B: NOTHING, C: /^exited 0 (none|\[('\/run')?(, )?('\/sys\/fs\/cgroup')?\]) /, D: NOTHING }, 'host_files'),
  {
    number: 33, title: 'keys in the home directory, another project, the folder above', expected: /^exited 0 hidden$/,
    async run(arena) {
      const secret = `hush-${process.pid}`;
      const paths = [join(arena.base, 'other-project', 'secret.txt'), join(arena.base, 'secret.txt'), join(homedir(), `.untilgreen-case-${process.pid}`)];
      mkdirSync(join(arena.base, 'other-project'), { recursive: true });
      for (const path of paths) writeFileSync(path, secret, { mode: 0o644 });
      const result = await arena.sh(`cat ${paths.map((path) => `'${path}'`).join(' ')} ../secret.txt ../other-project/secret.txt ~/.ssh/* 2>/dev/null | grep -q ${secret} && echo READ || echo hidden`);
      for (const path of paths) rmSync(path);
      return told(result);
    },
  },
  {
    number: 34, title: 'a secret of ours in any environment or command line', expected: /^exited 0 absent$/,
    async run(arena) {
      process.env.UNTILGREEN_TEST_SECRET = 'hush';
      const result = await arena.sh('cat /proc/*/environ /proc/*/cmdline 2>/dev/null | tr "\\0" "\\n" | grep -c "[h]ush" >/dev/null && echo present || echo absent');
      delete process.env.UNTILGREEN_TEST_SECRET;
      return told(result);
    },
  },
  simple(35, 'inherited descriptors of host folders', /^exited 0 held \[\]$/, 'escape_by_descriptor'),
  {
    number: 36, title: 'socket of the host in the workspace', expected: /^sandbox_error - .*host\.sock/,
    async run(arena) {
      const server = createServer();
      const path = join(arena.workspace, 'host.sock');
      await listen(server, path);
      arena.own(path);
      const result = await arena.sh('echo ran');
      server.close();
      return told(result);
    },
  },
  // What an ordinary user has in the bounding set only root can take away; with NoNewPrivs nobody gains from it.
  simple(44, 'set-id programs', { A: BARE, B: BARE, C: BARE, D: /^exited 0 1 0{16} 0{16} [0-9a-f]{16} 0{16} True \['EPERM', 'EPERM'\]$/ }, 'set_id'),
];
