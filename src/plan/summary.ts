import type { Plan, StepState } from './types.ts';

const MARK: Record<StepState, string> = { waiting: '·', running: '▸', done: '✓', failed: '✗', skipped: '–' };

/** The plan as a person reads it: one line a step, with what it waits for. */
export function planText(plan: Plan, states: Readonly<Record<string, StepState>> = {}): string {
  const width = Math.max(0, ...plan.steps.map((s) => s.id.length));
  const lines = [plan.summary, ''];
  for (const step of plan.steps) {
    const target = [step.args['path'], step.args['from'], step.args['to'], step.args['command'], step.args['name']].filter((v) => typeof v === 'string').join(' → ');
    const after = step.dependsOn.length ? ` (after ${step.dependsOn.join(', ')})` : '';
    lines.push(`${MARK[states[step.id] ?? 'waiting']} ${step.id.padEnd(width)}  ${step.action}${target ? ` ${target}` : ''}${after}`);
    if (step.why) lines.push(`  ${' '.repeat(width)}  ${step.why}`);
  }
  for (const check of plan.checks) lines.push(`  check: ${check}`);
  return lines.join('\n');
}
