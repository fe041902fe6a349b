import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readNoFollow, safeGit } from '../../src/sandbox/host.ts';
import type { Limits, Rung, Sandbox, SandboxResult } from '../../src/sandbox/types.ts';

const MiB = 1024 * 1024;

/** Where a case runs. */
export interface Arena {
  rung: Rung;
  sandbox: Sandbox;
  workspace: string;
  /** Runs an attack of attacks.py. */
  attack(name: string, argument?: string, limits?: Partial<Limits>): Promise<SandboxResult>;
  sh(script: string, limits?: Partial<Limits>): Promise<SandboxResult>;
}

export interface Case {
  /** Number in the threat table. */
  number: number;
  title: string;
  /** What must be seen, on every rung or by rung. */
  expected: RegExp | Partial<Record<Rung, RegExp>>;
  /** Must leave no process behind (checked by the words of its command line). */
  run(arena: Arena): Promise<string>;
}

const told = (result: SandboxResult): string => `${result.status} ${result.exitCode ?? '-'} ${result.stdout.trim()}${result.error ? ` ${result.error}` : ''}`;
const SMALL = { memoryBytes: 256 * MiB, processes: 64, fileBytes: 64 * MiB, tmpBytes: 64 * MiB, wallMs: 10_000, diskBytes: 200 * MiB };

const simple = (number: number, title: string, expected: Case['expected'], name: string, argument = '', limits: Partial<Limits> = {}): Case => ({
  number, title, expected, run: async (arena) => told(await arena.attack(name, argument, limits)),
});

async function listen(server: Server, ...where: [number, string] | [string]): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    if (typeof where[0] === 'number') server.listen(where[0], where[1], resolve);
    else server.listen(where[0], resolve);
  });
}

/** Did the daemon's heartbeat stop. */
async function beating(arena: Arena): Promise<string> {
  const file = join(arena.workspace, 'beat');
  const before = readFileSync(file, 'utf8');
  await sleep(250);
  const after = readFileSync(file, 'utf8');
  rmSync(file);
  return before === after ? 'stopped' : 'still beating';
}

const within = (result: SandboxResult, wall: number): string => (result.wallMs < wall + 1_000 ? 'in time' : `after ${result.wallMs} ms`);

