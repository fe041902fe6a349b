import { z } from 'zod';
import { applyEdits } from '../edit/apply.ts';
import type { Edit } from '../edit/types.ts';
import type { TextFile } from '../workspace/types.ts';
import { commit, vanishedSymbols, vanishedText } from './changes.ts';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, tidyPath } from './paths.ts';
import { count, linesOf, numbered } from './text.ts';

export const editsSchema = z
  .array(
    z.strictObject({
      oldText: z.string().describe('text copied verbatim from the file, long enough to occur once'),
      newText: z.string().describe('the full text that takes its place'),
    }),
  )
  .min(1);

const schema = z.strictObject({ path: z.string(), edits: editsSchema });

/** Lines shown around a change in the result. */
const AROUND = 4;

/** The changed lines of a file with four lines around each, neighbours joined. */
export function changedRegions(content: string, edits: readonly { fromLine: number; toLine: number }[]): string {
  const lines = linesOf(content);
  const regions: { from: number; to: number }[] = [];
  for (const edit of [...edits].sort((a, b) => a.fromLine - b.fromLine)) {
    const from = Math.max(1, edit.fromLine - AROUND);
    const to = Math.min(lines.length, Math.max(edit.toLine, edit.fromLine) + AROUND);
    const last = regions.at(-1);
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to);
    else regions.push({ from, to });
  }
  return regions.map((r) => numbered(lines, r.from, r.to)).join('\n…\n');
}

/** The ladder's outcome as a change, or its refusal in words that name the file and the edit. */
export function computeEdits(file: TextFile, edits: readonly Edit[]) {
  const outcome = applyEdits(file.text, [...edits]);
  if (outcome.ok) return { ok: true as const, after: outcome.content, edits: outcome.edits };
  const which = edits.length > 1 ? `, edit ${outcome.editIndex + 1} of ${edits.length}` : '';
  return { ok: false as const, code: outcome.code, message: `${file.path}${which}: ${outcome.message}`, data: { path: file.path, editIndex: outcome.editIndex, lines: outcome.lines } };
}

/**
 * Changes parts of a file by the strict ladder. All edits match the same original and are computed before the write.
 * Refusals: the ladder's codes, `breaks_syntax`, `file_missing`, `binary_file`, `stale`, `path_outside`, `path_unsafe`.
 */
export const editFile = defineTool<z.infer<typeof schema>>({
  name: 'edit_file',
  description: 'Replace exact parts of a file. Each oldText must be copied verbatim from the file and occur once.',
  effect: 'write',
  schema,
  reads: (args) => [tidyPath(args.path)],
  writes: (args) => [tidyPath(args.path)],
  async run(args, context) {
    const path = insidePath(args.path);
    await assertThere(path, context, 'Use search to find the file, or create_file to make it.');
    const file = await context.bench.readText(path);
    const computed = computeEdits(file, args.edits);
    if (!computed.ok) return refused(computed.code, computed.message, computed.data);
    const change = { path, before: file, after: computed.after };
    const changed = await commit([change], context);
    const vanished = await vanishedSymbols([change], context);
    const tiers = [...new Set(computed.edits.map((e) => e.tier))];
    return done(
      { path, edits: computed.edits, changed: changedRegions(computed.after, computed.edits), vanished },
      `Edited ${path} (${count(args.edits.length, 'edit')}, ${tiers.join(' and ')} match).${vanishedText(vanished)}`,
      changed,
    );
  },
});
