import { clusterPassers } from '../../selection/behaviour.ts';
import { meetsCase, type CodeReport } from '../run/run.ts';
import type { Capability, ToolCase } from '../types.ts';

/** An implementation that can be run, with the tools that it calls put in. */
export interface Attempt {
  id: string;
  /** As it was written. */
  source: string;
  code: string;
  uses: Capability[];
  /** Who wrote it. */
  model: string;
}

/** How an implementation did on the cases. */
export interface Judged {
  attempt: Attempt;
  report: CodeReport;
  /** Visible cases met. */
  met: number;
  /** Hidden cases met. */
  hidden: number;
  /** The first visible case that it misses, in words. */
  missed?: string;
}

/** Holds what came out against the cases. */
export function judge(attempt: Attempt, report: CodeReport, cases: readonly ToolCase[]): Judged {
  if (report.problem) return { attempt, report, met: 0, hidden: 0, missed: report.problem.message };
  const fits = cases.map((one, at) => meetsCase(one, report.results[at]!));
  const visible = cases.flatMap(({ from }, at) => (from === 'hidden' ? [] : [at]));
  const miss = visible.find((at) => !fits[at]);
  return {
    attempt, report, met: visible.filter((at) => fits[at]).length, hidden: cases.filter(({ from }, at) => from === 'hidden' && fits[at]).length,
    ...(miss === undefined ? {} : { missed: missText(cases[miss]!, report.results[miss]!) }),
  };
}

function missText(one: ToolCase, got: CodeReport['results'][number]): string {
  const expected = one.error === undefined ? JSON.stringify(one.result) : `an error${one.error === true ? '' : ` (${one.error})`}`;
  return `${JSON.stringify(one.arguments).slice(0, 200)} must give ${expected.slice(0, 200)}, it gave ${(got.ok ? JSON.stringify(got.result) : got.message).slice(0, 200)}.`;
}

/**
 * The first of the largest group that does the same; groups that meet more hidden cases come first.
 *
 * @param cases how many outcomes are those of cases; those behind them are of made inputs
 */
export function choose(passers: readonly Judged[], cases: number): Judged {
  const most = Math.max(...passers.map(({ hidden }) => hidden));
  const best = passers.filter(({ hidden }) => hidden === most);
  const [cluster] = clusterPassers(best.map(({ attempt, report }) => ({ id: attempt.id, outcomes: report.outcomes.slice(cases) })));
  return best.find(({ attempt }) => attempt.id === cluster?.members[0]) ?? best[0]!;
}