/** The part of the threat table that rungs A and B must pass. */
export const CASES: readonly Case[] = [
  {
    number: 1, title: 'fork bomb', expected: /^timeout in time$/,
    async run(arena) {
      const result = await arena.attack('fork_bomb', '', { wallMs: 1_500 });
      return `${result.status} ${within(result, 1_500)}`;
    },
  },
  simple(2, '5000 zombies', /^exited 0 EAGAIN below the limit/, 'zombies'),
  simple(2, '5000 sleeping children', /^exited 0 EAGAIN below the limit/, 'sleepers'),
  simple(3, '5000 threads', /^exited 0 RuntimeError below the limit/, 'threads'),
  { number: 4, title: 'private memory bomb', expected: { A: /^oom - /, B: /^(oom -|exited 1) .*/ }, run: async (arena) => told(await arena.attack('private_memory')) },
  simple(5, 'shared anonymous memory bomb', /^oom -/, 'shared_memory'),
  simple(6, 'memfd bomb', { A: /^oom -/, B: /^exited 1/ }, 'memfd'),
  simple(7, 'System V shared memory bomb', { A: /^oom -/, B: /^exited 0 EPERM/ }, 'system_v'),
  simple(8, '16 children of 48 MiB end as one', /^oom - (all started)?$/, 'memory_children'),
  simple(9, 'ten forks of a 50 MiB parent pass', /^exited 0 ok 10$/, 'shared_pages'),
  simple(10, '/tmp fill', /^exited 0 ENOSPC 6[34]$/, 'fill', '/tmp/x', { fileBytes: 4096 * MiB }),
  simple(11, '/dev/shm fill', /^exited 0 ENOSPC 6[34]$/, 'fill', '/dev/shm/x', { fileBytes: 4096 * MiB }),
  simple(12, 'writes outside, as root also under /proc', /^exited 0 none /, 'writes'),
  simple(13, 'one big file', /^exited 0 EFBIG 6[34]$/, 'fill', 'x'),
  simple(14, 'many files', /^disk -/, 'many_files'),
  simple(14, 'many deleted files held open', /^disk -/, 'deleted_files'),
  simple(15, '20 000 inodes', /^exited 0 made 20000$/, 'inodes', '', { wallMs: 50_000 }),
  {
    number: 16, title: '3000 folders deep, and cleaned up', expected: /^exited 0 made 3000 removed$/,
    async run(arena) {
      const result = await arena.attack('deep_path');
      spawnSync('rm', ['-rf', join(arena.workspace, 'd'.repeat(200))]);
      return `${told(result)} ${existsSync(join(arena.workspace, 'd'.repeat(200))) ? 'left' : 'removed'}`;
    },
  },
  {
    number: 17, title: 'output flood without newlines, not UTF-8', expected: /^output true true kept in time$/,
    async run(arena) {
      const result = await arena.attack('flood', '', { outputBytes: 100_000 });
      return `${result.status} ${result.truncated.stdout} ${result.truncated.stderr} ${result.stdout.length < 120_000 ? 'kept' : 'too long'} ${within(result, 0)}`;
    },
  },
  {
    number: 18, title: 'daemon that ignores signals, main alive', expected: /^timeout stopped$/,
    async run(arena) {
      const result = await arena.attack('daemon', 'stay', { wallMs: 1_000 });
      return `${result.status} ${await beating(arena)}`;
    },
  },
  {
    number: 19, title: 'daemon that ignores signals, main ends', expected: /^exited 0 daemon up stopped$/,
    run: async (arena) => `${told(await arena.attack('daemon'))} ${await beating(arena)}`,
  },
  {
    number: 20, title: 'orphan holds the output', expected: /^exited 5 main ends in time$/,
    async run(arena) {
      const result = await arena.attack('hold_output');
      return `${told(result)} ${within(result, 0)}`;
    },
  },
  simple(23, 'eight busy loops past RLIMIT_CPU', /^timeout -/, 'burn', '', { wallMs: 2_000, cpuMs: 1_000 }),
  { number: 24, title: 'kill of everything and of the host, then stopped', expected: /^timeout - ESRCH alive$/, run: async (arena) => told(await arena.attack('kills', String(process.pid), { wallMs: 1_500 })) },
  {
    number: 25, title: 'ways out: TCP, UDP, IPv6, ICMP, names, the host', expected: /^exited 0 none .* nothing arrived$/,
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
  simple(26, 'loopback inside works', /^exited 0 ok\nok\n127\.0\.0\.1$/, 'loopback'),
  simple(27, 'other socket families', /^exited 0 \['EAFNOSUPPORT'\]$/, 'families'),
  simple(28, 'io_uring, clone3, openat2', /^exited 0 \['ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS', 'ENOSYS'\]$/, 'absent_calls'),
  simple(29, '32-bit and x32 system calls', /^exited 0 -31 ENOSYS/, 'foreign_calls'),
  simple(30, 'tracing, keys, mounts, modules, clocks', /^exited 0 \['EPERM'\] \{\}$/, 'system_calls'),
  simple(30, 'typing into the terminal', /^exited 0 EPERM$/, 'terminal'),
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
  simple(33, 'files of the host', /^exited 0 none /, 'host_files'),
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
      await listen(server, join(arena.workspace, 'host.sock'));
      const result = await arena.sh('echo ran');
      server.close();
      return told(result);
    },
  },
  {
    number: 37, title: 'links planted for the agent', expected: /^path_unsafe path_unsafe not_a_file$/,
    async run(arena) {
      await arena.sh('ln -sf /etc/passwd l; ln -sfn / r; mkfifo f');
      return ['l', 'r/etc/passwd', 'f']
        .map((path) => {
          try {
            return readNoFollow(arena.workspace, path).toString();
          } catch (thrown) {
            return (thrown as { code: string }).code;
          }
        })
        .join(' ');
    },
  },
  {
    number: 38, title: 'a folder swapped for a link while the agent reads', expected: /^never outside$/,
    async run(arena) {
      const secret = join(arena.workspace, '..', 'outside-secret');
      writeFileSync(secret, 'SECRET');
      const abort = new AbortController();
      const pending = arena.sandbox.run({
        argv: ['sh', '-c', 'mkdir -p real; echo inside > real/outside-secret; while :; do rm -f d; ln -s .. d; rm -f d; mv real d; mv d real; done'],
        workspace: arena.workspace, signal: abort.signal, limits: { wallMs: 8_000 },
      });
      let got = 'never outside';
      for (let round = 0; round < 300; round += 1) {
        try {
          if (readNoFollow(arena.workspace, 'd/outside-secret').toString() === 'SECRET') got = 'read the secret';
        } catch (thrown) {
          if ((thrown as { code?: string }).code === undefined) throw thrown;
        }
        if (round % 10 === 0) await sleep(1);
      }
      abort.abort();
      await pending;
      rmSync(secret);
      return got;
    },
  },
  {
    number: 39, title: 'odd names and a sparse terabyte', expected: /^too_large odd$/,
    async run(arena) {
      await arena.sh('truncate -s 60M sparse; printf odd > "a\nb"; touch -- -rf "$(printf "\\377")"');
      let big = '';
      try {
        readNoFollow(arena.workspace, 'sparse', MiB);
      } catch (thrown) {
        big = (thrown as { code: string }).code;
      }
      return `${big} ${readNoFollow(arena.workspace, 'a\nb').toString()}`;
    },
  },
  {
    number: 40, title: 'a repository made to start programs', expected: /^exited nothing started EROFS$/,
    async run(arena) {
      const marker = join(arena.workspace, 'marker');
      const { status } = await arena.sh(`git init -q . && for k in core.fsmonitor filter.x.clean filter.x.process diff.x.textconv core.pager; do git config $k 'touch ${marker}'; done; echo '* filter=x diff=x' > .gitattributes; mkdir -p .git/hooks; printf '#!/bin/sh\ntouch ${marker}' > .git/hooks/post-index-change; chmod +x .git/hooks/*; echo a > tracked`);
      for (const args of [['add', 'tracked'], ['status'], ['diff'], ['log']]) await safeGit(args, arena.workspace);
      const started = existsSync(marker) ? 'STARTED' : 'nothing started';
      const again = await arena.sh('(echo x >> .git/config) 2>&1 | grep -o "Read-only file system"');
      rmSync(join(arena.workspace, '.git'), { recursive: true });
      return `${status} ${started} ${again.stdout.includes('Read-only') ? 'EROFS' : 'writable'}`;
    },
  },
  simple(44, 'set-id programs', /^exited 0 1 0{16} 0{16} 0{16} 0{16} True \['EPERM', 'EPERM'\]$/, 'set_id'),
  {
    number: 46, title: 'twenty at once, one of them a bomb', expected: /^19 fine, oom$/,
    async run(arena) {
      const others = Array.from({ length: 19 }, (_, index) => arena.sh(`sleep 0.3; echo ${index}`));
      const bomb = arena.attack('shared_memory');
      const fine = (await Promise.all(others)).filter((result, index) => result.status === 'exited' && result.stdout === `${index}\n`);
      return `${fine.length} fine, ${(await bomb).status}`;
    },
  },
  {
    number: 47, title: 'a hundred runs leave nothing', expected: /^100 runs, 0 descriptors, 0 mounts$/,
    async run(arena) {
      const count = () => ({ descriptors: readdirSync('/proc/self/fd').length, mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length });
      await arena.sh('true');
      const before = count();
      let runs = 0;
      for (let index = 0; index < 100; index += 1) if ((await arena.sh('true')).exitCode === 0) runs += 1;
      await sleep(50);
      const after = count();
      return `${runs} runs, ${Math.max(0, after.descriptors - before.descriptors)} descriptors, ${after.mounts - before.mounts} mounts`;
    },
  },
  simple(48, 'pools, managers, shared memory, terminals, perl and awk work', /^exited 0 \[3, 'shm', 2, 'pty', \['hi', 'b', '7', 'sandbox', '[12]'\]\]$/, 'compatible'),
];

