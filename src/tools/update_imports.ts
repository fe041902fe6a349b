import { z } from 'zod';
import { refactorEngines } from '../languages/refactor/registry.ts';
import { carryOut } from '../refactor/index.ts';
import { commit, type ComputedChange } from './changes.ts';
import { assertThere } from './existing.ts';
import { defineTool, done } from './outcome.ts';
import { insidePath } from './paths.ts';
import { count } from './text.ts';
import { targets } from './touched.ts';
import type { ToolContext } from './types.ts';

const schema = z.strictObject({
  paths: z.array(z.string()).min(1).optional().describe('put only these in order; default: repair the whole project, and put in order what was changed so far'),
  moved: z.array(z.strictObject({ from: z.string().min(1), to: z.string().min(1) })).min(1).optional().describe('files, folders or modules that were moved'),
});
type Args = z.infer<typeof schema>;

/** Imports that lead nowhere, repaired where the project says in one way what is meant. Languages without an engine for it are passed over. */
async function repair(args: Args, context: ToolContext): Promise<{ changed: string[]; said: string }> {
  const files = await context.bench.list();
  const engines = refactorEngines.filter((engine) => engine.operations.has('update_imports') && files.some((file) => context.languages.some((l) => engine.languages.includes(l.name) && l.extensions.some((e) => file.path.endsWith(e)))));
  if (!engines.length) return { changed: [], said: '' };
  const { bench, sandbox, emit, signal } = context;
  const { changed, summary } = await carryOut({ kind: 'update_imports', ...(args.moved && { moved: args.moved }) }, { bench, sandbox, emit, gates: ['parses', 'lint'], ...(signal && { signal }) });
  return { changed, said: changed.length ? summary : '' };
}

/**
 * Repairs imports that lead nowhere after files or symbols were moved, in the whole project; then sorts imports, drops unused ones and adds those
 * of names that the project defines exactly once, in the given files or in those that were changed.
 * Refusals: `file_missing`, `breaks_syntax`, `refactoring_refused`.
 */
export const updateImports = defineTool<Args>({
  name: 'update_imports',
  description: 'Repair imports that lead nowhere after a move, and organise the imports of the given files, or of all files changed so far.',
  effect: 'write',
  schema,
  reads: (args) => args.paths ?? [],
  ...({ writes: (args: Args) => (args.moved ? undefined : args.paths) } as object),
  async run(args, context) {
    for (const path of args.paths ?? []) await assertThere(insidePath(path), context, 'Use search to find the file, or leave paths out for those that were changed.');
    const repaired = args.paths && !args.moved ? { changed: [], said: '' } : await repair(args, context);
    const changes: ComputedChange[] = [];
    for (const { path, language } of await targets(args.paths, context)) {
      if (!language) continue;
      const before = await context.bench.readText(path);
      const after = await language.organiseImports(path, before.text, context.bench);
      if (after !== before.text) changes.push({ path, before, after });
    }
    const organised = await commit(changes, context);
    const changed = [...new Set([...repaired.changed, ...organised])];
    const said = [repaired.said, organised.length ? `Organised the imports of ${count(organised.length, 'file')}: ${organised.join(', ')}.` : ''].filter(Boolean).join(' ');
    return done({ changed }, said || 'The imports are in order.', changed);
  },
});
