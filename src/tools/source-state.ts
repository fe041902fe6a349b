import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bench } from '../workspace/bench.ts';
import { scanDirectory, type ScanOptions } from '../workspace/scan.ts';
import { SETTLE_MS } from '../workspace/snapshot.ts';
import { inspect } from '../workspace/transaction.ts';
import { pooled } from '../workspace/tree.ts';
import type { RelativePath } from '../workspace/types.ts';

/** What a directory looked like at a moment, without any content. */
export interface SourceState {
  /** What would be copied: path to inode, size, times, permissions and link. */
  files: ReadonlyMap<RelativePath, string>;
  /** Files that changed so shortly before that a second change might have left the same times: equal stamps prove nothing of them. */
  unsure: ReadonlySet<RelativePath>;
  /** Directories, what is shown from where it lies, and what is left out. */
  rest: string;
}

/** Looks at the times and inodes of all that a workbench would copy, opening no file: about a tenth of what the copy costs. */
export async function sourceState(directory: string, options: ScanOptions): Promise<SourceState> {
  const settled = BigInt(Date.now() - SETTLE_MS) * 1_000_000n;
  const scan = await scanDirectory(directory, options);
  const files = new Map<RelativePath, string>();
  const unsure = new Set<RelativePath>();
  const look = (kind: string) => async ({ path, link }: { path: RelativePath; link?: string }) => {
    const info = await lstat(join(directory, path), { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined; // gone since it was listed
      throw error;
    });
    files.set(path, info ? `${kind} ${info.dev} ${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs} ${info.mode} ${link ?? ''}` : 'gone');
    if (!info || info.ctimeNs >= settled) unsure.add(path);
  };
  await pooled(scan.files, 16, look('file'));
  await pooled(scan.ignored, 16, look('ignored'));
  return { files, unsure, rest: JSON.stringify([scan.directories, scan.ignoredDirectories, scan.mounts, scan.skipped]) };
}

/** More files than this to compare are no cheaper than a copy. */
const MAX_COMPARED = 100;

/**
 * Whether a workbench that was made (or last found equal) at `then` still holds what the directory holds now.
 *
 * @param applied files that were written into the directory from the workbench since: their stamps differ, their content must not
 */
export async function stillSame(bench: Bench, then: SourceState, now: SourceState, applied: ReadonlySet<RelativePath>): Promise<boolean> {
  if (then.rest !== now.rest || then.files.size !== now.files.size) return false;
  const compare: RelativePath[] = [];
  for (const [path, stamp] of now.files) {
    const before = then.files.get(path);
    if (before === undefined || (before !== stamp && !applied.has(path))) return false;
    if (before !== stamp || then.unsure.has(path)) compare.push(path);
  }
  if (compare.length > MAX_COMPARED) return false;
  for (const path of compare) {
    const [present, copied] = [await inspect(bench.source, path), await bench.entryAt(bench.base, path)];
    if (present.kind !== 'file' || !copied) return false;
    const { hash, mode, link } = present.state;
    if (hash !== copied.hash || link !== copied.link || (link === undefined && ((mode & 0o777) | 0o400) !== copied.mode)) return false;
  }
  return true;
}
