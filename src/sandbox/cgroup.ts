import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { guard } from './guard.ts';
import { isGone, ownMark } from './tree.ts';

/** Where groups can be made: one v2 directory, or one v1 directory for each controller. */
export interface CgroupBase {
  version: 1 | 2;
  /** Parent directories; `memory` and `pids` are always there. In v2 they are the same one. */
  parents: { memory: string; pids: string; cpuacct?: string };
}

const PREFIX = 'untilgreen-';
const read = (path: string): string => readFileSync(path, 'utf8').trim();

/**
 * The hierarchy this process lives in, or why none can be used.
 *
 * @param proc where the kernel tells of the process
 */
export function findCgroupBase(proc = '/proc/self'): CgroupBase | { problem: string } {
  let mounts: { root: string; point: string; type: string; options: string[] }[];
  let own: { controllers: string[]; path: string }[];
  try {
    mounts = read(join(proc, 'mountinfo')).split('\n').map((line) => {
      const [left = '', right = ''] = line.split(' - ');
      const fields = left.split(' ');
      const [type = '', , options = ''] = right.split(' ');
      return { root: fields[3] ?? '/', point: fields[4] ?? '', type, options: options.split(',') };
    });
    own = read(join(proc, 'cgroup')).split('\n').map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return { controllers: controllers.split(','), path: path.join(':') };
    });
  } catch (thrown) {
    return { problem: `cgroups cannot be read (${String(thrown)})` };
  }
  const locate = (mount: { root: string; point: string } | undefined, path: string | undefined): string | undefined => {
    if (!mount || path === undefined) return undefined;
    const relative = mount.root !== '/' && path.startsWith(mount.root) ? path.slice(mount.root.length) : path;
    const directory = join(mount.point, relative);
    return existsSync(join(directory, 'cgroup.procs')) ? directory : existsSync(join(mount.point, 'cgroup.procs')) ? mount.point : undefined;
  };
  const v1 = (controller: string): string | undefined =>
    locate(
      mounts.find((mount) => mount.type === 'cgroup' && mount.options.includes(controller)),
      own.find((group) => group.controllers.includes(controller))?.path,
    );
  const memory = v1('memory');
  const pids = v1('pids');
  const cpuacct = v1('cpuacct');
  if (memory && pids) return { version: 1, parents: { memory, pids, ...(cpuacct ? { cpuacct } : {}) } };
  const mount = mounts.find(({ type }) => type === 'cgroup2');
  let directory = locate(mount, own.find((group) => group.controllers.join() === '')?.path);
  const point = mount?.point ?? '/';
  // Processes live in leaves only, so the group goes beside our own, in the nearest ancestor that hands the controllers down.
  while (directory?.startsWith(point)) {
    const handed = existsSync(join(directory, 'cgroup.subtree_control')) ? read(join(directory, 'cgroup.subtree_control')).split(' ') : [];
    if (handed.includes('memory') && handed.includes('pids')) return { version: 2, parents: { memory: directory, pids: directory, cpuacct: directory } };
    if (directory === point) break;
    directory = dirname(directory);
  }
  return { problem: 'no cgroup hierarchy with the memory and pids controllers is in reach' };
}

export interface CgroupStats {
  peakMemoryBytes?: number;
  cpuMs?: number;
}

let sequence = 0;

/** One group for one command. Its directory is named by this process, so that a later start can tell a stale one. */
export class Cgroup {
  private readonly directories: string[];
  private constructor(
    private readonly base: CgroupBase,
    private readonly name: string,
  ) {
    this.directories = [...new Set(Object.values(base.parents))].map((parent) => join(parent, name));
  }

  /**
   * Makes the group, sets its limits and reads them back.
   *
   * @param processes processes and threads, the launcher's own not counted
   * @throws an Error when a limit does not hold; nothing is left behind then
   */
  static create(base: CgroupBase, limits: { memoryBytes: number; processes: number }): Cgroup {
    const group = new Cgroup(base, `${PREFIX}${ownMark()}-${(sequence += 1)}`);
    for (const directory of group.directories) guard.sweep(join(dirname(directory), `${PREFIX}${ownMark()}-`), 'groups');
    try {
      for (const directory of group.directories) mkdirSync(directory);
      group.limit(limits);
      return group;
    } catch (thrown) {
      for (const directory of group.directories) if (existsSync(directory)) rmdirSync(directory);
      throw thrown;
    }
  }

  private in(controller: keyof CgroupBase['parents'], file: string): string {
    return join(this.base.parents[controller] ?? '', this.name, file);
  }

