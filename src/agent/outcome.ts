import { ERROR_EXIT, EXIT, type ErrorCode, type ExitCode, type UntilgreenError } from '../core/errors.ts';
import type { RunState } from './state.ts';
import type { OutcomeName } from './types.ts';

const EXIT_OF: Record<OutcomeName, ExitCode> = {
  green: EXIT.green,
  not_green: EXIT.notGreen,
  plan_refused: EXIT.planRefused,
  approval: EXIT.approval,
  budget: EXIT.budget,
  stuck: EXIT.stuck,
  no_sandbox: EXIT.noSandbox,
  no_model: EXIT.noModel,
  cancelled: EXIT.cancelled,
  error: EXIT.notGreen,
};

/** The exit code of a run; an error of its own keeps the code that its kind documents. */
export function exitCodeOf(outcome: OutcomeName, error?: { code: string }): ExitCode {
  if (outcome === 'error' && error && error.code in ERROR_EXIT) return ERROR_EXIT[error.code as ErrorCode];
  return EXIT_OF[outcome];
}

/** How a run ends when an effect fails with this error. */
export function outcomeOf(error: UntilgreenError): OutcomeName {
  switch (error.exitCode) {
    case EXIT.noModel: return 'no_model';
    case EXIT.noSandbox: return 'no_sandbox';
    case EXIT.cancelled: return 'cancelled';
    case EXIT.budget: return 'budget';
    case EXIT.planRefused: return 'plan_refused';
    case EXIT.approval: return 'approval';
    default: return 'error';
  }
}

/** One to three sentences for people. */
export function summarise(state: RunState): string {
  const attempt = state.best === undefined ? undefined : state.attempts[state.best - 1];
  const verdict = attempt?.verdict;
  if (state.end?.outcome !== 'green') {
    const open = state.attempts.at(-1)?.verdict?.rules.find((r) => !r.ok);
    const more = open && state.end?.outcome !== 'approval' ? ` Last seen: ${open.detail}.` : '';
    return `${state.end?.summary || 'The run ended without a result.'}${more}`;
  }
  const passing = verdict?.score.passing ?? 0;
  const parts = [`Green: ${passing} test(s) pass`];
  if (verdict?.fixed.length) parts.push(`${verdict.fixed.length} of them failed before`);
  const counted = verdict?.newTests.filter((t) => t.counts).length ?? 0;
  if (counted) parts.push(`${counted} new`);
  const done = state.applied?.files.length
    ? `The change is in your directory (${state.applied.files.length} file(s)); \`untilgreen undo\` takes it back.`
    : state.limits.apply === 'never' && verdict?.score.diffLines
      ? 'The change was not applied, as asked; the diff is in the run folder.'
      : 'Nothing had to be changed.';
  const weak = verdict?.proof === 'unchanged_behaviour' && state.applied ? ' No test shows the new behaviour: the proof is that nothing else broke.' : '';
  return `${parts.join(', ')}. ${done}${weak}`;
}
