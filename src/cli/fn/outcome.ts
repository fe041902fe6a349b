import { EXIT } from '../../core/errors.ts';
import { confidenceLine } from '../../functions/output.ts';
import type { FunctionResult, Tried } from '../../functions/types.ts';
import { plural } from '../view/text.ts';

/** What `fn` ended with, for programs. */
export interface FnOutcome extends Omit<FunctionResult, 'error'> {
  outcome: 'answered' | 'no_candidate' | 'cancelled' | 'error';
  exitCode: number;
  summary: string;
  /** The finished text; `code` is the module that was checked. */
  text?: string;
  files: string[];
  error?: { code: string; message: string };
}

export function outcomeOf(result: FunctionResult, output: { text?: string; files: string[] }): FnOutcome {
  const { error, ...rest } = result;
  const outcome = error?.code === 'cancelled' ? 'cancelled' : error ? 'error' : result.ok ? 'answered' : 'no_candidate';
  return {
    ...rest, outcome, exitCode: exitCodeOf(result), summary: error ? error.message : result.ok ? confidenceLine(result) : reasonOf(result),
    ...output, ...(error ? { error: { code: error.code, message: error.message } } : {}),
  };
}

function exitCodeOf({ ok, error }: FunctionResult): number {
  if (error) return error.exitCode;
  return ok ? EXIT.green : EXIT.notGreen;
}

/** Why there is no answer: how many were tried, and what kept the closest of them. */
export function reasonOf({ tried, ended }: FunctionResult): string {
  const end = { timeout: ' when the time was over', iterations: ' in all iterations' }[ended as string] ?? '';
  if (tried.length === 0) return `No candidate was sampled${end}.`;
  const closest = tried.filter(({ problem }) => problem !== undefined).reduce<Tried | undefined>((best, one) => (best && best.met >= one.met ? best : one), undefined);
  const why = closest?.problem ? `; the closest, ${closest.id}, met ${closest.met} of ${closest.of}: ${closest.problem.message}` : '';
  return `No candidate of ${tried.length} passed${end}${why}`;
}

/** What people are told at the end, the confidence last. */
export function endLines(result: FunctionResult, files: readonly string[]): string[] {
  const { usage, requests, ms } = result;
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  return [
    ...result.notes.map((note) => `note: ${note}`),
    ...files.map((file) => `written: ${file}`),
    `${plural(result.tried.length, 'candidate')} · ${plural(requests, 'request')}${tokens > 0 ? ` · ${tokens} tokens` : ''} · ${(ms / 1_000).toFixed(1)} s · ${result.model}`,
    ...(result.ok ? [] : [`✗ ${result.error ? result.error.message : reasonOf(result)}`]),
    confidenceLine(result),
  ];
}

/** The last line of `--json`: in the form of the log, with the outcome's fields at hand, as `run` has it. */
export function outcomeLine(id: string, outcome: FnOutcome, iteration: number): Record<string, unknown> {
  return {
    timestamp: new Date().toISOString(), level: outcome.exitCode === 0 ? 'info' : 'warn', task_id: id, iteration, phase: 'done',
    event: 'outcome', ...outcome, data: outcome,
  };
}
