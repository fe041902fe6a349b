import { recordIteration } from '../store/queries/iterations.ts';
import { setTotals } from '../store/queries/metrics.ts';
import { recordPlanSteps } from '../store/queries/steps.ts';
import { addApproval, answerApproval } from '../store/queries/approvals.ts';
import type { Db, RunStore } from '../store/types.ts';
import { countTests } from './session.ts';
import type { MachineEvent, RunState } from './state.ts';

type Writer = (tx: Pick<Db, 'query'>) => Promise<void>;

/**
 * Rows for people and statistics that go with a recorded step, in its transaction: the iteration, its plan steps, approvals.
 * The log alone is what a run is rebuilt from.
 *
 * @param state  after the event
 */
export function ledger(run: string, event: MachineEvent, state: RunState): Writer | undefined {
  const attempt = state.attempts.at(-1);
  if (event.type === 'coded' && attempt?.plan) {
    const steps = attempt.plan.steps.map((step, position) => ({
      taskId: run, iteration: attempt.n, stepId: step.id, position, action: step.action, state: event.states[step.id] ?? 'waiting', ms: null,
      errorCode: event.failure?.step === step.id ? event.failure.code : null,
    }));
    return async (tx) => {
      await recordPlanSteps(tx, steps);
      if (event.failure) await iteration(tx, run, state, 'step_failed');
      for (const p of event.pending) await addApproval(tx, { id: `${run} ${p.id}`, taskId: run, kind: p.kind, subject: p.subject, detail: p.detail });
    };
  }
  if (event.type === 'tested') return (tx) => iteration(tx, run, state, event.verdict.green ? 'green' : 'red');
  if (event.type === 'answered') {
    return async (tx) => {
      for (const p of event.pending) await addApproval(tx, { id: `${run} ${p.id}`, taskId: run, kind: p.kind, subject: p.subject, detail: p.detail });
    };
  }
  if (event.type === 'resumed') {
    return async (tx) => {
      for (const id of event.approved) await answerApproval(tx, `${run} ${id}`, 'approved');
    };
  }
  return undefined;
}

async function iteration(tx: Pick<Db, 'query'>, run: string, state: RunState, outcome: string): Promise<void> {
  const attempt = state.attempts.at(-1)!;
  const counts = countTests(attempt.reports ?? []);
  await recordIteration(tx, {
    taskId: run, number: attempt.n, outcome, steps: attempt.plan?.steps.length ?? 0, passed: counts.passed, failed: counts.failed, inputTokens: 0, outputTokens: 0, cost: null,
    ms: (attempt.reports ?? []).reduce((sum, r) => sum + r.durationMs, 0), data: { summary: attempt.plan?.summary ?? '', failing: attempt.failing ?? [] },
  });
}

/** Numbers of the whole run, and the tokens of each iteration, once it has ended. */
export async function closeLedger(db: Db, runs: RunStore, run: string, state: RunState, wallMs: number): Promise<void> {
  const calls = await runs.modelCalls(run);
  const sum = (pick: (c: (typeof calls)[number]) => number | null) => calls.reduce((total, c) => total + (pick(c) ?? 0), 0);
  await db.query(
    `update untilgreen.iterations i set input_tokens = c.input, output_tokens = c.output, cost = c.cost from (
       select split_part(split_part(key, '/', 1), 'it', 2) as number, coalesce(sum(input_tokens), 0) as input, coalesce(sum(output_tokens), 0) as output, sum(cost) as cost
       from untilgreen.model_calls where task_id = $1 group by 1) c
     where i.task_id = $1 and i.number::text = c.number`,
    [run],
  );
  await setTotals(db, {
    iterations: state.attempts.length, wall_ms: wallMs, model_ms: sum((c) => c.ms), input_tokens: sum((c) => c.inputTokens), output_tokens: sum((c) => c.outputTokens), green: state.end?.outcome === 'green' ? 1 : 0,
  }, run);
}
