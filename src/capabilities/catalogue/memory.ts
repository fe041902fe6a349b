import type { Db } from '../../store/types.ts';
import { capabilityDigests, vectorOf, viewHeads, viewVectors } from '../../store/queries/capabilities.ts';
import type { Status } from '../types.ts';
import { TextIndex } from './text-index.ts';
import { VectorIndex } from './vector-index.ts';
import type { ViewKind } from './views.ts';

/** What is looked through: names, standing, words and vectors of all tools. Their contents stay in the database. */
export interface IndexMemory {
  readonly tools: Map<string, { digest: string; status: Status }>;
  readonly words: TextIndex;
  readonly vectors: VectorIndex;
}

export function emptyMemory(): IndexMemory {
  return { tools: new Map(), words: new TextIndex(), vectors: new VectorIndex() };
}

/** Brings the memory up to the database: reads only what has another digest there. */
export async function refresh(memory: IndexMemory, db: Db, library: string, embeddingModel: string): Promise<void> {
  const rows = await capabilityDigests(db, library);
  const there = new Set(rows.map(({ name }) => name));
  for (const name of [...memory.tools.keys()].filter((known) => !there.has(known))) forget(memory, name);
  const changed = rows.filter(({ name, digest }) => memory.tools.get(name)?.digest !== digest);
  if (changed.length === 0) return;
  const names = changed.length === rows.length ? undefined : changed.map(({ name }) => name);
  const texts = byName(await viewHeads(db, library, names));
  const vectors = byName(await viewVectors(db, library, embeddingModel, names));
  for (const { name, digest, status } of changed) {
    memory.tools.set(name, { digest, status: status as Status });
    memory.words.set(name, (texts.get(name) ?? []).map(({ text }) => text).join('\n'));
    memory.vectors.set(name, (vectors.get(name) ?? []).map(({ kind, vector }) => ({ kind: kind as ViewKind, vector: vectorOf(vector) })));
  }
}

function forget(memory: IndexMemory, name: string): void {
  memory.tools.delete(name);
  memory.words.delete(name);
  memory.vectors.delete(name);
}

function byName<T extends { name: string }>(rows: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(row.name);
    if (group) group.push(row);
    else groups.set(row.name, [row]);
  }
  return groups;
}
