import { z } from 'zod';
import { assertWhole, commit } from './changes.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, tidyPath } from './paths.ts';
import { count, linesOf } from './text.ts';

const schema = z.strictObject({
  path: z.string().describe('new file, relative to the project'),
  content: z.string().describe('the whole content'),
});

/** Makes a file that was not there. Refusals: `file_exists`, `omission`, `breaks_syntax`, `path_outside`, `path_unsafe`, `too_large`. */
export const createFile = defineTool<z.infer<typeof schema>>({
  name: 'create_file',
  description: 'Create a new file with the given content; refused when it exists.',
  effect: 'write',
  schema,
  writes: (args) => [tidyPath(args.path)],
  async run(args, context) {
    const path = insidePath(args.path);
    if (await context.bench.exists(path)) {
      return refused('file_exists', `${path} exists already. Use edit_file to change it, or file_write to replace all of it.`, { path });
    }
    const change = { path, after: args.content };
    assertWhole(change, context);
    await commit([change], context);
    const lines = linesOf(args.content).length;
    return done({ path, lines }, `Created ${path} (${count(lines, 'line')}).`, [path]);
  },
});
