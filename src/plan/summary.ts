import { waves } from './graph.ts';
import type { Plan, PlanProblem, PlanStep, StepState } from './types.ts';

const MARK: Record<StepState, string> = { waiting: '·', running: '▸', done: '✓', failed: '✗', skipped: '-' };

/** What a step is about, in a word: its path, command or pattern. */
export function subject(step: PlanStep): string {
  const { args } = step;
  if (typeof args.from === 'string' && typeof args.to === 'string') return `${args.from} → ${args.to}`;
  for (const key of ['path', 'command', 'pattern', 'name', 'target']) if (typeof args[key] === 'string') return args[key].split('\n')[0]?.slice(0, 80) ?? '';
  for (const key of ['paths', 'files']) if (Array.isArray(args[key])) return args[key].map(String).join(', ');
  return '';
}

/** One step on one line: `✓ s1 edit_file src/a.py: fix the bound (after s0)`. */
export function stepLine(step: PlanStep, state: StepState = 'waiting'): string {
  const after = step.dependsOn.length ? ` (after ${step.dependsOn.join(', ')})` : '';
  return `${MARK[state]} ${[step.id, step.action, subject(step)].filter(Boolean).join(' ')}${step.why ? `: ${step.why}` : ''}${after}`;
}

/** A plan as a person reads it: what it is for, its steps in order, its checks. */
export function planSummary(plan: Plan, states: Readonly<Record<string, StepState>> = {}): string {
  const placed = new Set(waves(plan.steps).flat());
  const stuck = plan.steps.filter((s) => !placed.has(s));
  const lines = [...waves(plan.steps).flat(), ...stuck].map((s) => `  ${stepLine(s, states[s.id])}`);
  const checks = plan.checks.length ? ['Checks besides those that were found:', ...plan.checks.map((c) => `  $ ${c}`)] : [];
  return [plan.summary || 'A plan without a summary.', ...lines, ...checks].join('\n');
}

/** What `untilgreen plan` prints: the plan, the text each edit takes out and puts in, and what is wrong with it. */
export function renderPlan(plan: Plan, problems: readonly PlanProblem[] = []): string {
  const details = plan.steps.flatMap((step) => {
    const edits = Array.isArray(step.args.edits) ? (step.args.edits as { oldText?: unknown; newText?: unknown }[]) : [];
    if (edits.length === 0) return [];
    const signed = (text: unknown, sign: string): string[] => (typeof text === 'string' && text !== '' ? text.replace(/\n$/, '').split('\n').map((l) => `    ${sign}${l}`) : []);
    return [`${step.id} ${String(step.args.path ?? '')}`, ...edits.flatMap((e) => [...signed(e.oldText, '-'), ...signed(e.newText, '+')])];
  });
  const wrong = problems.length ? ['', 'This plan cannot run:', ...problems.map((p) => `  ${p.message}`)] : [];
  return [planSummary(plan), ...(details.length ? ['', ...details] : []), ...wrong].join('\n');
}
