import { spawnSync } from 'node:child_process';
import { closeSync, constants, fchmodSync, mkdtempSync, openSync, readFileSync, readdirSync, readlinkSync, rmSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guard } from './guard.ts';
import { ownFolders } from './leftovers.ts';
import { SYSTEM_PATH, systemProgram } from './programs.ts';
import { isGone, killQuietly, ownMark } from './tree.ts';

// Node's own pipes are sockets, on which `echo > /dev/stdout` fails with ENXIO. These are FIFOs without a name: made once,
// unlinked at once, held by O_PATH descriptors (which count neither as reader nor as writer) and opened anew for each run.
const O_PATH = 0o10000000;
const pool: number[] = [];
const BATCH = 16;

/** Folders that exist for a moment, while something in them has a name. What is left of them after a kill names its maker. */
function namedFolder(kind: 'fifo' | 'input'): string {
  const prefix = join(tmpdir(), `untilgreen-${kind}-${ownMark()}-`);
  guard.sweep(prefix);
  return mkdtempSync(prefix);
}

/** Processes whose standard output is such a file, as the kernel names it. */
function writersTo(wanted: (target: string) => boolean): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    try {
      return pid > 0 && wanted(readlinkSync(`/proc/${pid}/fd/1`));
    } catch {
      return false; // it is gone, has none, or is another user's
    }
  });
}

const MARKED = /untilgreen-(?:fifo|input)-(\d+-\d+-\d+)-/;
const FOLDER = new RegExp(`^${MARKED.source}`);
const isStale = (target: string): boolean => isGone(MARKED.exec(target)?.[1] ?? '');

/** Removes such folders of processes that are gone, guard and all, and ends launchers of theirs. Returns how many that were. */
export function reapStale(): number {
  let reaped = 0;
  for (const pid of writersTo(isStale)) {
    killQuietly(pid);
    reaped += 1;
  }
  for (const { path, mark } of ownFolders(FOLDER)) {
    if (!isGone(mark)) continue;
    try {
      rmSync(path, { recursive: true, force: true });
      reaped += 1;
    } catch {
      // Somebody else removed it first.
    }
  }
  return reaped;
}

function fill(): void {
  const directory = namedFolder('fifo');
  try {
    const names = Array.from({ length: BATCH }, (_, index) => join(directory, String(index)));
    // 666: inside the sandbox /dev/stdout is opened again, perhaps by another uid; the directory is ours alone.
    const made = spawnSync(systemProgram('mkfifo') ?? 'mkfifo', ['-m', '666', ...names], { env: { PATH: SYSTEM_PATH }, encoding: 'utf8' });
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
  /** Processes whose standard output it is. */
  writers(): number[];
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
    writers: () => writersTo((target) => target === readlinkSync(name)),
    release(reuse) {
      host.destroy();
      if (!reuse) return closeSync(anchor);
      // The descriptor is closed on the loop's next turn; a new owner must not read what is left in it.
      if (host.closed) pool.push(anchor);
      else host.once('close', () => pool.push(anchor));
    },
  };
}

/** As the kernel's headers have it on x86-64 and arm64 alike, with the directory bit that differs between the two. */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/** A file without a name, open both ways, readable by whoever is handed a descriptor of it. */
function anonymousFile(): number {
  let fd: number;
  try {
    fd = openSync(tmpdir(), constants.O_RDWR | O_TMPFILE, 0o600);
  } catch (thrown) {
    // Some file systems know no such files (EOPNOTSUPP; EISDIR from old kernels): a name for a moment then.
    if (!['EOPNOTSUPP', 'EISDIR', 'ENOENT', 'EINVAL'].includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    const directory = namedFolder('input');
    try {
      fd = openSync(join(directory, 'content'), 'wx+', 0o600);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
  fchmodSync(fd, 0o444);
  return fd;
}

function write(fd: number, content: string | Buffer): void {
  const bytes = Buffer.from(content as string);
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, at);
}

/** The same file, opened anew for reading from its start. */
const reopen = (fd: number): number => openSync(`/proc/self/fd/${fd}`, 'r');

/**
 * A nameless file with the content, open for reading. Standard input is one, because opening /dev/stdin again on a FIFO whose
 * writer is done would wait for ever.
 */
export function namelessFile(content: string | Buffer): number {
  const fd = anonymousFile();
  try {
    write(fd, content);
    return reopen(fd);
  } finally {
    closeSync(fd);
  }
}

/** A nameless file whose content comes later, at once and before anybody reads. `child` goes into `stdio`. */
export function laterFile(): { child: number; fill(content: string): void; close(): void } {
  const fd = anonymousFile();
  return { child: reopen(fd), fill: (content) => write(fd, content), close: () => closeSync(fd) };
}

/** What every command is fed alike (the filter, the synthetic files) is written once. */
const constant = new Map<string, number>();
const MOST_CONSTANT = 32;

/** As `namelessFile`, for content that comes again and again. */
export function constantFile(content: string | Buffer): number {
  const key = typeof content === 'string' ? `s${content}` : `b${content.toString('latin1')}`;
  let fd = constant.get(key);
  if (fd === undefined) {
    const oldest = constant.size >= MOST_CONSTANT ? constant.entries().next().value : undefined;
    if (oldest) {
      constant.delete(oldest[0]);
      closeSync(oldest[1]);
    }
    constant.set(key, (fd = namelessFile(content)));
  }
  return reopen(fd);
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
