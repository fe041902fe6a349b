import { lstatSync, readdirSync, readlinkSync, statSync, statfsSync } from 'node:fs';
import { join } from 'node:path';

/** Free bytes kept on the workspace's file system whatever the limit says. */
const RESERVE = 256 * 1024 * 1024;
/** Entries looked at in one measurement; a tree that has more is judged by the file system's free space alone. */
const MOST_ENTRIES = 200_000;
/** Measuring again is worth it when this share of the limit more is gone. */
const STEP = 0.1;
const BLOCK = 512;

/**
 * Watches how much a command adds to its workspace. The file system's free space is the cheap sign (microseconds);
 * only when it fell by more than half the limit are the files changed since the start measured, because others write there too.
 */
export class DiskWatch {
  private readonly startFree: number;
  private readonly device: number;
  private readonly startedAt = Date.now() - 1000;
  private measuredAt = 0;

  /** @param deleted bytes on a device that processes hold open without a name; others than by reading /proc only where it cannot be read */
  constructor(
    private readonly root: string,
    private readonly limit: number,
    private readonly deleted: (pids: readonly number[], device: number) => number = deletedBytes,
    /** Whose files count, where others write in the same folder. Default: everybody's. */
    private readonly uid?: number,
  ) {
    this.startFree = this.free();
    this.device = statSync(root).dev;
  }

  private free(): number {
    const fs = statfsSync(this.root);
    return fs.bavail * fs.bsize;
  }

  /** Has the command used more than it may. `pids`: its processes, for files that are deleted but still open. */
  exceeded(pids: () => readonly number[]): boolean {
    let free: number;
    try {
      free = this.free();
    } catch {
      return false; // the workspace was taken away by its owner; there is nothing left to fill
    }
    const gone = this.startFree - free;
    const short = free < RESERVE && gone > RESERVE;
    if (gone < this.limit / 2 && !short) return false;
    if (gone < this.measuredAt + this.limit * STEP && gone < this.limit) return false;
    this.measuredAt = gone;
    const written = this.changedBytes();
    if (written === undefined) return gone > this.limit || short;
    const total = written + (written > this.limit ? 0 : this.deleted(pids(), this.device));
    return total > this.limit || (short && total > gone / 2);
  }

  /** Bytes of files changed since the start; undefined when the tree is too large or too deep to walk. */
  private changedBytes(): number | undefined {
    let total = 0;
    let entries = 0;
    const open = [this.root];
    for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
      let names: string[];
      try {
        names = readdirSync(directory);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return undefined;
        continue; // removed or locked meanwhile
      }
      for (const name of names) {
        if ((entries += 1) > MOST_ENTRIES) return undefined;
        try {
          const path = join(directory, name);
          const entry = lstatSync(path);
          if (entry.isDirectory()) open.push(path);
          if (entry.ctimeMs >= this.startedAt && (this.uid === undefined || entry.uid === this.uid)) total += (entry.blocks * BLOCK) / Math.max(1, entry.isDirectory() ? 1 : entry.nlink);
        } catch (thrown) {
          if ((thrown as NodeJS.ErrnoException).code === 'ENAMETOOLONG') return undefined;
        }
      }
    }
    return total;
  }
}

function deletedBytes(pids: readonly number[], device: number): number {
  const seen = new Map<number, number>();
  for (const pid of pids) {
    let descriptors: string[] = [];
    try {
      descriptors = readdirSync(`/proc/${pid}/fd`);
    } catch {
      continue; // it ended
    }
    for (const fd of descriptors) {
      try {
        const path = `/proc/${pid}/fd/${fd}`;
        if (!readlinkSync(path).endsWith(' (deleted)')) continue;
        const file = statSync(path);
        if (file.dev === device && file.isFile()) seen.set(file.ino, file.blocks * BLOCK);
      } catch {
        // closed meanwhile
      }
    }
  }
  return [...seen.values()].reduce((a, b) => a + b, 0);
}
