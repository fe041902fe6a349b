import { randomBytes } from 'node:crypto';
import { chown, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes of a report that are read; a longer one is cut, which shows as a missing end. */
const REPORT_LIMIT = 64 * 1024 * 1024;

/**
 * A file through which a test run in the sandbox reports to the host.
 *
 * The host opens it before the run and keeps it open; the runner opens it too and unlinks it before any code of the project
 * runs. From then on no path leads to it, and the host still reads what was written.
 */
export interface ReportFile {
  /** Name in the workspace's root: join it with `mountAt` for the runner. */
  name: string;
  /** Stands in every record; see `readRecords`. */
  nonce: string;
  read(): Promise<string>;
  /** Closes it, and removes it where no runner did. */
  close(): Promise<void>;
}

/** Makes an empty report in the workspace, owned like the workspace, because the sandbox runs as its owner. */
export async function openReportFile(root: string): Promise<ReportFile> {
  const name = `.untilgreen-${randomBytes(12).toString('hex')}`;
  const path = join(root, name);
  const handle = await open(path, 'wx+', 0o600);
  const owner = await stat(root);
  if (process.getuid?.() === 0 && owner.uid !== 0) await chown(path, owner.uid, owner.gid);
  let closed = false;
  return {
    name,
    nonce: randomBytes(16).toString('hex'),
    async read() {
      const { size } = await handle.stat();
      const buffer = Buffer.alloc(Math.min(size, REPORT_LIMIT));
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
      return buffer.toString('utf8', 0, bytesRead);
    },
    async close() {
      if (closed) return;
      closed = true;
      await handle.close();
      await rm(path, { force: true });
    },
  };
}
