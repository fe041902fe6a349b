import type { RelativePath } from '../workspace/types.ts';
import type { ProjectGraph } from './graph/graph.ts';
import { outlineOf } from './ranking/outline.ts';
import { rankProject, type Focus } from './ranking/rank.ts';

/** Too small a map shows a file or two, and costs a heading. */
const LEAST_MAP_TOKENS = 120;

/** Names in a request that may be symbols: what is written as an identifier of at least three letters. */
export const namesIn = (request: string): Set<string> => new Set(request.match(/[A-Za-z_$][\w$]{2,}/g) ?? []);

/** Files that a request concerns, as weights for a ranking: the likeliest dozen, so that distant hits do not blur it. */
export function focusOf(located: readonly { path: RelativePath; score: number }[], request: string): Focus {
  return { files: new Map(located.slice(0, 12).map(({ path, score }) => [path, score])), names: namesIn(request) };
}

/**
 * What a prompt shows of the files that it has no room for: the symbols nearest to what the request concerns, within a budget of tokens.
 * '' where nothing is left to show.
 */
export function repoMap(graph: ProjectGraph, located: readonly { path: RelativePath; score: number }[], request: string, options: { budget: number; without?: ReadonlySet<RelativePath> }): string {
  if (options.budget < LEAST_MAP_TOKENS) return '';
  if (!graph.files.some((file) => file.facts.symbols.length > 0 && !options.without?.has(file.path))) return '';
  return outlineOf(rankProject(graph, focusOf(located, request)), options).text;
}
