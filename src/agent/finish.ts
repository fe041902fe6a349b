import { mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { killPoint } from '../core/killpoint.ts';
import { compareTests, reportLine, reportMarkdown, type Receipt } from '../verify/receipt.ts';
import type { RunStore } from '../store/types.ts';
import { exitCodeOf, summarise } from './outcome.ts';
import type { Session } from './session.ts';
import type { RunState } from './state.ts';
import type { Outcome } from './types.ts';

/** Writes report.md, receipt.json and change.diff into the run's folder and says how the run ended. Doing it twice does no harm. */
export async function finish(s: Session, state: RunState, runs: RunStore, versions: Record<string, string>): Promise<{ outcome: Outcome; receipt: Receipt }> {
  const attempt = kept(state);
  const diff = attempt?.to && state.base ? await s.bench.diff(state.base, attempt.to) : '';
  const deltas = attempt?.to && state.base ? await s.bench.deltas(state.base, attempt.to) : [];
  const calls = await runs.modelCalls(s.id);
  const sum = (pick: (c: (typeof calls)[number]) => number | null) => calls.reduce((total, c) => total + (pick(c) ?? 0), 0);
  const costs = calls.filter((c) => c.cost !== null);
  const now = new Date();
  const receipt: Receipt = {
    format: 1,
    run: s.id,
    outcome: state.end?.outcome ?? 'error',
    summary: summarise(state),
    request: s.goal.request,
    directory: s.goal.directory,
    startedAt: s.startedAt.toISOString(),
    finishedAt: now.toISOString(),
    iterations: state.attempts.length,
    plan: attempt?.plan && {
      summary: attempt.plan.summary,
      steps: attempt.plan.steps.map((step) => ({ id: step.id, action: step.action, why: step.why, state: attempt.states?.[step.id] ?? 'waiting' })),
    },
    diff,
    files: state.applied?.files ?? deltas.map((d) => ({ path: d.path, kind: d.kind })),
    applied: (state.applied?.files.length ?? 0) > 0,
    checks: checkLines(state, attempt?.reports ?? []),
    tests: compareTests(state.baseline, attempt?.reports ?? []),
    flaky: state.baseline?.flaky ?? [],
    knownFailures: s.config.settings.verify.known_failures,
    verdict: attempt?.verdict && {
      green: attempt.verdict.green, rules: attempt.verdict.rules, regressions: attempt.verdict.regressions, newTests: attempt.verdict.newTests,
      protectedChanges: attempt.verdict.protectedChanges, findings: attempt.verdict.findings, proof: attempt.verdict.proof,
    },
    approvals: state.approved,
    sandbox: state.sandbox,
    modelCalls: calls.map((c) => ({ key: c.key, role: c.role, model: c.model, inputTokens: c.inputTokens, outputTokens: c.outputTokens, cost: c.cost, ms: c.ms })),
    totals: {
      inputTokens: sum((c) => c.inputTokens), outputTokens: sum((c) => c.outputTokens), cost: costs.length ? sum((c) => c.cost) : null,
      modelMs: sum((c) => c.ms), wallMs: now.getTime() - s.startedAt.getTime(),
    },
    versions,
  };
  await mkdir(s.folder, { recursive: true });
  await replace(join(s.folder, 'receipt.json'), `${JSON.stringify(receipt, null, 2)}\n`);
  await replace(join(s.folder, 'report.md'), reportMarkdown(receipt));
  await replace(join(s.folder, 'change.diff'), diff);
  const outcome: Outcome = {
    run: s.id,
    outcome: state.end?.outcome ?? 'error',
    exitCode: exitCodeOf(state.end?.outcome ?? 'error', state.end?.error),
    summary: receipt.summary,
    iterations: state.attempts.length,
    tokens: receipt.totals.inputTokens + receipt.totals.outputTokens,
    cost: receipt.totals.cost ?? undefined,
    applied: receipt.applied ? state.applied : undefined,
    folder: s.folder,
    error: state.end?.error,
  };
  return { outcome, receipt };
}

/** The attempt whose files are the result: the green one, else the best, else the last. */
export function kept(state: RunState) {
  return state.best === undefined ? state.attempts.at(-1) : state.attempts[state.best - 1];
}

function checkLines(state: RunState, after: NonNullable<RunState['attempts'][number]['reports']>): Receipt['checks'] {
  const lines: Receipt['checks'] = (state.baseline?.reports ?? []).map((r) => ({ id: r.check.id, why: r.check.why, before: reportLine(r) }));
  for (const report of after) {
    const line = lines.find((l) => l.id === report.check.id && l.after === undefined);
    if (line) line.after = reportLine(report);
    else lines.push({ id: report.check.id, why: report.check.why, after: reportLine(report) });
  }
  return lines;
}

async function replace(path: string, content: string): Promise<void> {
  await writeFile(`${path}.part`, content);
  killPoint(`receipt ${basename(path)}`);
  await rename(`${path}.part`, path);
}
