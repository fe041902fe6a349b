// What is decided for a request at a library: which tools are near, with their figures. Half of the time the right tool is not there.
import { nearTools } from '../../src/capabilities/catalogue/near.ts';
import { featuresOf, type Features } from '../../src/capabilities/find/features.ts';
import type { Near } from '../../src/capabilities/interfaces.ts';
import type { Capability } from '../../src/capabilities/types.ts';
import type { Embedder } from '../../src/models/types.ts';
import { chance, memoryOf, shuffled, type Asked } from './find-or-make-data.mts';
import { haveSameEffect } from './find-or-make-tables.mts';

export interface Decision {
  asked: Asked;
  /** Tools in the library it was drawn for. */
  size: number;
  /** The right tool was taken out. */
  absent: boolean;
  near: (Near & { features: Features })[];
}

export interface Draw {
  tools: readonly Capability[];
  /** Requests that are decided. */
  requests: readonly Asked[];
  /** Requests that tools have served before, three each at most: never those that are decided. */
  history: readonly Asked[];
  embedder: Embedder;
  size: number;
  seed: number;
  /** Other tools of the same effect as the right one are taken out, as the admission gate keeps them out of a library. */
  distinct?: boolean;
}

const MOST_REQUESTS = 3;

/** One library drawn at random, and a decision for each request whose tool is in it. */
export async function decide({ tools, requests, history, embedder, size, seed, distinct = false }: Draw): Promise<Decision[]> {
  const random = chance(seed);
  const library = shuffled(tools, random).slice(0, size).map((tool) => ({ ...tool, requests: history.filter((one) => one.tool === tool.name).slice(0, MOST_REQUESTS).map(({ request }) => request) }));
  const byName = new Map(library.map((tool) => [tool.name, tool]));
  const memory = await memoryOf(library, embedder);
  const contents = async (names: string[]) => names.map((name) => ({ name, content: byName.get(name) as unknown as Record<string, unknown> }));
  const decisions: Decision[] = [];
  for (const asked of requests) {
    const entry = memory.tools.get(asked.tool);
    if (!entry) continue;
    const absent = random() < 0.5;
    entry.status = absent ? 'archived' : 'active';
    const doubles = distinct ? [...memory.tools].filter(([name]) => name !== asked.tool && haveSameEffect(name, asked.tool)).map(([, double]) => double) : [];
    for (const double of doubles) double.status = 'archived';
    const near = await nearTools({ memory, embedder, contents }, { request: asked.request });
    for (const one of [entry, ...doubles]) one.status = 'active';
    decisions.push({ asked, size, absent, near: near.map((one) => ({ ...one, features: featuresOf({ request: asked.request }, one) })) });
  }
  return decisions;
}

/** Libraries of a size that are drawn, so that small ones count as much as large ones. */
export async function decideAll(draw: Omit<Draw, 'size' | 'seed'>, sizes: readonly { size: number; draws: number }[]): Promise<Decision[]> {
  const all: Decision[] = [];
  for (const { size, draws } of sizes) for (let seed = 1; seed <= draws; seed += 1) all.push(...(await decide({ ...draw, size, seed: 1_000 * size + seed })));
  return all;
}
