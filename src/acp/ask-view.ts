import type { SessionUpdate } from '@agentclientprotocol/sdk';
import { textContent, type Calls } from './calls.ts';
import { number, text, texts, type Data } from './data.ts';
import { oneLine, plural } from './text.ts';

/** A tool that is being made: its call, and the lines that tell how far it is. */
interface Making {
  id: string;
  need: string;
  tool?: string;
  lines: string[];
}

/** What is told of the making of a tool, a line an event. */
const LINES: Record<string, (data: Data) => string> = {
  specified: (d) => `Specified: \`${text(d, 'signature')}\``,
  tests_written: (d) => `Tests: ${plural(number(d, 'cases') ?? 0, 'hidden case')}, ${plural(number(d, 'laws') ?? 0, 'law')}.`,
  wave_checked: (d) => `Wave ${number(d, 'wave') ?? 0}: ${number(d, 'passing') ?? 0} of ${plural(number(d, 'implementations') ?? 0, 'implementation')} meet the visible cases.`,
  gate: (d) => `${d['ok'] === true ? '✓' : '✗'} ${text(d, 'gate').replaceAll('_', ' ')}: ${text(d, 'says')}`,
  registered: (d) => `Kept as ${text(d, 'tool')} ${text(d, 'version')}.`,
  not_made: (d) => `Not made: ${text(d, 'reason')}`,
};

/** What is thought while tools are looked for. */
const THOUGHTS: Record<string, (data: Data) => string> = {
  remembered: (d) => `This request was answered before, with ${texts(d, 'tools').join(', ')}.`,
  understood: (d) => `Needed: ${texts(d, 'needs').join(' ')}`,
  found: (d) => `${texts(d, 'tools').length ? `Near: ${texts(d, 'tools').join(', ')}` : 'No tool is near'}; ${text(d, 'why')}`,
  tie_broken: (d) => (text(d, 'tool') ? `${text(d, 'tool')} serves: ${text(d, 'why')}` : `None of them serves: ${text(d, 'why')}`),
  not_fitting: (d) => `${text(d, 'tool')} does not fit: ${text(d, 'why')}`,
  repairing: (d) => `Repairing ${text(d, 'tool')}: ${text(d, 'why')}`,
};

/** A request as its editor sees it: thoughts while tools are looked for, a tool call for each that is made. */
export class AskView {
  private readonly making: Making[] = [];

  constructor(private readonly calls: Calls) {}

  updates(event: string, data: Data): SessionUpdate[] {
    if (event === 'specifying') return [this.begin(data)];
    const line = Object.hasOwn(LINES, event) ? LINES[event]?.(data) : undefined;
    if (line !== undefined) return this.went(event, data, line);
    const thought = Object.hasOwn(THOUGHTS, event) ? THOUGHTS[event]?.(data) : undefined;
    return thought === undefined ? [] : [{ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: `${oneLine(thought, 1_000)}\n\n` } }];
  }

  private begin(data: Data): SessionUpdate {
    const { id, update } = this.calls.begin({ title: oneLine(`Make a tool: ${text(data, 'need')}`), kind: 'edit', status: 'in_progress' });
    this.making.push({ id, need: text(data, 'need'), lines: [] });
    return update;
  }

  private went(event: string, data: Data, line: string): SessionUpdate[] {
    const tool = text(data, 'tool');
    // A specification is the first that names the tool; two that are made at once are specified in the order in which they began.
    const making = this.making.find((one) => (tool ? one.tool === tool : one.need === text(data, 'need'))) ?? this.making.find((one) => tool && one.tool === undefined);
    if (!making) return [];
    if (tool) making.tool = tool;
    making.lines.push(oneLine(line, 1_000));
    const over = event === 'registered' || event === 'not_made';
    if (over) this.making.splice(this.making.indexOf(making), 1);
    return [this.calls.become(making.id, event === 'registered' ? 'completed' : event === 'not_made' ? 'failed' : 'in_progress', { content: [textContent(making.lines.join('\n\n'))] })];
  }
}
