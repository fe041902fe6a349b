import { z } from 'zod';
import type { Language } from '../languages/types.ts';
import { commit, type ComputedChange } from './changes.ts';
import { defineTool, done } from './outcome.ts';
import { surroundings } from './shell.ts';
import { count } from './text.ts';
import { targets } from './touched.ts';
import type { ToolContext } from './types.ts';

const schema = z.strictObject({
  paths: z.array(z.string()).min(1).optional().describe('default: the files changed so far'),
  style: z.enum(['project', 'black']).optional().describe("default: the project's own formatter, else the built-in one"),
});

/** Formats with black where the project has it, else with the built-in formatter, which follows black's style. */
async function formatted(path: string, source: string, language: Language, black: boolean, context: ToolContext): Promise<string> {
  if (black && language.name === 'python') {
    const { mounts, env } = await surroundings(context);
    const result = await context.sandbox.run({
      argv: ['python3', '-m', 'black', '--quiet', '--stdin-filename', path, '-'], workspace: context.bench.root, mountAt: context.bench.mountAt, mounts, env,
      network: 'none', stdin: source, limits: { wallMs: context.settings.commandTimeoutMs }, ...(context.signal ? { signal: context.signal } : {}),
    });
    if (result.status === 'exited' && result.exitCode === 0 && !result.truncated.stdout && (result.stdout !== '' || source.trim() === '')) return result.stdout;
  }
  return language.format(path, source, context.bench);
}

/**
 * Formats files that parse. A file that was not in the formatter's form before this run touched it is left alone, so that the
 * change stays as small as the request. Refusals: `file_missing`, `breaks_syntax`, `path_outside`.
 */
export const formatCode = defineTool<z.infer<typeof schema>>({
  name: 'format_code',
  description: 'Format the given files, or all files changed so far, without touching lines that were never formatted.',
  effect: 'write',
  schema,
  reads: (args) => args.paths ?? [],
  ...({ writes: (args: z.infer<typeof schema>) => args.paths } as object),
  async run(args, context) {
    const black = (args.style ?? context.settings.formatter) === 'black';
    const changes: ComputedChange[] = [];
    const skipped: { path: string; reason: string }[] = [];
    for (const { path, language, touched } of await targets(args.paths, context)) {
      const before = await context.bench.readText(path);
      if (!(await language.parse(path, before.text)).ok) {
        skipped.push({ path, reason: 'it does not parse' });
        continue;
      }
      const base = touched ? await context.bench.readAt(context.bench.base, path) : undefined;
      if (base) {
        const text = Buffer.from(base).toString('utf8');
        if ((await formatted(path, text, language, black, context)) !== text) {
          skipped.push({ path, reason: 'it was not formatted this way before the change' });
          continue;
        }
      }
      const after = await formatted(path, before.text, language, black, context);
      if (after !== before.text) changes.push({ path, before, after });
    }
    const changed = await commit(changes, context);
    const left = skipped.length ? ` Left alone: ${skipped.map((s) => `${s.path} (${s.reason})`).join(', ')}.` : '';
    return done({ changed, skipped }, `${changed.length ? `Formatted ${count(changed.length, 'file')}: ${changed.join(', ')}.` : 'Nothing to format.'}${left}`, changed);
  },
});
