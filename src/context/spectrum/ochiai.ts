import type { RelativePath } from '../../workspace/types.ts';
import type { ProjectGraph } from '../graph/graph.ts';
import { isTest } from '../graph/tests.ts';
import { symbolId, type SymbolId } from '../graph/types.ts';

/** What one test ran: 1-based lines where functions start or that were executed, by file. */
export interface TestRun {
  test: string;
  outcome: 'passed' | 'failed';
  lines: ReadonlyMap<RelativePath, readonly number[]>;
}

/** A symbol that failing tests run, and how much more they do than passing ones. */
export interface Suspect {
  id: SymbolId;
  path: RelativePath;
  fromLine: number;
  toLine: number;
  /** Ochiai: 0 to 1. */
  score: number;
  /** Failing and passing tests that ran it. */
  failed: number;
  passed: number;
}

/**
 * Spectrum-based localisation: symbols ordered by Ochiai's coefficient, failing runs of a symbol over the root of all failing tests times
 * all runs of it (Abreu, Zoeteweij, van Gemund 2006). No model is asked. Of equal ones the shorter symbol stands first: it says more.
 */
export function suspects(graph: ProjectGraph, runs: readonly TestRun[]): Suspect[] {
  const failing = runs.filter((run) => run.outcome === 'failed').length;
  if (failing === 0) return [];
  const counts = new Map<SymbolId, Suspect>();
  for (const run of runs) {
    const ran = new Map<SymbolId, Suspect>();
    for (const [path, lines] of run.lines) {
      if (isTest(path)) continue;
      for (const symbol of graph.file(path)?.facts.symbols ?? []) {
        // A class runs whenever its module is loaded; its methods are what tests choose.
        if (symbol.kind !== 'function' && symbol.kind !== 'method') continue;
        if (!lines.some((line) => line >= symbol.fromLine && line <= symbol.toLine)) continue;
        const id = symbolId(path, symbol);
        ran.set(id, counts.get(id) ?? { id, path, fromLine: symbol.fromLine, toLine: symbol.toLine, score: 0, failed: 0, passed: 0 });
      }
    }
    for (const [id, suspect] of ran) {
      suspect[run.outcome] += 1;
      counts.set(id, suspect);
    }
  }
  for (const suspect of counts.values()) suspect.score = suspect.failed / Math.sqrt(failing * (suspect.failed + suspect.passed));
  return [...counts.values()]
    .filter((suspect) => suspect.failed > 0)
    .sort((a, b) => b.score - a.score || (a.toLine - a.fromLine) - (b.toLine - b.fromLine) || (a.id < b.id ? -1 : 1));
}
