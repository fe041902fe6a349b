import type { RunEvent } from '../core/events.ts';
import { number, objects, text, texts, type Data } from './data.ts';
import { oneLine, plural } from './text.ts';

/** What is said of an event: to the reader, or as a thought that editors fold away. */
export interface Sentence {
  text: string;
  thought?: boolean;
}

const say = (words: string): Sentence => ({ text: words });
const think = (words: string): Sentence => ({ text: words, thought: true });
const ended = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`);

/** One entry an event that people are told of in words; the others are tool calls, plan entries or nothing. */
const TABLE: Record<string, (data: Data, event: RunEvent) => Sentence | undefined> = {
  run_resumed: () => say('Going on where the run stopped.'),
  sandbox_ready: (d) => (text(d, 'rung') === 'none' ? say('**No sandbox**: commands run with your rights, as configured.') : undefined),
  project_detected: (d) => think(`Project: ${texts(d, 'languages').join(', ') || 'no source files yet'}; checks: ${objects(d, 'checks').map((c) => text(c, 'id')).join(', ') || 'none'}.`),
  baseline_finished: (d) => say(`Before the change: ${counts(d)}${texts(d, 'flaky').length ? `, ${texts(d, 'flaky').length} of them flaky` : ''}.`),
  planning_started: (_d, e) => think(`Planning attempt ${e.iteration}.`),
  plan_ready: (d) => say(`Plan: ${ended(text(d, 'summary') || plural(objects(d, 'steps').length, 'step'))}`),
  plan_problem: (d) => say(`The plan was refused: ${ended(text(d, 'message'))}`),
  attempt_discarded: (d) => say(`The attempt was discarded: ${ended(text(d, 'reason'))}`),
  verdict: (d, e) => say(d['green'] === true ? green(d) : `Attempt ${e.iteration} is not green: ${ended(open(d) || counts(d))}`),
  reflection: (d) => think([text(d, 'hypothesis'), text(d, 'advice')].filter(Boolean).map(ended).join(' ')),
  lesson_recalled: (d) => think(`Remembered: ${ended(text(d, 'text'))}`),
  warning: (d) => say(`Warning: ${[ended(text(d, 'message')), text(d, 'next')].filter(Boolean).join(' ')}`),
};

export function sentenceOf(event: RunEvent): Sentence | undefined {
  const sentence = Object.hasOwn(TABLE, event.event) ? TABLE[event.event]?.(event.data, event) : undefined;
  return sentence && { ...sentence, text: oneLine(sentence.text, 1_000) };
}

function counts(d: Data): string {
  const passed = number(d, 'passed') ?? 0;
  const failed = number(d, 'failed') ?? 0;
  const broken = number(d, 'broken') ?? 0;
  const parts = [passed ? `${passed} passed` : '', failed ? `${failed} failed` : '', broken ? `${plural(broken, 'check')} could not run` : ''];
  return parts.filter(Boolean).join(', ') || 'no tests';
}

function green(d: Data): string {
  const fixed = number(d, 'fixed') ?? 0;
  return `Green: ${counts(d)}${fixed ? `; ${plural(fixed, 'test')} that failed before now ${fixed === 1 ? 'passes' : 'pass'}` : ''}.`;
}

const open = (d: Data) => objects(d, 'rules').filter((rule) => rule['ok'] === false).map((rule) => text(rule, 'detail') || text(rule, 'rule')).join('; ');
