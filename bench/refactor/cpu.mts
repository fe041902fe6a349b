// CPU time of a process and all below it, from /proc: engines and language servers work in children.
import { readFileSync, readdirSync } from 'node:fs';

/** Milliseconds of a tick: `getconf CLK_TCK` is 100 on every Linux we know. */
const TICK_MS = 10;

/** Milliseconds of user and system time of a process, of its living descendants, and of those that ended and were waited for. */
export function cpuOf(pid: number): number {
  const children = new Map<number, number[]>();
  const ticks = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    let stat: string;
    try {
      stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    } catch {
      continue; // ended meanwhile
    }
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ').map(Number);
    ticks.set(Number(name), (fields[11] ?? 0) + (fields[12] ?? 0) + (fields[13] ?? 0) + (fields[14] ?? 0));
    children.set(fields[1] ?? 0, [...(children.get(fields[1] ?? 0) ?? []), Number(name)]);
  }
  const total = (one: number): number => (ticks.get(one) ?? 0) + (children.get(one) ?? []).reduce((sum, child) => sum + total(child), 0);
  return total(pid) * TICK_MS;
}
