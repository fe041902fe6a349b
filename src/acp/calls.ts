import type { SessionUpdate, ToolCall, ToolCallContent, ToolCallStatus } from '@agentclientprotocol/sdk';
import { clean } from './text.ts';

/** A text as content of a tool call. */
export function textContent(text: string): ToolCallContent {
  return { type: 'content', content: { type: 'text', text: clean(text) } };
}

/** The tool calls of a session: their ids, and which are still open, so that none is left spinning when a turn ends. */
export class Calls {
  private readonly open = new Set<string>();

  constructor(private readonly nextId: () => string) {}

  begin(call: Omit<ToolCall, 'toolCallId'>): { id: string; update: SessionUpdate } {
    const id = this.nextId();
    this.open.add(id);
    return { id, update: { sessionUpdate: 'tool_call', toolCallId: id, ...call } };
  }

  /** `rest.content` replaces what the call showed. */
  become(id: string, status: ToolCallStatus, rest: Partial<Pick<ToolCall, 'content' | 'locations' | 'rawOutput'>> = {}): SessionUpdate {
    if (status === 'completed' || status === 'failed') this.open.delete(id);
    return { sessionUpdate: 'tool_call_update', toolCallId: id, status, ...rest };
  }

  /** Ends what is open: the turn is over. */
  end(): SessionUpdate[] {
    return [...this.open].map((id) => this.become(id, 'failed'));
  }
}
