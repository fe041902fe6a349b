import type { AskResult, StepResult } from '../../capabilities/types.ts';
import { EXIT } from '../../core/errors.ts';
import { count, dollars, plural } from '../view/text.ts';

export function exitCodeOf({ ok, outcome }: Pick<AskResult, 'ok' | 'outcome'>): number {
  if (outcome === 'cancelled') return EXIT.cancelled;
  return ok ? EXIT.green : EXIT.notGreen;
}

const toolOf = ({ tool, version, made, probability }: StepResult): string =>
  `${tool} ${version}${made ? ', made for this request' : probability === undefined || probability === 1 ? '' : `, reused (${probability.toFixed(2)})`}`;

/** Which tools gave it, and what it cost. */
export function usedLine({ id, steps, usage, requests, ms, outcome }: AskResult): string[] {
  const tokens = (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
  const spent = [requests === 0 ? 'no model asked' : plural(requests, 'model request'), tokens > 0 ? `${count(tokens)} tokens` : '', usage.cost === undefined ? '' : dollars(usage.cost), `${(ms / 1_000).toFixed(1)} s`];
  return [
    ...(steps.length > 0 ? [`${steps.length === 1 ? 'tool' : 'tools'}: ${steps.map(toolOf).join('; ')}`] : []),
    spent.filter(Boolean).join(' · '),
    ...(outcome === 'cancelled' ? [`Go on: untilgreen ask --resume ${id}`.trimEnd()] : []),
  ];
}

/** The last line of `--json`. */
export function outcomeLine(result: AskResult): Record<string, unknown> {
  const exitCode = exitCodeOf(result);
  const outcome = { ...result, exitCode };
  return { timestamp: new Date().toISOString(), level: exitCode === 0 ? 'info' : 'warn', task_id: result.id, iteration: 0, phase: 'done', event: 'outcome', ...outcome, data: outcome };
}
