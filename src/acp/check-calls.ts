import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { RunEvent } from '../core/events.ts';
import { textContent, type Calls } from './calls.ts';
import { text } from './data.ts';
import { oneLine } from './text.ts';

/** Commands whose tests count, as tool calls: what was run, and how its tests ended. */
export class CheckCalls {
  private readonly open = new Map<string, string>();

  constructor(private readonly calls: Calls) {}

  updates({ event, data, phase }: RunEvent): SessionUpdate[] {
    const check = text(data, 'check');
    if (event === 'check_started') {
      const title = oneLine(phase === 'init' ? `Before the change: ${check}` : check);
      const { id, update } = this.calls.begin({ title, kind: 'execute', status: 'in_progress', rawInput: { check } });
      this.open.set(check, id);
      return [update];
    }
    const id = event === 'check_finished' ? this.open.get(check) : undefined;
    if (id === undefined) return [];
    this.open.delete(check);
    const status = text(data, 'status');
    return [this.calls.become(id, status === 'passed' ? 'completed' : 'failed', { content: [textContent(text(data, 'line') || status)], rawOutput: data })];
  }
}
