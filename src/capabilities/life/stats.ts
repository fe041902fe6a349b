import type { LibraryStats, ToolStats } from '../interfaces.ts';
import type { Capability, UseRecord } from '../types.ts';
import { inOrder, reliabilityOf, verdictOf } from './reliability.ts';
import { usesOfTool, usesOfVersion } from './standing.ts';

/** How requests ended. */
export type AskTotals = Pick<LibraryStats, 'requests' | 'reused' | 'made' | 'refused'>;

/** The figures of a library: what is in it, how requests ended, and each tool, the most used first. */
export function statsOf(tools: readonly Capability[], uses: readonly UseRecord[], asks: AskTotals, now: Date): LibraryStats {
  const each = tools.map((tool) => toolStats(tool, uses, now));
  each.sort((a, b) => b.uses - a.uses || (a.name < b.name ? -1 : 1));
  const { requests, reused, made, refused } = asks;
  return { tools: tools.length, byLanguage: countBy(tools.map(({ language }) => language)), byStatus: countBy(tools.map(({ status }) => status)), requests, reused, made, refused, each };
}

/** Uses and failures of all versions; the reliability is that of the current one. */
function toolStats(tool: Capability, all: readonly UseRecord[], now: Date): ToolStats {
  const uses = inOrder(usesOfTool(tool, all));
  const { mean, above, probation } = reliabilityOf(usesOfVersion(tool, uses), now);
  const last = uses.at(-1)?.at;
  return {
    name: tool.name, version: tool.version, status: tool.status,
    uses: uses.length, failures: uses.filter((use) => verdictOf(use) === 'failure').length,
    reliability: { mean, above }, probation, ...(last === undefined ? {} : { lastUse: last }),
  };
}

function countBy(keys: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
