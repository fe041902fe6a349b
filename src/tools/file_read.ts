import { z } from 'zod';
import { assertThere } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath, tidyPath } from './paths.ts';
import { linesOf, numbered } from './text.ts';

/** What one reading gives at most: about a thousand lines of code, or 16 thousand tokens of a small context window. */
const MAX_LINES = 1_000;
const MAX_CHARACTERS = 64_000;

const schema = z.strictObject({
  path: z.string(),
  fromLine: z.int().min(1).optional().describe('first line, 1-based'),
  toLine: z.int().min(1).optional().describe('last line, inclusive'),
});

/** Reads lines of a text file with their numbers. Refusals: `file_missing`, `binary_file`, `not_a_file`, `too_large`, `path_outside`, `path_unsafe`. */
export const fileRead = defineTool<z.infer<typeof schema>>({
  name: 'file_read',
  aliases: ['read_file'],
  description: 'Read a text file, or some of its lines, with line numbers.',
  effect: 'read',
  schema,
  reads: (args) => [tidyPath(args.path)],
  async run(args, context) {
    const path = insidePath(args.path);
    await assertThere(path, context, 'Use search to find the file.');
    const file = await context.bench.readText(path);
    const lines = linesOf(file.text.replace(/^\uFEFF/, ''));
    const fromLine = args.fromLine ?? 1;
    if (args.toLine !== undefined && args.toLine < fromLine) return refused('bad_arguments', `toLine (${args.toLine}) stands before fromLine (${fromLine}). Swap them, or leave toLine out to read to the end.`, { fromLine, toLine: args.toLine });
    if (fromLine > Math.max(1, lines.length)) return refused('bad_arguments', `fromLine is ${fromLine}, but ${path} has ${lines.length} lines. Leave it out to read from the start.`, { path, fromLine, lines: lines.length });
    let toLine = Math.min(args.toLine ?? lines.length, lines.length, fromLine + MAX_LINES - 1);
    let text = numbered(lines, fromLine, toLine);
    if (text.length > MAX_CHARACTERS) {
      text = text.slice(0, MAX_CHARACTERS);
      toLine = fromLine + text.split('\n').length - 1;
    }
    const truncated = toLine < Math.min(args.toLine ?? lines.length, lines.length);
    const rest = truncated ? ` Go on with fromLine ${toLine + 1}.` : '';
    return done({ path, text, fromLine, toLine, totalLines: lines.length, truncated, hash: file.hash }, `${path}, lines ${fromLine}–${toLine} of ${lines.length}.${rest}`);
  },
});
