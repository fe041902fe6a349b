import { join } from 'node:path';
import type { SessionUpdate, ToolCallUpdate } from '@agentclientprotocol/sdk';
import type { RunEvent } from '../core/events.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../tools/types.ts';
import { textContent, type Calls } from './calls.ts';
import { objects, text, type Data } from './data.ts';
import { changeOf, diffOf, textAt } from './diffs.ts';
import type { Places } from './step-calls.ts';
import { oneLine, plural } from './text.ts';

/** The one change of the user's directory as a tool call: asked about or not, with the files before and after. */
export class ApplyCall {
  private id: string | undefined;
  private before = new Map<string, string | undefined>();

  /** @param changed  files that steps of this run have changed, as far as it is known */
  constructor(private readonly calls: Calls, private readonly places: Places, private readonly changed: ReadonlySet<string>) {}

  /** The call as the person who decides sees it; the update goes before the question. */
  asked(request: ApprovalRequest): { update: SessionUpdate; call: ToolCallUpdate } {
    const change = changeOf(text(request.detail, 'diff'), this.places.directory);
    const title = change.locations.length ? `Apply the change of ${plural(change.locations.length, 'file')}` : oneLine(request.subject);
    const shown = { title, kind: 'edit' as const, status: 'pending' as const, ...change };
    const { id, update } = this.calls.begin(shown);
    this.id = id;
    return { update, call: { toolCallId: id, ...shown } };
  }

  answered({ answer }: ApprovalAnswer): SessionUpdate[] {
    const { id } = this;
    if (id === undefined) return [];
    if (answer === 'approved') return [this.calls.become(id, 'in_progress')];
    this.id = undefined;
    return [this.calls.become(id, 'failed')];
  }

  updates({ event, data }: RunEvent): SessionUpdate[] {
    if (event === 'apply_started') return this.started(data);
    if (this.id === undefined) return [];
    if (event === 'applied') return this.applied(this.id, data);
    return event === 'apply_conflict' ? [this.calls.become(this.id, 'failed', { content: [textContent(text(data, 'message'))] })] : [];
  }

  private started(data: Data): SessionUpdate[] {
    if (this.id !== undefined) return [];
    // Read while the directory still is as it was.
    this.before = new Map([...this.changed].map((path) => [path, textAt(join(this.places.directory, path))]));
    const { id, update } = this.calls.begin({ title: `Apply ${plural(Number(data['files']), 'file')}`, kind: 'edit', status: 'in_progress' });
    this.id = id;
    return [update];
  }

  private applied(id: string, data: Data): SessionUpdate[] {
    this.id = undefined;
    const files = objects(data, 'files').map((file) => ({ path: text(file, 'path'), at: join(this.places.directory, text(file, 'path')) }));
    const content = files.flatMap(({ path, at }) => (this.before.has(path) ? (diffOf(at, this.before.get(path), textAt(at)) ?? []) : []));
    return [this.calls.become(id, 'completed', { locations: files.map(({ at }) => ({ path: at })), ...(content.length > 0 && { content }), rawOutput: { files: data['files'] } })];
  }
}
