import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { defineTool, done } from '../tools/outcome.ts';
import { count } from '../tools/text.ts';
import type { Tool } from '../tools/types.ts';

/** Paths that are named when none fits. */
const MOST_NEAR = 3;

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Finds the files of a name, wherever they lie. It belongs to the executor's fallbacks and to plans written by hand; a model's planner sees all paths and needs none. */
export const findFile = defineTool({
  name: 'find_file',
  description: 'Find the files of the project that have this name, in any folder.',
  effect: 'read',
  schema: z.strictObject({ name: z.string().min(1).describe('file name, or a path whose last part counts') }),
  async run({ name }, context) {
    const wanted = nameOf(name.replaceAll('\\', '/'));
    const all = (await context.bench.list()).filter((file) => file.link === undefined).map((file) => file.path);
    const same = all.filter((path) => nameOf(path) === wanted);
    const paths = same.length ? same : all.filter((path) => nameOf(path).toLowerCase() === wanted.toLowerCase());
    const near = paths.length
      ? []
      : all.map((path) => ({ path, d: distance(nameOf(path), wanted) })).filter(({ d }) => d <= Math.max(2, wanted.length / 3)).sort((a, b) => a.d - b.d || (a.path < b.path ? -1 : 1)).slice(0, MOST_NEAR).map(({ path }) => path);
    const summary = paths.length ? `${count(paths.length, 'file')} of the name ${wanted}: ${paths.join(', ')}.` : `No file is called ${wanted}${near.length ? `; near it: ${near.join(', ')}` : ''}.`;
    return done({ paths, near, text: paths.join('\n') }, summary);
  },
}) satisfies Tool;
