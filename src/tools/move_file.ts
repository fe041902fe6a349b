import { z } from 'zod';
import { assertTaken, assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, tidyPath } from './paths.ts';

const schema = z.strictObject({
  from: z.string().describe('existing file'),
  to: z.string().describe('new path; must not exist'),
});

/**
 * Moves one file, bytes and permission bits kept. Imports elsewhere stay as they are: `update_imports` repairs what it can.
 * Refusals: `file_missing`, `file_exists`, `no_change`, `path_outside`, `path_unsafe`.
 */
export const moveFile = defineTool<z.infer<typeof schema>>({
  name: 'move_file',
  description: 'Move or rename a file; refused when the target exists.',
  effect: 'write',
  schema,
  reads: (args) => [tidyPath(args.from)],
  writes: (args) => [tidyPath(args.from), tidyPath(args.to)],
  async run(args, context) {
    const from = insidePath(args.from);
    const to = insidePath(args.to);
    if (from === to) return refused('no_change', `${from} is already there.`, { from, to });
    const entry = (await context.bench.list()).find((file) => file.path === from);
    if (!entry) {
      await assertThere(from, context, 'Use search to find the file.');
      await context.bench.readBytes(from);
      return refused('path_unsafe', `${from} is ignored or belongs to a dependency, and stays where it is. Move it yourself, if it must be.`, { path: from });
    }
    if (to.startsWith(`${from}/`)) return refused('not_a_file', `${to} cannot be there: ${from} is a file. Choose a path that does not lie below it.`, { path: to });
    assertTaken(to, context);
    if (await context.bench.exists(to)) return refused('file_exists', `${to} exists already; delete it first or choose another name.`, { path: to });
    const content = await context.bench.readBytes(from);
    await context.bench.write([
      { kind: 'write', path: to, content, mode: entry.mode, expect: null },
      { kind: 'delete', path: from, expect: entry.hash },
    ]);
    return done({ from, to }, `Moved ${from} to ${to}.`, [from, to]);
  },
});
