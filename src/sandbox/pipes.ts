import { spawnSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// Node's own pipes are sockets, on which `echo > /dev/stdout` fails with ENXIO. These are FIFOs without a name: made once,
// unlinked at once, held by O_PATH descriptors (which count neither as reader nor as writer) and opened anew for each run.
const O_PATH = 0o10000000;
const pool: number[] = [];
const BATCH = 16;

function fill(): void {
  const directory = mkdtempSync(join(tmpdir(), `untilgreen-fifo-${process.pid}-`));
  try {
    const names = Array.from({ length: BATCH }, (_, index) => join(directory, String(index)));
    // 666: inside the sandbox /dev/stdout is opened again, perhaps by another uid; the directory is ours alone.
    const made = spawnSync('mkfifo', ['-m', '666', ...names], { env: { PATH: process.env.PATH ?? '/usr/bin:/bin' }, encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`mkfifo: ${made.error?.message ?? made.stderr}`);
    for (const name of names) pool.push(openSync(name, O_PATH));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A pipe with no name. `child` goes into `stdio` and is closed after the spawn; `host` is ours. */
export interface NamelessPipe {
  child: number;
  host: Socket;
  /** Gives the pipe back. `reuse: false` where somebody may still hold the other end. */
  release(reuse: boolean): void;
}

/** A pipe the child writes and we read (`out`), or the other way round (`in`). */
export function openPipe(direction: 'in' | 'out'): NamelessPipe {
  if (pool.length === 0) fill();
  const anchor = pool.pop() as number;
  const name = `/proc/self/fd/${anchor}`;
  // Held open both ways for a moment, so that neither end blocks or sees an end of file before the other is there.
  const both = openSync(name, constants.O_RDWR | constants.O_NONBLOCK);
  const child = openSync(name, direction === 'out' ? constants.O_WRONLY : constants.O_RDONLY);
  const own = openSync(name, (direction === 'out' ? constants.O_RDONLY : constants.O_WRONLY) | constants.O_NONBLOCK);
  closeSync(both);
  const host = new Socket({ fd: own, readable: direction === 'out', writable: direction === 'in' });
  // The other end goes away when the tree is killed; what was lost is seen in the result, not here.
  host.on('error', () => host.destroy());
  return {
    child,
    host,
    release(reuse) {
      host.destroy();
      if (!reuse) return closeSync(anchor);
      // The descriptor is closed on the loop's next turn; a new owner must not read what is left in it.
      if (host.closed) pool.push(anchor);
      else host.once('close', () => pool.push(anchor));
    },
  };
}

/**
 * An unlinked file with the content, open for reading. Standard input is one, because opening /dev/stdin again on a FIFO whose
 * writer is done would wait for ever.
 */
export function namelessFile(content: string): number {
  const directory = mkdtempSync(join(tmpdir(), `untilgreen-input-${process.pid}-`));
  const path = join(directory, 'stdin');
  try {
    writeFileSync(path, content, { mode: 0o444 });
    return openSync(path, 'r');
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Descriptors of this process that a child would inherit: opened without CLOEXEC by whoever started us, or by native code. */
export function leakedDescriptors(above: number): number[] {
  const leaked: number[] = [];
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd <= above) continue;
    try {
      const flags = /^flags:\s+(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1];
      if (flags === undefined || !(parseInt(flags, 8) & 0o2000000)) leaked.push(fd);
    } catch {
      // The directory's own descriptor is closed by now.
    }
  }
  return leaked;
}
