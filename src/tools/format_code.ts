import { z } from 'zod';
import { commit, type ComputedChange } from './changes.ts';
import { formatterOf, hasBlack } from './formatter.ts';
import { defineTool, done } from './outcome.ts';
import { count } from './text.ts';
import { targets } from './touched.ts';

const schema = z.strictObject({
  paths: z.array(z.string()).min(1).optional().describe('default: the files changed so far'),
  style: z.enum(['project', 'black']).optional().describe("default: the project's own formatter, else the built-in one"),
});

/**
 * Formats files that parse. A file that was not in the formatter's form before this run touched it is left alone, so that the
 * change stays as small as the request; one that is named and untouched is formatted as asked. With `style: black` the project's
 * own black does it; where it has none, the built-in formatter, which follows black's style and settings, and the summary says so.
 * Refusals: `file_missing`, `breaks_syntax`, `path_outside`, `path_unsafe`, `binary_file`.
 */
export const formatCode = defineTool<z.infer<typeof schema>>({
  name: 'format_code',
  description: 'Format the given files, or all files changed so far, without touching lines that were never formatted.',
  effect: 'write',
  schema,
  reads: (args) => args.paths ?? [],
  ...({ writes: (args: z.infer<typeof schema>) => args.paths } as object),
  async run(args, context) {
    const found = await targets(args.paths, context);
    const asked = (args.style ?? context.settings.formatter) === 'black' && found.some((t) => t.language?.name === 'python');
    const black = asked && (await hasBlack(context));
    const changes: ComputedChange[] = [];
    const skipped: { path: string; reason: string }[] = [];
    for (const target of found) {
      const { path, language, touched } = target;
      const format = formatterOf(target, black, context);
      if (!format) {
        if (args.paths) skipped.push({ path, reason: 'there is no formatter for it' });
        continue;
      }
      const before = await context.bench.readText(path);
      if (language && !(await language.parse(path, before.text)).ok) {
        skipped.push({ path, reason: 'it does not parse' });
        continue;
      }
      const base = touched ? await context.bench.readAt(context.bench.base, path) : undefined;
      if (base) {
        const text = Buffer.from(base).toString('utf8');
        if ((await format(text)) !== text) {
          skipped.push({ path, reason: 'it was not formatted this way before the change' });
          continue;
        }
      }
      const after = await format(before.text);
      if (after !== before.text) changes.push({ path, before, after });
    }
    const changed = await commit(changes, context);
    const how = !asked ? '' : black ? " Used the project's black." : ' The project has no black: used the built-in formatter with its settings.';
    const left = skipped.length ? ` Left alone: ${skipped.map((s) => `${s.path} (${s.reason})`).join(', ')}.` : '';
    return done({ changed, skipped, ...(asked ? { formatter: black ? 'black' : 'built-in' } : {}) }, `${changed.length ? `Formatted ${count(changed.length, 'file')}: ${changed.join(', ')}.` : 'Nothing to format.'}${how}${left}`, changed);
  },
});
