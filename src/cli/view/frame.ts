import type { Colors } from 'picocolors/types.js';
import { countsText, type Tone } from './describe.ts';
import type { StepView, ViewState } from './state.ts';
import { count, cut, dollars, duration, oneLine, plural } from './text.ts';

/** Sign and colour of a step's state. */
const SIGNS = { done: '✓', running: '▸', waiting: '·', failed: '✗', skipped: '-' } as const;

export function paint(colors: Colors, tone: Tone, text: string): string {
  switch (tone) {
    case 'good': return colors.green(text);
    case 'bad': return colors.red(text);
    case 'warn': return colors.yellow(text);
    case 'faint': return colors.dim(text);
    case 'plain': return text;
  }
}

export interface FrameOptions {
  /** Cells of a line and lines of the screen. */
  columns: number;
  rows: number;
  /** Milliseconds since the run began. */
  elapsed: number;
  colors: Colors;
}

/** Lines of the live part of the screen: phase, plan, tests, spending, the tail of what the model writes. */
export function frame(view: ViewState, options: FrameOptions): string[] {
  const { colors, columns, rows } = options;
  const width = Math.max(10, columns - 1); // the last column stays free: some terminals wrap when it is filled
  const line = (text: string, tone: Tone = 'plain') => paint(colors, tone, cut(oneLine(text), width));

  const iteration = view.iteration > 0 ? `iteration ${view.iteration}${view.maxIterations ? `/${view.maxIterations}` : ''}` : '';
  const head = [view.phase, iteration, view.doing].filter(Boolean).join(' · ');
  const time = duration(options.elapsed);
  const lines = [`${colors.bold(cut(head, Math.max(1, width - time.length - 2)))}  ${colors.dim(time)}`];
  // Head, tests, spending and stream are always to be seen; the plan takes what is left of the screen.
  for (const step of visibleSteps(view.steps, Math.max(1, rows - 6))) lines.push(stepLine(step, width, colors));
  if (view.before ?? view.now) {
    const before = view.before ? countsText(view.before) : 'no tests';
    lines.push(line(`tests ${before}${view.now ? ` → ${countsText(view.now)}` : ''}`, view.now && view.now.failed === 0 ? 'good' : 'plain'));
  }
  const spent = [
    view.tokens > 0 ? `${count(view.tokens)} tokens` : '', view.cost === undefined ? '' : dollars(view.cost), view.model && `model ${view.model}`, view.rung && `sandbox ${view.rung}`,
  ].filter(Boolean).join(' · ');
  if (spent) lines.push(line(spent, 'faint'));
  const tail = oneLine(view.stream);
  if (tail) lines.push(line(`› ${[...tail].slice(-(width - 2)).join('')}`, 'faint'));
  return lines;
}

function stepLine(step: StepView | { more: number }, width: number, colors: Colors): string {
  if ('more' in step) return colors.dim(cut(`   … ${plural(step.more, 'step')} more`, width));
  const text = cut(`${SIGNS[step.state]} ${[step.id, step.action, step.why].map(oneLine).filter(Boolean).join('  ')}`, width - 1);
  const tone: Record<StepView['state'], Tone> = { done: 'good', running: 'plain', waiting: 'faint', failed: 'bad', skipped: 'faint' };
  return ` ${paint(colors, tone[step.state], text)}`;
}

/** At most `limit` lines of the plan, around the step that runs. */
function visibleSteps(steps: readonly StepView[], limit: number): (StepView | { more: number })[] {
  if (steps.length <= limit) return [...steps];
  const running = steps.findIndex((step) => step.state === 'running');
  const current = running < 0 ? steps.findLastIndex((step) => step.state !== 'waiting') : running;
  const room = Math.max(1, limit - 1);
  const from = Math.min(Math.max(0, current - Math.floor(room / 2)), steps.length - room);
  return [...steps.slice(from, from + room), { more: steps.length - room }];
}
