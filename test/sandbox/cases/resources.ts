import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MiB, simple, told, within } from '../arena.ts';
import type { Arena, Case } from '../arena.ts';

/** Did the daemon's heartbeat stop. */
async function beating(arena: Arena): Promise<string> {
  const file = join(arena.workspace, 'beat');
  const before = readFileSync(file, 'utf8');
  await sleep(250);
  const after = readFileSync(file, 'utf8');
  rmSync(file);
  return before === after ? 'stopped' : 'still beating';
}

const FULL = /^exited 0 ENOSPC 6[34]$/;

/** On rung D an ordinary user's other processes are counted at the start, and some of them end. */
const BOUNDED = { A: /^exited 0 EAGAIN below the limit/, B: /^exited 0 EAGAIN below the limit/, C: /^exited 0 EAGAIN below the limit/, D: /^exited 0 EAGAIN (below the limit|[67]\d)$/ };
const NOTHING = /^exited 0 none /;

/** 1 to 20 and 23: processes, memory, disk, output, time. */
export const RESOURCES: readonly Case[] = [
  {
    number: 1, title: 'fork bomb', expected: /^timeout in time$/,
    async run(arena) {
      const result = await arena.attack('fork_bomb', '', { wallMs: 1_500 });
      return `${result.status} ${within(result, 1_500)}`;
    },
  },
  simple(2, '5000 zombies', BOUNDED, 'zombies'),
  simple(2, '5000 sleeping children', BOUNDED, 'sleepers'),
  simple(3, '5000 threads', /^exited 0 RuntimeError below the limit/, 'threads'),
  simple(4, 'private memory bomb', { A: /^oom - /, B: /^(oom -|exited 1) .*/, C: /^oom - /, D: /^(oom -|exited 1) .*/ }, 'private_memory'),
  simple(5, 'shared anonymous memory bomb', /^oom -/, 'shared_memory'),
  simple(6, 'memfd bomb', { A: /^oom -/, B: /^exited 1/, C: /^oom -/, D: /^exited 1/ }, 'memfd'),
  simple(7, 'System V shared memory bomb', { A: /^oom -/, B: /^exited 0 EPERM/, C: /^oom -/, D: /^exited 0 EPERM/ }, 'system_v'),
  simple(8, '16 children of 48 MiB end as one', /^oom - (all started)?$/, 'memory_children'),
  simple(9, 'ten forks of a 50 MiB parent pass', /^exited 0 ok 10$/, 'shared_pages'),
  // Where nothing can be mounted there is a folder of the command's own in place of /tmp, and shared memory belongs to the host: both are polled.
  simple(10, '$TMPDIR fill', { A: FULL, B: FULL, C: FULL, D: /^disk -/ }, 'fill', '$TMPDIR/x', { fileBytes: 4096 * MiB }),
  simple(10, '/tmp fill', { A: FULL, B: FULL, C: FULL, D: /^exited 0 EACCES 0$/ }, 'fill', '/tmp/x', { fileBytes: 4096 * MiB }),
  simple(11, '/dev/shm fill', { A: FULL, B: FULL, C: FULL, D: /^(disk -|exited 0 (EACCES 0|ENOSPC 6[34])$)/ }, 'fill', '/dev/shm/x', { fileBytes: 4096 * MiB }),
  // A container's /dev is a small file system of its own, counted as its memory.
  simple(12, 'writes outside, as root also under /proc', { A: NOTHING, B: NOTHING, C: /^exited 0 (none|\['\/dev\/x'\]) /, D: NOTHING }, 'writes'),
  simple(13, 'one big file', /^exited 0 EFBIG 6[34]$/, 'fill', 'x'),
  simple(14, 'many files', /^disk -/, 'many_files'),
  simple(14, 'many deleted files held open', /^disk -/, 'deleted_files'),
  simple(15, '20 000 inodes', /^exited 0 made 20000$/, 'inodes', '', { wallMs: 50_000 }),
  {
    number: 16, title: '3000 folders deep, and cleaned up', expected: /^exited 0 made 3000 removed$/,
    async run(arena) {
      // It cannot be walked, so the free space alone tells its size, and other arenas are writing.
      const result = await arena.attack('deep_path', '', { diskBytes: 64 * 1024 * MiB });
      spawnSync('rm', ['-rf', join(arena.workspace, 'd'.repeat(200))]);
      return `${told(result)} ${existsSync(join(arena.workspace, 'd'.repeat(200))) ? 'left' : 'removed'}`;
    },
  },
  {
    number: 17, title: 'output flood without newlines, not UTF-8, the host\'s memory flat', expected: /^output true true kept in time flat$/,
    async run(arena) {
      const before = process.memoryUsage().rss;
      const result = await arena.attack('flood', '', { outputBytes: 100_000 });
      const grown = process.memoryUsage().rss - before;
      const kept = result.stdout.length < 120_000 ? 'kept' : 'too long';
      return `${result.status} ${result.truncated.stdout} ${result.truncated.stderr} ${kept} ${within(result, 0)} ${grown < 64 * MiB ? 'flat' : `grown by ${grown}`}`;
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
  simple(23, 'CPU time past RLIMIT_CPU by forking anew', /^timeout -/, 'relay', '', { wallMs: 2_500, cpuMs: 1_000 }),
];
