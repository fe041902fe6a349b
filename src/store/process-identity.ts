import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process so named that a later one with the same number is not taken for it. */
export interface ProcessIdentity {
  host: string;
  pid: number;
  /** Start time in clock ticks since boot (field 22 of /proc/PID/stat); null where the system does not tell. */
  started: string | null;
}

function startTime(pid: number): string | null {
  if (process.platform !== 'linux') return null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold spaces and brackets itself.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null; // no such process, or /proc is not there
  }
}

/** This process. */
export function thisProcess(): ProcessIdentity {
  return { host: hostname(), pid: process.pid, started: startTime(process.pid) };
}

/** Whether the process still runs; `undefined` when it lives on another host, where that cannot be known. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    // EPERM: it is there and belongs to someone else.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const started = startTime(identity.pid);
  return identity.started === null || started === null || started === identity.started;
}
