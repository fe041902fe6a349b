import { randomBytes } from 'node:crypto';
import { chmod, copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Workbench } from '../../../workspace/types.ts';
import { openReportFile } from '../../shared/report-file.ts';
import { readRecords } from '../../shared/reports.ts';

const failure = z.object({
  kind: z.string().optional(),
  message: z.string(),
  errorClass: z.string().optional(),
  expected: z.string().optional(),
  got: z.string().optional(),
  frames: z.array(z.object({ file: z.string(), line: z.number() })).default([]),
});
const where = { file: z.string().optional(), line: z.number().nullish() };
const record = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('running'), ...where, name: z.string() }),
  z.object({
    kind: z.literal('test'), ...where, path: z.array(z.string()), passed: z.boolean(), suite: z.boolean().optional(),
    skip: z.boolean().optional(), todo: z.boolean().optional(), fails: z.boolean().optional(), unfinished: z.boolean().optional(),
    durationMs: z.number().optional(), failure: failure.optional(),
  }),
  z.object({
    kind: z.literal('file'), ...where, tests: z.number(), failed: z.number(), passed: z.boolean(), stderr: z.string(),
    exitCode: z.union([z.number(), z.string()]).nullable(), durationMs: z.number().optional(),
  }),
  z.object({ ...failure.shape, ...where, kind: z.literal('error') }),
  z.object({ kind: z.literal('late'), ...where, name: z.string().optional(), message: z.string() }),
  z.object({ kind: z.literal('unfinished'), ...where, name: z.string() }),
  z.object({ kind: z.literal('end') }),
]);
export type ReportRecord = z.infer<typeof record>;
export interface Reporting {
  /** The reporter's path, relative to the check's working directory. */
  reporter: string;
  /** What the reporter reads from standard input: nonce and file name, so that no environment or command line shows them. */
  stdin: string;
  /** The records written so far, and whether the report is whole. */
  read(): Promise<{ records: ReportRecord[]; complete: boolean }>;
  remove(): Promise<void>;
}

/**
 * Puts a reporter into the workspace copy, in a folder of a random name, and makes the file it writes to.
 *
 * @param name  `node-test`, `vitest` or `jest`
 * @param cwd   the check's working directory, relative to the workspace
 */
export async function createReport(bench: Pick<Workbench, 'root'>, name: 'node-test' | 'vitest' | 'jest', cwd: string): Promise<Reporting> {
  const folder = `.untilgreen-${randomBytes(8).toString('hex')}`;
  const absolute = join(bench.root, folder);
  const file = await openReportFile(bench.root);
  await mkdir(absolute);
  for (const script of ['records.mjs', `${name}.mjs`, ...(name === 'node-test' ? ['lock-assert.mjs'] : [])]) {
    const target = join(absolute, script);
    await copyFile(fileURLToPath(new URL(`../reporters/${script}`, import.meta.url)), target);
    // The product's own files may be readable by their owner only; the sandbox may run as somebody else.
    await chmod(target, 0o644);
  }
  await chmod(absolute, 0o755);
  const up = cwd === '' ? '.' : cwd.split('/').map(() => '..').join('/');
  return {
    reporter: `${up}/${folder}/${name}.mjs`,
    stdin: JSON.stringify({ nonce: file.nonce, root: up, file: `${up}/${file.name}` }),
    async read() {
      const { records, ended } = readRecords(await file.read(), file.nonce);
      const known = records.map((r) => record.safeParse({ ...r, kind: r.k }));
      return { records: known.flatMap((r) => (r.success ? [r.data] : [])), complete: ended && known.every((r) => r.success) };
    },
    async remove() {
      await file.close();
      await rm(absolute, { recursive: true, force: true });
    },
  };
}
