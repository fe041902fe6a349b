import { readFileSync } from 'node:fs';

/** The file in which the kernel counts the kills for memory of a process's cgroup, as this host sees it; undefined where it cannot be read. */
function counterOf(pid: number): string | undefined {
  let groups: string[][];
  try {
    groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n').map((line) => line.split(':'));
  } catch {
    return undefined; // it ended
  }
  const v1 = groups.find(([, controllers]) => controllers?.split(',').includes('memory'))?.slice(2).join(':');
  if (v1 !== undefined) return `/sys/fs/cgroup/memory${v1}/memory.oom_control`;
  const v2 = groups.find(([number]) => number === '0')?.slice(2).join(':');
  return v2 === undefined ? undefined : `/sys/fs/cgroup${v2}/memory.events`;
}

/** Counts what the kernel killed for memory in a container: it kills one process, and the rest of the tree would go on with a hole in it. */
export class OomCounter {
  #file: string | undefined;

  kills(root: number | undefined): number {
    if (root !== undefined) this.#file ??= counterOf(root);
    if (this.#file === undefined) return 0;
    try {
      return Number(/^oom_kill (\d+)$/m.exec(readFileSync(this.#file, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // the group went with the container, whose first process has the last word
    }
  }
}
