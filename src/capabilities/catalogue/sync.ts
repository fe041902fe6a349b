import { canonicalJson, sha256 } from '../../core/hash.ts';
import type { Embedder } from '../../models/types.ts';
import { capabilityDigests, libraryRevision, vectorOf, viewHeads, viewVectors, writeCapabilities, type ViewRow } from '../../store/queries/capabilities.ts';
import type { Db } from '../../store/types.ts';
import type { Library } from '../interfaces.ts';
import type { Capability } from '../types.ts';
import { viewsOf } from './views.ts';

export interface Changes {
  added: string[];
  changed: string[];
  removed: string[];
}

/** Texts that are embedded at once: a server's answer stays small, and an interrupted start loses little. */
const BATCH = 64;

/**
 * Brings the database up to the folder. Texts that were embedded by the same model before keep their vectors; vectors of another model are made
 * anew. Two processes may do it at once: both write what the folder says.
 */
export async function syncIndex(db: Db, library: Library, embedder: Embedder, revision: string): Promise<Changes> {
  const { directory } = library;
  const [known, stored, heads] = [await capabilityDigests(db, directory), await libraryRevision(db, directory), await viewHeads(db, directory)];
  const stale = new Set(heads.filter(({ embeddingModel }) => embeddingModel !== embedder.model).map(({ name }) => name));
  if (stored === revision && stale.size === 0) return { added: [], changed: [], removed: [] };

  const tools = (await library.list()).tools.map(({ tool }) => tool);
  const digests = new Map(known.map(({ name, digest }) => [name, digest]));
  const now = new Map(tools.map((tool) => [tool.name, digestOf(tool, embedder.model)]));
  const changed = tools.filter(({ name }) => digests.get(name) !== now.get(name) || stale.has(name));
  const removed = [...digests.keys()].filter((name) => !now.has(name));
  const rows = changed.map((tool) => ({
    name: tool.name, version: tool.version, status: tool.status, hash: tool.hash, digest: now.get(tool.name)!, content: tool as unknown as Record<string, unknown>,
  }));
  const views = await embedViews(db, directory, embedder, changed);
  await writeCapabilities(db, directory, { tools: rows, views, removed, revision });
  const names = changed.map(({ name }) => name);
  return { added: names.filter((name) => !digests.has(name)), changed: names.filter((name) => digests.has(name)), removed };
}

/** The model is part of it, so that another process whose memory holds vectors of an earlier model notices. */
const digestOf = (tool: Capability, model: string): string => sha256(`${model}\n${canonicalJson(tool)}`);

async function embedViews(db: Db, directory: string, embedder: Embedder, tools: readonly Capability[]): Promise<ViewRow[]> {
  const names = tools.map(({ name }) => name);
  const place = (view: { name: string; kind: string; position: number }): string => JSON.stringify([view.name, view.kind, view.position]);
  const texts = new Map((await viewHeads(db, directory, names)).map((head) => [place(head), head.text]));
  // Equal texts, of whichever tool, are embedded once.
  const vectors = new Map<string, ArrayLike<number>>();
  for (const kept of await viewVectors(db, directory, embedder.model, names)) vectors.set(texts.get(place(kept)) ?? '', vectorOf(kept.vector));
  const views = tools.flatMap((tool) => viewsOf(tool).map((view) => ({ name: tool.name, ...view })));
  const missing = [...new Set(views.map(({ text }) => text))].filter((text) => !vectors.has(text));
  for (let i = 0; i < missing.length; i += BATCH) {
    const batch = missing.slice(i, i + BATCH);
    for (const [j, vector] of (await embedder.embed(batch)).entries()) vectors.set(batch[j]!, vector);
  }
  return views.map((view) => ({ ...view, embedding: vectors.get(view.text)!, embeddingModel: embedder.model }));
}
