import { find } from '../find/find.ts';
import { thresholdOf } from '../find/threshold.ts';
import { useTool } from '../run/run.ts';
import type { Found, Query } from '../types.ts';
import type { Shared } from './open.ts';

/** Looks a need up in the library as it stands in the catalogue. Only here the embedding model is needed, and what was taken wrongly before. */
export async function findIn(shared: Shared, query: Query, signal?: AbortSignal): Promise<Found> {
  const sandbox = await shared.sandbox();
  return find(query, {
    catalogue: await shared.catalogue(), threshold: shared.config.settings.capabilities.similarity_threshold, embedderModel: (await shared.embedder()).model, thresholds: await thresholdsOf(shared),
    run: (tool, args) => useTool(tool, args, { sandbox, ...(signal ? { signal } : {}) }),
  });
}

/** Thresholds of tools that were taken wrongly before, by name. */
async function thresholdsOf(shared: Pick<Shared, 'catalogue' | 'config'>): Promise<(name: string) => number | undefined> {
  const common = shared.config.settings.capabilities.similarity_threshold;
  const uses = await (await shared.catalogue()).uses({ limit: REMEMBERED });
  const named = new Set(uses.filter(({ wrong }) => wrong).map(({ name }) => name));
  return (name) => (named.has(name) ? thresholdOf(uses.filter((use) => use.name === name), common) : undefined);
}
const REMEMBERED = 10_000;