  private limit({ memoryBytes, processes }: { memoryBytes: number; processes: number }): void {
    const set = (path: string, value: number): void => {
      writeFileSync(path, String(value));
      const now = Number(read(path));
      // The kernel rounds memory down to whole pages.
      if (!(now <= value && value - now < 65_536)) throw new Error(`${path} is ${now} after ${value} was written to it`);
    };
    set(this.in('pids', 'pids.max'), processes + LAUNCHER_PROCESSES);
    if (this.base.version === 1) {
      set(this.in('memory', 'memory.limit_in_bytes'), memoryBytes);
      const withSwap = this.in('memory', 'memory.memsw.limit_in_bytes');
      if (existsSync(withSwap)) set(withSwap, memoryBytes);
    } else {
      set(this.in('memory', 'memory.max'), memoryBytes);
      if (existsSync(this.in('memory', 'memory.swap.max'))) set(this.in('memory', 'memory.swap.max'), 0);
      writeFileSync(this.in('memory', 'memory.oom.group'), '1');
    }
  }

  /**
   * Puts a process into the group. The kernel waits for every processor before it moves the first one (milliseconds), so this is written while
   * the launcher is on its way, and the launcher gets its arguments only after it.
   *
   * @throws the kernel's refusal
   */
  async join(pid: number): Promise<void> {
    for (const directory of this.directories) await writeFile(join(directory, 'cgroup.procs'), String(pid));
  }

  /** How many processes the kernel killed for memory. */
  oomKills(): number {
    try {
      const text = read(this.base.version === 1 ? this.in('memory', 'memory.oom_control') : this.in('memory', 'memory.events'));
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    } catch {
      return 0;
    }
  }

  stats(): CgroupStats {
    const stats: CgroupStats = {};
    const peak = this.base.version === 1 ? this.in('memory', 'memory.max_usage_in_bytes') : this.in('memory', 'memory.peak');
    if (existsSync(peak)) stats.peakMemoryBytes = Number(read(peak));
    if (this.base.version === 2) {
      const usec = /^usage_usec (\d+)$/m.exec(read(this.in('memory', 'cpu.stat')))?.[1];
      if (usec) stats.cpuMs = Math.round(Number(usec) / 1000);
    } else if (this.base.parents.cpuacct) {
      stats.cpuMs = Math.round(Number(read(this.in('cpuacct', 'cpuacct.usage'))) / 1e6);
    }
    return stats;
  }

  kill(): void {
    for (const directory of this.directories) killMembers(directory);
  }

  /**
   * Removes the group. The kernel lets go of the last dead process a little late, so it is tried again; resolves when the group is
   * gone or the patience is over, and goes on behind that for up to a second.
   *
   * @param patienceMs milliseconds to wait for it
   */
  async remove(patienceMs = 1_000): Promise<void> {
    const removed = Promise.all(this.directories.map((directory) => removeGroup(directory)));
    await Promise.race([removed, sleep(patienceMs, undefined, { ref: false })]);
  }
}

/** bwrap outside and bwrap inside; the shell after it becomes the command. */
const LAUNCHER_PROCESSES = 2;

function killMembers(directory: string): void {
  const gone = (thrown: unknown): void => {
    const code = (thrown as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ESRCH' && code !== 'ENODEV') throw thrown;
  };
  try {
    if (existsSync(join(directory, 'cgroup.kill'))) return writeFileSync(join(directory, 'cgroup.kill'), '1');
    for (const pid of read(join(directory, 'cgroup.procs')).split('\n').map(Number)) {
      try {
        if (pid > 0) process.kill(pid, 'SIGKILL');
      } catch (thrown) {
        gone(thrown);
      }
    }
  } catch (thrown) {
    gone(thrown);
  }
}

async function removeGroup(directory: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return rmdirSync(directory);
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code;
      if (code === 'ENOENT') return;
      // A group that stays is found again by the next start.
      if (code !== 'EBUSY' || attempt >= 100) return;
      killMembers(directory);
      await sleep(attempt < 20 ? 2 : 10);
    }
  }
}

/** How deep below its mount a hierarchy is searched; a systemd user session is at six. */
const DEEPEST = 8;

/**
 * Removes groups of processes that are gone (killed before they could tidy up), wherever in the hierarchies those processes lived.
 * Returns how many.
 */
export async function reapStaleCgroups(base: CgroupBase): Promise<number> {
  let reaped = 0;
  const parents = [...new Set(Object.values(base.parents))];
  const mounts = new Set(parents.map((parent) => mountOf(parent)));
  const open = [...mounts].map((path) => ({ path, depth: 0 }));
  for (let next = open.pop(); next; next = open.pop()) {
    for (const name of subdirectories(next.path)) {
      const path = join(next.path, name);
      const mark = /^untilgreen-(\d+-\d+-\d+)-\d+$/.exec(name)?.[1];
      if (mark === undefined) {
        if (next.depth < DEEPEST) open.push({ path, depth: next.depth + 1 });
      } else if (isGone(mark)) {
        await removeGroup(path);
        reaped += 1;
      }
    }
  }
  return reaped;
}

/** The topmost directory of the hierarchy that a group lies in. */
function mountOf(directory: string): string {
  const above = dirname(directory);
  return existsSync(join(above, 'cgroup.procs')) ? mountOf(above) : directory;
}

function subdirectories(path: string): string[] {
  try {
    return readdirSync(path, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return []; // removed meanwhile, or not ours to read
  }
}
