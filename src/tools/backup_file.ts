import { z } from 'zod';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, tidyPath } from './paths.ts';

const schema = z
  .strictObject({
    path: z.string().optional().describe('file to keep a copy of'),
    paths: z.array(z.string()).min(1).optional().describe('several files'),
  })
  .refine((args) => (args.path === undefined) !== (args.paths === undefined), { message: 'give path or paths, one of the two', path: ['path'] });
type Args = z.infer<typeof schema>;
const named = (args: Args): string[] => (args.paths ?? [args.path ?? '']).map(tidyPath);

/**
 * Keeps the present content of files under a checkpoint of the run. The copy costs no file in the project, outlives later
 * steps, and is what a failed plan is rolled back to; the result names the checkpoint and each file's hash.
 * Refusals: `file_missing`, `path_outside`, `path_unsafe`.
 */
export const backupFile = defineTool<Args>({
  name: 'backup_file',
  description: 'Keep a copy of files as they are now (in the run, not in the project).',
  effect: 'read',
  schema,
  reads: named,
  async run(args, context) {
    const paths = (args.paths ?? [args.path ?? '']).map(insidePath);
    const listed = new Map((await context.bench.list()).map((file) => [file.path, file]));
    const missing = paths.filter((path) => !listed.has(path));
    for (const path of missing) {
      await assertThere(path, context, 'There is nothing to back up.');
      await context.bench.readBytes(path);
    }
    if (missing.length) return refused('path_unsafe', `${missing.join(', ')}: ignored, or part of a dependency, which no tool changes. There is nothing to back up.`, { paths: missing });
    const checkpoint = await context.bench.checkpoint();
    const files = paths.map((path) => ({ path, hash: listed.get(path)?.hash ?? '', bytes: listed.get(path)?.size ?? 0 }));
    return done({ checkpoint, files }, `Kept ${paths.join(', ')} under checkpoint ${checkpoint}.`);
  },
});
