import { readFileSync, readdirSync, statSync } from 'node:fs';

/** One process as /proc/PID/stat shows it. */
export interface Process {
  pid: number;
  parent: number;
  /** Clock ticks since boot; with the pid it names a process for good. */
  startTime: number;
  /** Ticks of CPU, its waited-for children included. */
  cpuTicks: number;
}

/** USER_HZ, which Linux fixes at 100 for every interface that shows ticks. */
const TICK_MS = 10;
/** The kernel's page size on every machine this runs on but some arm64 ones; there, resident sizes are understated, PSS is not. */
const PAGE = 4096;

/** The process, or undefined when it is gone. */
export function readProcess(pid: number): Process | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The name may hold spaces and parentheses; the fields start after the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  const [parent, startTime] = [fields[1] ?? 0, fields[19] ?? 0];
  const cpuTicks = (fields[11] ?? 0) + (fields[12] ?? 0) + (fields[13] ?? 0) + (fields[14] ?? 0);
  return { pid, parent, startTime, cpuTicks };
}

let mark: string | undefined;

/** Names this process for good, for what it may leave behind: its pid, its start, and the pid namespace in which that is its pid. */
export function ownMark(): string {
  return (mark ??= `${process.pid}-${readProcess(process.pid)?.startTime ?? 0}-${pidNamespace()}`);
}

/**
 * Is the process of a mark gone. The host sees what runs in a container, under other pids: of a mark from another namespace nothing can be
 * said here, so it passes for alive.
 *
 * @param mark as `ownMark` gives it; anything else is nobody's and not gone either: what is gone is killed by those who ask
 */
export function isGone(mark: string): boolean {
  const words = /^(\d+)-(\d+)-(\d+)$/.exec(mark);
  if (!words) return false;
  const [pid, started, namespace] = words.slice(1).map(Number);
  if (pid === undefined || namespace !== pidNamespace()) return false;
  // Without /proc nobody tells when a process began.
  return namespace === 0 ? !answers(pid) : readProcess(pid)?.startTime !== started;
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'; // it is there, and another user's
  }
}

/** The kernel's number of it; 0 where there is no /proc. A host's first one has the same in every boot. */
function pidNamespace(): number {
  return statSync('/proc/self/ns/pid', { throwIfNoEntry: false })?.ino ?? 0;
}

/** A process and all its descendants. In a pid namespace orphans fall to its first process, so none is missed. */
export function readTree(root: number): Process[] {
  const children = new Map<number, Process[]>();
  let top: Process | undefined;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const found = readProcess(pid);
    if (!found) continue;
    if (pid === root) top = found;
    const siblings = children.get(found.parent);
    if (siblings) siblings.push(found);
    else children.set(found.parent, [found]);
  }
  const tree: Process[] = [];
  const open = top ? [top] : [];
  for (let next = open.pop(); next; next = open.pop()) {
    tree.push(next);
    open.push(...(children.get(next.pid) ?? []));
  }
  return tree;
}

/** Resident bytes of the processes; shared pages count once for each, so it is never too little. */
export function residentBytes(pids: readonly number[]): number {
  return sum(pids, (pid) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE);
}

/**
 * Proportional bytes of the processes: shared pages are divided among their holders. Dearer to read than the resident size, which stands in
 * for it where a process does not let itself be looked at.
 */
export function proportionalBytes(pids: readonly number[]): number {
  return sum(pids, (pid) => {
    try {
      return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0) * 1024;
    } catch {
      return residentBytes([pid]);
    }
  });
}

export function cpuMs(tree: readonly Process[]): number {
  return tree.reduce((total, process) => total + process.cpuTicks, 0) * TICK_MS;
}

function sum(pids: readonly number[], read: (pid: number) => number): number {
  let total = 0;
  for (const pid of pids) {
    try {
      total += read(pid);
    } catch {
      // It ended between listing and reading.
    }
  }
  return total;
}

/**
 * Kills the first process of a pid namespace, which takes the others with it, and then these one by one: where they keep every core busy, it is
 * long in coming to that.
 */
export function killTree(root: number | undefined): void {
  if (root === undefined) return;
  killQuietly(root);
  // Numbers may have been given away since the list was read.
  for (const { pid, startTime } of readTree(root)) if (pid !== root && readProcess(pid)?.startTime === startTime) killQuietly(pid);
}

/** The pid or, as a negative number, the group; nothing where there is none. */
export function killQuietly(pid: number | undefined): void {
  try {
    if (pid) process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
