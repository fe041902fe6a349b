import type { RunEvent } from '../../core/events.ts';
import type { Line } from './describe.ts';
import { number, text } from './data.ts';
import { plural } from './text.ts';

type Data = Record<string, unknown>;
type Described = Omit<Line, 'keep'> & { keep?: boolean };

const faint = (line: string): Described => ({ text: line, tone: 'faint' });
const kept = (line: string, tone: Line['tone'] = 'plain'): Described => ({ text: line, tone, keep: true });

/** `wave 2 of 4` */
const waveOf = (data: Data): string => `wave ${text(data, 'wave')}${number(data, 'of') === undefined ? '' : ` of ${text(data, 'of')}`}`;

/** `wave 2 of 4: 4 candidates at temperature 0.6` */
function sampling(data: Data): string {
  const temperature = number(data, 'temperature') ?? 0;
  return `${waveOf(data)}: ${plural(number(data, 'n') ?? 0, 'candidate')}${temperature === 0 ? ', greedy' : ` at temperature ${temperature}`}${text(data, 'approach') ? ', another approach' : ''}`;
}

/** The events of the function job as lines for people. */
export const FUNCTION_LINES: Record<string, (data: Data, event: RunEvent) => Described | undefined> = {
  stage_started: (data) => faint(text(data, 'stage')),
  design_ready: (data) =>
    data['ok'] === false ? kept('design: the model gave none that can be used', 'warn') : kept(`design: ${[text(data, 'signature'), plural(number(data, 'examples') ?? 0, 'guessed example'), plural(number(data, 'properties') ?? 0, 'property').replace('propertys', 'properties')].filter(Boolean).join(' · ')}`),
  signature_taken: (data) => kept(`signature, as the model writes it: ${text(data, 'signature')}`),
  wave_started: (data) => ({ text: sampling(data), tone: 'plain' }),
  candidate_checked: (data) => {
    const met = number(data, 'of') ? `${text(data, 'met')} of ${plural(number(data, 'of') ?? 0, 'example')}` : '';
    const same = text(data, 'same_as') && `same as ${text(data, 'same_as')}`;
    if (data['passed'] === true) return { text: `✓ ${[text(data, 'id'), met, same].filter(Boolean).join(' · ')}`, tone: 'good' };
    return faint(`✗ ${[text(data, 'id'), met, same || text(data, 'message', 'problem')].filter(Boolean).join(' · ')}`);
  },
  wave_finished: (data) => {
    const passers = number(data, 'passers') ?? 0;
    return kept(`wave ${text(data, 'wave')}: ${passers === 0 ? 'no candidate passes' : passers === 1 ? 'one candidate passes' : `${passers} candidates pass, ${text(data, 'agreeing')} of them do the same`}`, passers === 0 ? 'warn' : 'good');
  },
  question_asked: (data) => faint(`question: what is ${text(data, 'call')} to give?`),
  question_answered: (data) => kept(text(data, 'answer') ? `answered: ${text(data, 'call')} gives ${text(data, 'answer')}` : 'the question was passed over'),
  repair_started: (data) => ({ text: `repairing ${text(data, 'of')}: ${text(data, 'message', 'class')}`, tone: 'plain' }),
  repair_finished: (data) => kept(`repair of ${text(data, 'of')}: ${data['passed'] === true ? 'passes' : data['kept'] === false ? 'taken back, it lost what had worked' : 'still fails'}`, data['passed'] === true ? 'good' : 'warn'),
  restarted: (data) => faint(`another approach (${text(data, 'why').replaceAll('_', ' ')})`),
  selected: (data) => faint(`chosen: ${text(data, 'id')}`),
  script_tried: (data) => faint(`script tried with ${text(data, 'argv') || 'no arguments'}: ${data['ok'] === true ? 'works' : 'fails'}`),
  // Told once, at the end.
  output_ready: () => undefined,
  finished: () => undefined,
};

/** What the head of the live view says after an event; undefined where it stays as it is. */
export function functionDoing(event: RunEvent): string | undefined {
  switch (event.event) {
    case 'wave_started':
      return sampling(event.data);
    case 'repair_started':
      return `repairing ${text(event.data, 'of')}`;
    case 'stage_started':
      return text(event.data, 'stage') === 'check' ? 'running the candidates' : text(event.data, 'stage') === 'design' ? 'asking for a design' : undefined;
    default:
      return undefined;
  }
}
