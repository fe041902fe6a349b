import { statfs } from 'node:fs/promises';
import { UntilgreenError } from '../../../core/errors.ts';

/** Bytes that stay free on the disk. */
const SPARE = 64 * 1_048_576;

/** @throws `download_failed` when so many bytes do not fit on the disk of a folder */
export async function ensureSpace(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (bytes > 0 && free < bytes + SPARE) {
    throw new UntilgreenError('download_failed', `${folder} has ${gigabytes(free)} free, and ${gigabytes(bytes)} are to come.`, { folder, free, needed: bytes, reason: 'space' }, 'Make room, or choose another disk with --models-root DIR.');
  }
}

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;
