import { z } from 'zod';
import { commit, type ComputedChange } from './changes.ts';
import { defineTool, done } from './outcome.ts';
import { count } from './text.ts';
import { targets } from './touched.ts';

const schema = z.strictObject({ paths: z.array(z.string()).min(1).optional().describe('default: the files changed so far') });

/** Sorts imports, drops unused ones and adds those of names the project defines exactly once. Refusals: `file_missing`, `breaks_syntax`. */
export const updateImports = defineTool<z.infer<typeof schema>>({
  name: 'update_imports',
  description: 'Organise and repair the imports of the given files, or of all files changed so far.',
  effect: 'write',
  schema,
  reads: (args) => args.paths ?? [],
  ...({ writes: (args: z.infer<typeof schema>) => args.paths } as object),
  async run(args, context) {
    const changes: ComputedChange[] = [];
    for (const { path, language } of await targets(args.paths, context)) {
      if (!language) continue;
      const before = await context.bench.readText(path);
      const after = await language.organiseImports(path, before.text, context.bench);
      if (after !== before.text) changes.push({ path, before, after });
    }
    const changed = await commit(changes, context);
    return done({ changed }, changed.length ? `Organised the imports of ${count(changed.length, 'file')}: ${changed.join(', ')}.` : 'The imports are in order.', changed);
  },
});
