import { z } from 'zod';
import ignore from 'ignore';
import { assertTaken } from './existing.ts';
import { defineTool, done, refused } from './outcome.ts';
import { insidePath } from './paths.ts';
import { searchWithRegExp } from './search-regexp.ts';
import { ripgrepPath, searchWithRipgrep } from './search-ripgrep.ts';
import { count } from './text.ts';

const schema = z.strictObject({
  pattern: z.string().min(1).describe('regular expression, matched line by line'),
  glob: z.string().min(1).optional().describe('gitignore-style file pattern, such as *.py or src/**/*.ts'),
  path: z.string().optional().describe('folder or file to search in; default the whole project'),
  ignoreCase: z.boolean().optional(),
  literal: z.boolean().optional().describe('take the pattern as plain text'),
  maxResults: z.int().min(1).max(1_000).default(100),
});

/** Path order, folder by folder, as ripgrep sorts. */
export function byPath(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  for (let i = 0; i < Math.min(left.length, right.length); i += 1) {
    const order = Buffer.compare(Buffer.from(left[i] ?? ''), Buffer.from(right[i] ?? ''));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/**
 * Finds lines in the project's own files: ignored files, dependency folders, links and binary files are not searched.
 * Uses ripgrep where the optional package is installed, else a search of our own with the same results.
 * Refusals: `bad_arguments` (the expression), `path_outside`, `path_unsafe`, `file_missing`.
 */
export const search = defineTool<z.infer<typeof schema>>({
  name: 'search',
  description: 'Search the files of the project with a regular expression.',
  effect: 'read',
  schema,
  async run(args, context) {
    const pattern = args.literal ? args.pattern.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&').replaceAll('\\/', '/').replaceAll('\\-', '-') : args.pattern;
    try {
      new RegExp(pattern);
    } catch (error) {
      return refused('bad_arguments', `pattern is not a regular expression: ${(error as Error).message}. Use literal: true to search plain text.`, { pattern: args.pattern });
    }
    const folder = args.path === undefined || args.path.trim() === '.' || args.path.trim() === './' ? undefined : insidePath(args.path);
    let files = (await context.bench.list()).filter((f) => f.link === undefined && f.size <= context.settings.maxFileBytes).map((f) => f.path);
    if (folder !== undefined) {
      files = files.filter((f) => f === folder || f.startsWith(`${folder}/`));
      if (files.length === 0) {
        assertTaken(folder, context);
        return refused('file_missing', `${folder} holds no file of the project: it is missing, empty, a link, too large, or ignored. Leave path out to search everything.`, { path: folder });
      }
    }
    if (args.glob !== undefined) {
      const matcher = ignore({ allowRelativePaths: true }).add(args.glob);
      files = files.filter((f) => matcher.ignores(f));
    }
    files.sort(byPath);
    const query = { root: context.bench.root, pattern, ignoreCase: args.ignoreCase ?? false, maxResults: args.maxResults + 1, files, signal: context.signal };
    const binary = await ripgrepPath();
    const found = (binary ? await searchWithRipgrep(binary, query) : undefined) ?? (await searchWithRegExp(query, context.bench));
    if ('problem' in found) return refused('bad_arguments', `pattern: ${found.problem}`, { pattern: args.pattern });
    const matches = found.matches.slice(0, args.maxResults);
    const truncated = found.matches.length > args.maxResults;
    const places = new Set(matches.map((m) => m.path)).size;
    const summary = matches.length === 0 ? `No line matches in ${count(files.length, 'file')}.` : `${truncated ? 'The first ' : ''}${count(matches.length, 'line')} in ${count(places, 'file')}.`;
    return done({ matches, truncated, filesSearched: files.length, text: matches.map((m) => `${m.path}:${m.line}: ${m.text}`).join('\n') }, summary);
  },
});
