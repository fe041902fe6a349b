import { readFileSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

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

const HIERARCHIES = '/sys/fs/cgroup';
/** A hierarchy of version 1, a parent of the engine's (`libpod_parent`, `docker`, `machine.slice`), and the group; one less in version 2. */
const DEEPEST = 3;
const TRIES = 10;
const TRY_MS = 20;

/**
 * Removes what an engine left of the groups of a container that is gone: it gives up when the kernel still holds a dead process in one, as
 * it does for a moment after a kill on a busy machine.
 *
 * @param id of the container, all 64 digits; nothing happens for another text
 */
export async function removeLeftGroups(id: string): Promise<void> {
  // Part of one, or nothing, would be in the names of others' groups.
  if (!/^[0-9a-f]{64}$/.test(id)) return;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const left = groupsNamed(id, HIERARCHIES, DEEPEST);
    if (left.length === 0) return;
    for (const directory of left) {
      try {
        rmdirSync(directory);
      } catch {
        // Still held, gone meanwhile, or its owner's to remove.
      }
    }
    await sleep(TRY_MS);
  }
}

function groupsNamed(id: string, directory: string, depth: number): string[] {
  let names: string[];
  try {
    names = readdirSync(directory, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return []; // removed meanwhile, or not ours to read
  }
  return names.flatMap((name) => (name.includes(id) ? [join(directory, name)] : depth > 1 ? groupsNamed(id, join(directory, name), depth - 1) : []));
}
