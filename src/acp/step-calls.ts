import { join } from 'node:path';
import type { SessionUpdate, ToolCallContent } from '@agentclientprotocol/sdk';
import type { RunEvent } from '../core/events.ts';
import { textContent, type Calls } from './calls.ts';
import { objects, text, texts, type Data } from './data.ts';
import { diffOf, textAt } from './diffs.ts';
import { kindOf, titleOf } from './tool-words.ts';

/** Files of one step that are shown with their texts; the others are named. */
const SHOWN_FILES = 20;

/** Where a run's files are looked at. */
export interface Places {
  /** The user's directory: paths that the editor is told lead there. */
  directory: string;
  /** The private copy; unknown until the run has begun, and in a replay. */
  workbench?: string;
}

/** The steps of a plan as tool calls, with what each changed in the private copy. */
export class StepCalls {
  private readonly open = new Map<string, string>();
  private planned = new Map<string, string>();
  /** Files of the copy that steps have changed so far. */
  readonly changed = new Set<string>();
  private before = new Map<string, string | undefined>();

  constructor(private readonly calls: Calls, private readonly places: Places) {}

  updates(event: RunEvent): SessionUpdate[] {
    const { data } = event;
    switch (event.event) {
      case 'plan_ready':
        this.planned = new Map(objects(data, 'steps').map((step) => [text(step, 'id'), text(step, 'path')]));
        return [];
      case 'step_started':
        return [this.started(data)];
      case 'step_finished':
        return this.finished(data);
      default:
        return [];
    }
  }

  private started(data: Data): SessionUpdate {
    const step = text(data, 'step');
    const action = text(data, 'action');
    const path = this.planned.get(step) ?? '';
    this.look(path);
    const why = text(data, 'why');
    const { id, update } = this.calls.begin({
      title: titleOf(action, path), kind: kindOf(action), status: 'in_progress', rawInput: { action, ...(path && { path }), why },
      ...(path && { locations: [{ path: join(this.places.directory, path) }] }), ...(why && { content: [textContent(why)] }),
    });
    this.open.set(step, id);
    return update;
  }

  private finished(data: Data): SessionUpdate[] {
    const step = text(data, 'step');
    const id = this.open.get(step);
    if (id === undefined) return [];
    this.open.delete(step);
    if (data['ok'] === false) return [this.calls.become(id, 'failed', { content: [textContent(text(data, 'message'))], rawOutput: { code: text(data, 'code'), message: text(data, 'message') } })];
    const changed = texts(data, 'changed');
    const content = [textContent(text(data, 'summary')), ...this.diffs(changed)];
    for (const path of changed) this.changed.add(path);
    const locations = changed.map((path) => ({ path: join(this.places.directory, path) }));
    return [this.calls.become(id, 'completed', { content, ...(locations.length > 0 && { locations }), rawOutput: { summary: text(data, 'summary'), changed } })];
  }

  /** Attempts start from files put back: what a step finds is read when it begins. */
  private look(planned: string): void {
    const { workbench } = this.places;
    if (workbench === undefined) return;
    const paths = [...this.changed, ...(planned ? [planned] : [])];
    this.before = new Map(paths.map((path) => [path, textAt(join(workbench, path))]));
  }

  private diffs(changed: readonly string[]): ToolCallContent[] {
    const { workbench, directory } = this.places;
    if (workbench === undefined) return [];
    return changed.slice(0, SHOWN_FILES).flatMap((path) => {
      // A file that no step touched before stands in the copy as in the user's directory.
      const before = this.before.has(path) ? this.before.get(path) : textAt(join(directory, path));
      return diffOf(join(directory, path), before, textAt(join(workbench, path))) ?? [];
    });
  }
}
