import { readFileSync } from 'node:fs';

/** Files of a container's cgroup as this host sees them. */
interface Files {
  kills: string;
  peak: string;
  cpu: string;
  /** CPU time in milliseconds, from the text of `cpu`. */
  milliseconds(text: string): number;
}

function filesOf(pid: number): Files | undefined {
  let groups: string[][];
  try {
    groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').map((line) => line.split(':'));
  } catch {
    return undefined; // it ended
  }
  const path = (found: string[] | undefined): string | undefined => found?.slice(2).join(':');
  const v1 = (controller: string): string | undefined => path(groups.find(([, controllers]) => controllers?.split(',').includes(controller)));
  const memory = v1('memory');
  if (memory !== undefined) {
    const at = `/sys/fs/cgroup/memory${memory}`;
    return { kills: `${at}/memory.oom_control`, peak: `${at}/memory.max_usage_in_bytes`, cpu: `/sys/fs/cgroup/cpuacct${v1('cpuacct') ?? ''}/cpuacct.usage`, milliseconds: (text) => Number(text) / 1e6 };
  }
  const own = path(groups.find(([number]) => number === '0'));
  if (own === undefined) return undefined;
  const at = `/sys/fs/cgroup${own}`;
  return { kills: `${at}/memory.events`, peak: `${at}/memory.peak`, cpu: `${at}/cpu.stat`, milliseconds: (text) => Number(/^usage_usec (\d+)$/m.exec(text)?.[1]) / 1000 };
}

/**
 * Looks at a container's cgroup from outside, while it runs. The kernel kills one process for memory, and the rest of the tree would go on with
 * a hole in it; and of a container that is cut short nobody inside tells any more what it used.
 */
export class ContainerGroup {
  #files: Files | undefined;
  peakMemoryBytes: number | undefined;
  cpuMs: number | undefined;

  /** Takes a look, and tells how many processes were killed for memory. */
  look(root: number | undefined): number {
    if (root !== undefined) this.#files ??= filesOf(root);
    if (!this.#files) return 0;
    this.peakMemoryBytes = whole(read(this.#files.peak)) ?? this.peakMemoryBytes;
    const cpu = read(this.#files.cpu);
    this.cpuMs = (cpu === undefined ? undefined : whole(this.#files.milliseconds(cpu))) ?? this.cpuMs;
    return Number(/^oom_kill (\d+)$/m.exec(read(this.#files.kills) ?? '')?.[1] ?? 0);
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined; // the group went with the container, or is not for this user to read
  }
}

function whole(value: string | number | undefined): number | undefined {
  const number = Math.round(Number(value));
  return value === undefined || !Number.isFinite(number) ? undefined : number;
}
