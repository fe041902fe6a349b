import type { ProjectGraph } from '../context/graph/graph.ts';
import { measureRuns } from '../context/spectrum/measure.ts';
import { suspects, type Suspect } from '../context/spectrum/ochiai.ts';
import type { CheckReport } from '../languages/types.ts';
import type { Session } from './session.ts';

/**
 * Symbols that the failing tests enter more than the passing ones, by running the failing checks once more with a probe. Empty where
 * nothing fails, nothing passes to compare with, or the probe does not know the framework: the reason is told as an event.
 */
export async function suspectsAt(s: Session, graph: ProjectGraph, reports: readonly CheckReport[]): Promise<Suspect[]> {
  const found: Suspect[] = [];
  for (const report of reports) {
    const failing = report.tests.filter((test) => test.outcome === 'failed' || test.outcome === 'error').length;
    if (report.status !== 'failed' || failing === 0 || failing === report.tests.length) continue;
    const before = await s.bench.checkpoint();
    try {
      const { runs, problem } = await measureRuns(report.check, { bench: s.bench, sandbox: s.sandbox, languages: s.languages, took: report.durationMs, signal: s.signal });
      s.emit('tests_measured', { check: report.check.id, tests: runs.length, ...(problem && { problem }) });
      found.push(...suspects(graph, runs));
    } finally {
      await s.bench.restore(before);
    }
  }
  return found.sort((a, b) => b.score - a.score);
}
