import type { Embedder } from '../../models/types.ts';
import type { Near } from '../interfaces.ts';
import type { Capability, Query } from '../types.ts';
import type { IndexMemory } from './memory.ts';
import { spoken } from './words.ts';

/** Tools given where nothing is said. */
const LIMIT = 10;
/** A lead beyond this says no more: in a library of few tools the only one that is somewhat near leads by much, whatever it does. */
const MOST_LEAD = 0.2;

/**
 * The tools that are near by any view or by their words: as many by views as by words at most `limit`, joined, best view first. Adding up ranks
 * of both was measured to lose a seventh of the right ones; both are figures, and what they are worth together is fitted.
 *
 * Figures: cosine by view (`description`, `name`, `request`, `signature`, the `best` of them), `text` (share of the query's words, 0 to 1),
 * `z` and `lead` (of the best view: in deviations above the mean of all tools, and above the best other tool), `textLead`, `crowd` (logarithm of
 * the number of tools).
 */
export async function nearTools(
  deps: { memory: IndexMemory; embedder: Embedder; contents(names: string[]): Promise<{ name: string; content: Record<string, unknown> }[]> },
  query: Query,
  { limit = LIMIT, all = false }: { limit?: number; all?: boolean } = {},
): Promise<Near[]> {
  const { memory, embedder } = deps;
  const texts = textsOf(query);
  const vectors = await embedder.embed(texts);
  const wanted = (name: string): boolean => all || memory.tools.get(name)?.status === 'active';
  // One more than asked for, so that the last one's lead is known too.
  const { names, mean, deviation, count } = memory.vectors.nearest(vectors, limit + 1, wanted);
  const words = memory.words.search(texts.join('\n'));
  const byWords = words.best(limit, wanted);
  const found = [...new Set([...names, ...byWords])];

  const scored = found.map((name) => ({ name, views: memory.vectors.scores(name, vectors), text: words.of(name) }));
  const lead = leadsOf(scored.map(({ views }) => views.best));
  const textLead = leadsOf(scored.map(({ text }) => text));
  const figures = new Map(scored.map(({ name, views, text }, i) => [
    name, { ...views, text, z: deviation > 0 ? (views.best - mean) / deviation : 0, lead: lead[i]!, textLead: textLead[i]!, crowd: Math.log10(Math.max(count, 1)) },
  ]));
  const order = scored.toSorted((a, b) => b.views.best + b.text - (a.views.best + a.text)).slice(0, 2 * limit);
  const contents = new Map((await deps.contents(order.map(({ name }) => name))).map(({ name, content }) => [name, content as unknown as Capability]));
  return order.flatMap(({ name }) => {
    const tool = contents.get(name);
    return tool ? [{ tool, figures: figures.get(name)! }] : [];
  });
}

/** What is embedded of a query: the request, and what a model made of it. */
function textsOf({ request, description, name }: Query): string[] {
  return [...new Set([request, ...(description ? [description] : []), ...(name ? [spoken(name)] : [])])].filter((text) => text.trim() !== '');
}

/** How far each stands above the best of the others, or below it. */
function leadsOf(scores: readonly number[]): number[] {
  const sorted = scores.toSorted((a, b) => b - a);
  return scores.map((score) => Math.min(MOST_LEAD, score - (score === sorted[0] ? (sorted[1] ?? 0) : sorted[0]!)));
}
