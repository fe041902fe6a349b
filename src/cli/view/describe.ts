import type { RunEvent } from '../../core/events.ts';
import { counts, list, number, object, text, type Counts } from './data.ts';
import { ASK_LINES } from './ask.ts';
import { FUNCTION_LINES } from './function.ts';
import { count, dollars, duration, oneLine, plural } from './text.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'warn' | 'faint';

/** One event as a line for people. */
export interface Line {
  text: string;
  tone: Tone;
  /** Stays on the screen of the live view; the others are shown by its own lines. */
  keep: boolean;
}

type Data = Record<string, unknown>;
type Describe = (data: Data, event: RunEvent) => Omit<Line, 'keep'> & { keep?: boolean } | undefined;

/** `12 passed, 3 failed`. */
export function countsText(c: Counts): string {
  return [`${c.passed} passed`, c.failed ? `${c.failed} failed` : '', c.skipped ? `${c.skipped} skipped` : ''].filter(Boolean).join(', ');
}

const after = (lead: string, rest: string) => (rest ? `${lead}: ${rest}` : lead);
const plain = (line: string): Omit<Line, 'keep'> => ({ text: line, tone: 'plain' });
const faint = (line: string): Omit<Line, 'keep'> => ({ text: line, tone: 'faint' });
const kept = (line: string, tone: Tone) => ({ text: line, tone, keep: true });
const names = (values: unknown[], ...keys: string[]) => values.map((v) => (typeof v === 'string' ? v : text(object(v), ...keys))).filter(Boolean).join(', ');

/** Eight digits of a hash tell checkpoints apart; the rest is noise in a line. */
const shortHashes = (line: string) => line.replaceAll(/\b([0-9a-f]{8})[0-9a-f]{32,56}\b/g, '$1');

