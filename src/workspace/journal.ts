import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { UntilgreenError } from '../core/errors.ts';
import { BlobStore, replaceFile } from './blobs.ts';
import type { ContentHash, Delta, RelativePath } from './types.ts';

/** One side of a change: what a file is before or after it. */
export interface FileState {
  hash: ContentHash;
  mode: number;
  /** -1: whoever writes it. */
  uid: number;
  gid: number;
  /** Milliseconds since the epoch; put back when a transaction is taken back before it was complete. */
  mtimeMs?: number;
  link?: string;
}

/** One file of a transaction. `null`: no file. */
export interface Operation {
  path: RelativePath;
  before: FileState | null;
  after: FileState | null;
  /** Name of the staged file in the target's directory. */
  temporary?: string;
  kind: Delta['kind'];
  merged: boolean;
}

/**
 * `prepared`: nothing of the user's has changed; recovery takes it back. `committing`: every new content is on disk;
 * recovery completes it. `rolling_back`: a step failed; recovery takes the rest back. The others are final.
 */
export type JournalState = 'prepared' | 'committing' | 'committed' | 'rolling_back' | 'rolled_back';

export interface Journal {
  version: 1;
  id: string;
  kind: 'apply' | 'undo';
  /** Of an undo: the journal it takes back. */
  of?: string;
  run: string;
  /** The user's directory, a real path. */
  directory: string;
  /** ISO 8601, UTC. */
  created: string;
  state: JournalState;
  /** Checkpoint that was applied. */
  to?: string;
  operations: Operation[];
  /** Directories that the transaction makes, parents first; with the mode and owner they had, where they are made again. */
  makes: { path: RelativePath; mode?: number; uid?: number; gid?: number }[];
  /** Directories that it empties and removes, with their modes, children first. */
  removes: { path: RelativePath; mode: number; uid: number; gid: number }[];
  /** Changes that stood in the directory already; they are no part of the transaction. */
  present: { path: RelativePath; kind: Delta['kind'] }[];
  /** Files somebody else changed while it was interrupted; they were left as they are. */
  left?: RelativePath[];
}

/** Journals and the contents they name, in one directory of the user's data. */
export class JournalStore {
  readonly blobs: BlobStore;

  constructor(readonly directory: string) {
    this.blobs = new BlobStore(join(directory, 'blobs'));
  }

  file(id: string): string {
    return join(this.directory, `${id}.json`);
  }

  /** An id that sorts by time. */
  newId(now: Date = new Date()): string {
    return `${now.toISOString().replace(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`;
  }

  async save(journal: Journal): Promise<void> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    await replaceFile(this.file(journal.id), `${JSON.stringify(journal)}\n`, { name: `journal.${journal.state}` });
  }

  /** All journals, oldest first. One that cannot be read is a crash of the disk; it is named in `damaged`. */
  async all(): Promise<{ journals: Journal[]; damaged: string[] }> {
    const names = await readdir(this.directory).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    const journals: Journal[] = [];
    const damaged: string[] = [];
    for (const name of names.filter((n) => /^\d{8}T\d+Z-[0-9a-f]+\.json$/.test(n)).toSorted()) {
      try {
        const journal = JSON.parse(await readFile(join(this.directory, name), 'utf8')) as Journal;
        if (journal.version === 1) journals.push(journal);
        else damaged.push(name);
      } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        damaged.push(name);
      }
    }
    return { journals, damaged };
  }

  async remove(id: string): Promise<void> {
    await rm(this.file(id), { force: true });
  }

  /**
   * Holds the store while `work` runs: one transaction at a time. The lock names its process, so that one left by a killed
   * process is taken over. Errors: `run_busy` when another process holds it for longer than `waitMs`.
   */
  async locked<T>(work: () => Promise<T>, waitMs = 10_000): Promise<T> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const lock = join(this.directory, 'lock');
    const deadline = Date.now() + waitMs;
    const mine = await processMark(process.pid);
    for (;;) {
      try {
        const handle = await open(lock, 'wx', 0o600);
        await handle.writeFile(mine);
        await handle.close();
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const holder = await readFile(lock, 'utf8').catch(() => '');
      const [pid] = holder.split(' ');
      const gone = holder !== '' && (await processMark(Number(pid))) !== holder;
      if (gone) {
        await rm(lock, { force: true });
        continue;
      }
      if (Date.now() > deadline) {
        // An empty lock is one whose maker died between making and writing it.
        if (holder === '') await rm(lock, { force: true });
        else throw new UntilgreenError('run_busy', `Another process (${pid}) is applying or undoing a change.`, { pid: Number(pid), lock }, 'Try again when it has ended.');
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    try {
      return await work();
    } finally {
      await rm(lock, { force: true });
    }
  }
}

/** A process by its number and start time, since numbers are used again; empty for one that is not alive. */
async function processMark(pid: number): Promise<string> {
  if (!Number.isInteger(pid) || pid <= 0) return '';
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return '';
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return `${pid} ${started}`;
}
