import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { scanDirectory, type ScanOptions } from '../workspace/scan.ts';
import { SETTLE_MS } from '../workspace/snapshot.ts';
import { pooled } from '../workspace/tree.ts';

/** What a directory looked like at a moment. */
export interface SourceState {
  /** Differs whenever a file that would be copied differs, or what is shown, ignored or left out. */
  id: string;
  /** False where something changed so shortly before that a second change might have left the same times: an equal id then proves nothing. */
  settled: boolean;
}

/** Looks at the times and inodes of all that a workbench would copy, opening no file: about a tenth of what the copy costs. */
export async function sourceState(directory: string, options: ScanOptions): Promise<SourceState> {
  const at = BigInt(Date.now()) * 1_000_000n;
  const scan = await scanDirectory(directory, options);
  const files = [...scan.files, ...scan.ignored];
  const stamps = new Map<string, string>();
  let newest = 0n;
  await pooled(files, 16, async ({ path }) => {
    const info = await lstat(join(directory, path), { bigint: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined; // gone since it was listed
      throw error;
    });
    if (!info) return;
    if (info.ctimeNs > newest) newest = info.ctimeNs;
    stamps.set(path, `${info.dev} ${info.ino} ${info.size} ${info.mtimeNs} ${info.ctimeNs} ${info.mode}`);
  });
  const hash = createHash('sha256');
  for (const { path, link } of files) hash.update(JSON.stringify([path, stamps.get(path), link]));
  hash.update(JSON.stringify([scan.files.length, scan.directories, scan.ignoredDirectories, scan.mounts, scan.skipped]));
  return { id: hash.digest('hex'), settled: newest + BigInt(SETTLE_MS) * 1_000_000n < at };
}