/** One entry an event name; adding an event means adding a line here. */
const TABLE: Record<string, Describe> = {
  ...FUNCTION_LINES,
  ...ASK_LINES,
  run_started: (d, e) => plain(after(`run ${e.task_id}`, text(d, 'request'))),
  model_selected: (d) => faint(`model ${[text(d, 'role'), text(d, 'model')].filter(Boolean).join(' ')}${text(d, 'provider') ? ` (${text(d, 'provider')})` : ''}`),
  sandbox_ready: (d) => {
    const rung = text(d, 'rung') || text(object(d['guarantees']), 'rung');
    return rung === 'none' ? kept('no sandbox: commands run with your rights, as asked', 'warn') : faint(`sandbox rung ${rung}`);
  },
  project_detected: (d) => plain(after('project', [names(list(d, 'languages'), 'language', 'name') || text(d, 'language') || names(list(d, 'detections'), 'language'), names(list(d, 'checks'), 'id')].filter(Boolean).join(', checks '))),
  baseline_started: () => plain('baseline: running the checks before the first change'),
  baseline_finished: (d) => {
    const c = counts(d);
    return kept(`before: ${c ? countsText(c) : text(d, 'message') || 'no tests'}${list(d, 'flaky').length ? `, ${list(d, 'flaky').length} flaky` : ''}`, 'plain');
  },
  planning_started: (_d, e) => plain(`iteration ${e.iteration}: planning`),
  plan_ready: (d) => {
    const plan = Array.isArray(d['steps']) ? d : object(d['plan']);
    return kept(`plan: ${[text(plan, 'summary'), plural(list(plan, 'steps').length, 'step')].filter(Boolean).join(' · ')}`, 'plain');
  },
  plan_problem: (d) => kept(`plan refused: ${text(d, 'message') || names(list(d, 'problems'), 'message')}`, 'warn'),
  step_started: (d) => plain(`▸ ${[text(d, 'step', 'id') || text(object(d['step']), 'id'), text(d, 'action', 'tool') || text(object(d['step']), 'action'), text(d, 'why')].filter(Boolean).join(' ')}`),
  step_finished: (d) => {
    const failed = d['ok'] === false || text(d, 'state', 'status') === 'failed';
    const line = `${failed ? '✗' : '✓'} ${after([text(d, 'step', 'id'), text(d, 'action', 'tool')].filter(Boolean).join(' '), shortHashes(text(d, 'summary', 'message')))}`;
    return failed ? kept(line, 'bad') : { text: line, tone: 'good' };
  },
  refactoring_computed: (d) => faint(after('computed', text(d, 'summary'))),
  refactoring_gate: (d) => faint(`gate ${text(d, 'gate')} holds`),
  check_started: (d) => faint(`running ${text(d, 'check', 'id', 'command') || text(object(d['check']), 'id')}`),
  check_finished: (d) => {
    const c = counts(d);
    const ms = number(d, 'ms');
    const name = text(d, 'check', 'id', 'command');
    const result = text(d, 'line') || [text(d, 'status'), c && countsText(c)].filter(Boolean).join(', ');
    return { text: after(`check ${name}`, [result, ms === undefined ? '' : duration(ms)].filter(Boolean).join(' · ')), tone: text(d, 'status') === 'passed' ? 'good' : 'warn' };
  },
  verdict: (d, e) => {
    if (d['green'] === true) return kept(`iteration ${e.iteration}: green`, 'good');
    const open = list(d, 'rules').map(object).filter((rule) => rule['ok'] === false).map((rule) => text(rule, 'detail', 'rule'));
    const c = counts(d);
    return kept(after(`iteration ${e.iteration}: not green`, [c && countsText(c), ...(open.length ? open : [text(d, 'message', 'summary')])].filter(Boolean).join('; ')), 'warn');
  },
  reflection: (d) => kept(after('reflection', [text(d, 'hypothesis', 'message'), text(d, 'advice')].filter(Boolean).join(' → ')), 'plain'),
  attempt_discarded: (d) => kept(after('attempt discarded', [text(d, 'step') && `step ${text(d, 'step')}`, text(d, 'message', 'reason')].filter(Boolean).join(': ')), 'warn'),
  warning: (d) => kept(after('warning', [text(d, 'message'), text(d, 'next')].filter(Boolean).join(' ')), 'warn'),
  approval_requested: (d) => kept(after('approval needed', [text(d, 'subject', 'message'), text(d, 'id') && `(${text(d, 'id')})`].filter(Boolean).join(' ')), 'warn'),
  approval_answered: (d) => kept(after(text(d, 'answer') || 'answered', text(d, 'subject', 'message', 'id')), 'plain'),
  model_call: (d) => {
    const tokens = (number(d, 'inputTokens', 'input_tokens') ?? 0) + (number(d, 'outputTokens', 'output_tokens') ?? 0) || number(d, 'tokens') || 0;
    const cost = number(d, 'cost');
    const ms = number(d, 'ms');
    return faint(after(`model ${text(d, 'role')}`.trim(), [`${count(tokens)} tokens`, cost === undefined ? '' : dollars(cost), ms === undefined ? '' : duration(ms)].filter(Boolean).join(', ')));
  },
  text: () => undefined,
  plan_refused: (d) => kept(after('plan refused', names(list(d, 'problems'), 'message') || text(d, 'message')), 'warn'),
  plan_rolled_back: (d) => faint(after('rolled back', `step ${text(d, 'step')}`)),
  edit_refused: (d) => plain(after('edit refused', names(list(d, 'problems'), 'message') || text(d, 'message'))),
  run_resumed: (d) => plain(after('going on', text(d, 'request'))),
  lesson_recalled: (d) => faint(after('remembered', text(d, 'text'))),
  // Told once, at the end, with what to do about it.
  error: () => undefined,
  apply_started: () => plain('applying the change'),
  applied: (d) => kept(`applied: ${plural(list(d, 'files').length, 'file')}${names(list(d, 'files'), 'path') ? ` (${names(list(d, 'files'), 'path')})` : ''}`, 'good'),
  apply_conflict: (d) => kept(after('not applied', text(d, 'message') || names(list(d, 'conflicts'), 'path') || names(list(d, 'files'), 'path')), 'bad'),
  budget: (d) => (text(d, 'message') ? kept(`budget: ${text(d, 'message')}`, 'warn') : undefined),
  stuck: (d) => kept(after('stuck', text(d, 'message', 'reason')), 'warn'),
  outcome: () => undefined,
};

/** An event as one safe line, or undefined where it says nothing to people. Unknown names are shown with their message. */
export function describe(event: RunEvent): Line | undefined {
  const entry = Object.hasOwn(TABLE, event.event) ? TABLE[event.event] : undefined;
  const line = entry ? entry(event.data, event) : unknown(event);
  return line && { keep: false, ...line, text: oneLine(line.text) };
}

function unknown(event: RunEvent): Omit<Line, 'keep'> & { keep?: boolean } {
  const line = after(event.event.replaceAll('_', ' '), text(event.data, 'message'));
  if (event.level === 'error') return kept(line, 'bad');
  return event.level === 'warn' ? kept(line, 'warn') : faint(line);
}
