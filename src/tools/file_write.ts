import { z } from 'zod';
import { assertWhole, commit, vanishedSymbols, vanishedText } from './changes.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, tidyPath } from './paths.ts';
import { count, inShapeOf, linesOf } from './text.ts';

const schema = z.strictObject({
  path: z.string(),
  content: z.string(),
  mode: z.enum(['write', 'append', 'create']).default('write').describe('write replaces or creates, append adds at the end, create refuses an existing file'),
});

/**
 * Writes a whole text file. A replaced file keeps its byte-order mark and, where every line ended in CRLF, its line ending.
 * Refusals: `file_exists` (create), `binary_file`, `omission`, `breaks_syntax`, `no_change`, `too_large`, `path_outside`, `path_unsafe`.
 */
export const fileWrite = defineTool<z.infer<typeof schema>>({
  name: 'file_write',
  description: 'Write a whole file: replace or create it, append to it, or create it only.',
  effect: 'write',
  schema,
  writes: (args) => [tidyPath(args.path)],
  async run(args, context) {
    const path = insidePath(args.path);
    const exists = await context.bench.exists(path);
    if (exists && args.mode === 'create') return refused('file_exists', `${path} exists already; mode "write" replaces it, edit_file changes a part.`, { path });
    const before = exists ? await context.bench.readText(path) : undefined;
    const after = args.mode === 'append' ? appended(before?.text ?? '', args.content) : inShapeOf(before?.text, args.content);
    if (before?.text === after) return refused('no_change', `${path} already holds exactly this content.`, { path });
    const change = { path, ...(before ? { before } : {}), after };
    if (args.mode !== 'append') assertWhole(change, context);
    const changed = await commit([change], context);
    const vanished = await vanishedSymbols([change], context);
    const verb = !exists ? 'Created' : args.mode === 'append' ? 'Appended to' : 'Replaced';
    return done({ path, lines: linesOf(after).length, created: !exists, vanished }, `${verb} ${path} (${count(linesOf(after).length, 'line')}).${vanishedText(vanished)}`, changed);
  },
});

/** Text added as whole lines: a file without a final newline gets one first. */
function appended(before: string, content: string): string {
  const joined = before !== '' && !before.endsWith('\n') ? `${before}${before.includes('\r\n') ? '\r\n' : '\n'}` : before;
  return joined + (before === '' ? content : inShapeOf(before.replace(/^\uFEFF/, ''), content));
}