/** A place to run the cases in: limits small enough for bombs. `base` must be writable by whoever runs inside. */
export function makeArena(rung: Rung, sandbox: Sandbox, base: string, prepare: (path: string) => void): Arena {
  const workspace = join(base, 'workspace');
  mkdirSync(workspace, { recursive: true });
  prepare(workspace);
  const attacks = readFileSync(new URL('./attacks.py', import.meta.url), 'utf8');
  return {
    rung,
    sandbox,
    workspace,
    attack: (name, argument = '', limits = {}) => sandbox.run({ argv: ['/usr/bin/python3', '-I', '-', name, argument, MARK], workspace, stdin: attacks, limits: { ...SMALL, ...limits } }),
    sh: (script, limits = {}) => sandbox.run({ argv: ['sh', '-c', script, MARK], workspace, limits: { ...SMALL, ...limits } }),
  };
}

/** Stands on the command line of everything that is run, so that a survivor is found. */
export const MARK = 'untilgreen-adversarial-case';

export interface Outcome {
  number: number;
  title: string;
  rung: string;
  expected: string;
  got: string;
  ok: boolean;
}

/** Runs a case and empties the workspace again. */
export async function runCase(one: Case, place: Arena): Promise<Outcome> {
  const expected = one.expected instanceof RegExp ? one.expected : (one.expected[place.rung] ?? /never/);
  const result = await one.run(place).catch((thrown: unknown) => `threw ${String(thrown)}`);
  const survivors = spawnSync('sh', ['-c', `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -c '^${MARK}$'`], { encoding: 'utf8' }).stdout.trim();
  spawnSync('find', [place.workspace, '-mindepth', '1', '-delete']);
  const got = survivors === '0' ? result : `${result} — ${survivors} SURVIVORS`;
  return { number: one.number, title: one.title, rung: place.rung, expected: expected.source, got, ok: expected.test(result) && survivors === '0' };
}
