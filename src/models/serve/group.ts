import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const LIFELINE = fileURLToPath(new URL('lifeline.sh', import.meta.url));
/** Characters of its output that are kept for messages. */
const KEPT = 65_536;
/** Milliseconds between the request to stop and the kill. */
const GRACE_MS = 5_000;

/** A program of the user's with all that it starts, in a process group of its own that ends when this process does. */
export interface Group {
  pid: number;
  /** Its exit code; null for a signal. Never rejects. */
  ended: Promise<number | null>;
  /** The last lines it printed, on either stream. */
  tail(lines: number): string[];
  /** The most memory its processes held, in bytes, added up; undefined where the system does not tell. Graphics memory is not counted. */
  peakBytes(): Promise<number | undefined>;
  /** Ends it and everything it started; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a program. It is not run in the user's project: some programs would import what lies there.
 *
 * @throws the system's error when there is no shell to start it
 */
export async function startGroup(program: string, args: readonly string[], env: Record<string, string | undefined>): Promise<Group> {
  const child = spawn('/bin/sh', [LIFELINE, program, ...args], { detached: true, cwd: '/', env: env as NodeJS.ProcessEnv, stdio: ['pipe', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  const pid = child.pid ?? 0;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (piece: string) => (output = (output + piece).slice(-KEPT)));
  }
  child.stdin.on('error', () => {}); // it ended first
  let gone = false;
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => {
    gone = true;
    // What it left behind in its group ends with it.
    signalGroup(pid, 'SIGKILL');
    resolve(code);
  }));
  // Whoever forgets to stop it is not kept alive by it; the lifeline ends it then.
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) (stream as unknown as { unref?: () => void }).unref?.();
  return {
    pid,
    ended,
    tail: (lines) => output.split(/[\r\n]+/).map((line) => line.trimEnd()).filter(Boolean).slice(-lines),
    peakBytes: () => peakOf(pid),
    async stop() {
      if (gone) return;
      child.ref();
      child.stdin.end();
      signalGroup(pid, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), GRACE_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Peak resident memory of the processes of a group, from /proc. */
async function peakOf(group: number): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const sizes = await Promise.all(pids.map(async (pid) => {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // After the name in brackets: state, parent, group.
      if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) !== group) return 0;
      return 1_024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return 0; // it ended meanwhile
    }
  }));
  return sizes.reduce((a, b) => a + b, 0) || undefined;
}
