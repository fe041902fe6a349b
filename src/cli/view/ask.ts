import type { RunEvent } from '../../core/events.ts';
import { list, number, text } from './data.ts';
import type { Line } from './describe.ts';
import { duration, oneLine, plural } from './text.ts';

type Data = Record<string, unknown>;
type Described = Omit<Line, 'keep'> & { keep?: boolean };

const faint = (line: string): Described => ({ text: line, tone: 'faint' });
const kept = (line: string, tone: Line['tone'] = 'plain'): Described => ({ text: line, tone, keep: true });

/** The events of the ask job as lines for people. */
export const ASK_LINES: Record<string, (data: Data, event: RunEvent) => Described | undefined> = {
  remembered: (data) => faint(`this request was answered before, with ${list(data, 'tools').join(', ')}`),
  understood: (data) => faint(`needed: ${list(data, 'needs').join(' ')}`),
  impossible: () => undefined,
  finding: (data) => faint(`looking for a tool: ${text(data, 'need')}`),
  found: (data) => faint(`${list(data, 'tools').length === 0 ? 'no tool is near' : `near: ${list(data, 'tools').join(', ')}`} · ${text(data, 'why')}`),
  tie_broken: (data) => faint(text(data, 'tool') ? `${text(data, 'tool')} serves: ${text(data, 'why')}` : `none of them serves: ${text(data, 'why')}`),
  not_fitting: (data) => faint(`${text(data, 'tool')} does not fit: ${text(data, 'why')}`),
  reused: (data) => kept(`found ${text(data, 'tool')} ${text(data, 'version')}`, 'good'),
  specifying: (data) => kept(`no tool does this yet; making one: ${text(data, 'need')}`),
  specified: (data) => kept(`specified: ${text(data, 'signature')}`),
  tests_written: (data) => kept(`tests: ${plural(number(data, 'cases') ?? 0, 'hidden case')}, ${plural(number(data, 'laws') ?? 0, 'law')}`),
  wave_checked: (data) => kept(`wave ${text(data, 'wave')}: ${text(data, 'passing')} of ${plural(number(data, 'implementations') ?? 0, 'implementation')} meet the visible cases`),
  case_disputed: (data) => faint(`a case was in doubt and is ${text(data, 'outcome')}: ${oneLine(JSON.stringify(data['arguments']))}`),
  law_dropped: (data) => faint(`a law does not hold and is left out: ${text(data, 'law')}`),
  verifying: (data) => faint(`verifying ${text(data, 'tool')}`),
  gate: (data) => {
    const of = data['named'] === true ? `${text(data, 'tool')}, ` : '';
    const line = `${data['ok'] === true ? '✓' : '✗'} ${of}${text(data, 'gate').replaceAll('_', ' ')}: ${text(data, 'says')} · ${duration(number(data, 'ms') ?? 0)}`;
    return data['ok'] === true ? { text: line, tone: 'good', keep: true } : kept(line, 'warn');
  },
  registered: (data) => kept(`kept as ${text(data, 'tool')} ${text(data, 'version')}`, 'good'),
  not_made: (data) => kept(`not made: ${text(data, 'reason')}`, 'warn'),
  tool_standing: (data) => kept(`${text(data, 'tool')} is ${text(data, 'status')}: ${text(data, 'reason')}`, 'warn'),
  dependant_tested: (data) => kept(`${text(data, 'tool')} calls it: ${text(data, 'outcome') === 'relinked' ? `renewed as ${text(data, 'version')}` : `stays with the version that it has: ${text(data, 'why')}`}`),
  repairing: (data) => kept(`repairing ${text(data, 'tool')}: ${text(data, 'why')}`),
};
