import { z } from 'zod';
import { vanishedSymbols, vanishedText } from './changes.ts';
import { assertThere } from './existing.ts';
import { defineTool, done } from './outcome.ts';
import { insidePath, languageOf, tidyPath } from './paths.ts';

const schema = z.strictObject({ path: z.string().describe('file to delete') });

/** Deletes one file and says which symbols of it are still named elsewhere. Refusals: `file_missing`, `not_a_file`, `path_outside`, `path_unsafe`. */
export const deleteFile = defineTool<z.infer<typeof schema>>({
  name: 'delete_file',
  description: 'Delete a file.',
  effect: 'write',
  schema,
  reads: (args) => [tidyPath(args.path)],
  writes: (args) => [tidyPath(args.path)],
  async run(args, context) {
    const path = insidePath(args.path);
    await assertThere(path, context, 'There is nothing to delete.');
    const before = languageOf(path, context.languages) ? await context.bench.readText(path) : undefined;
    await context.bench.write([{ kind: 'delete', path, ...(before ? { expect: before.hash } : {}) }]);
    const vanished = before ? await vanishedSymbols([{ path, before, after: '' }], context) : [];
    return done({ path, vanished }, `Deleted ${path}.${vanishedText(vanished)}`, [path]);
  },
});
