import type { PlanEntry } from '@agentclientprotocol/sdk';
import type { RunEvent } from '../core/events.ts';
import { objects, text, type Data } from './data.ts';
import { oneLine } from './text.ts';
import { titleOf } from './tool-words.ts';

/** The plan as the editor shows it: the steps, then the checks and the apply, which every run ends with. */
export interface PlanView {
  /** Ids of the steps, in the order of the entries. */
  steps: string[];
  entries: PlanEntry[];
}

const CHECKS = 'Run the checks';
const APPLY = 'Apply the change';

/** The plan after an event; the same object where the event changes nothing of it. */
export function foldPlan(view: PlanView | undefined, event: RunEvent, applies: boolean): PlanView | undefined {
  const { data } = event;
  if (event.event === 'plan_ready') return begin(data, applies);
  if (!view) return undefined;
  switch (event.event) {
    case 'step_started':
      return withStatus(view, stepAt(view, data), 'in_progress');
    case 'step_finished':
      // The protocol knows no failed entry: one that failed is to be done again.
      return withStatus(view, stepAt(view, data), data['ok'] === false ? 'pending' : 'completed');
    case 'plan_rolled_back':
      return { ...view, entries: view.entries.map((entry) => ({ ...entry, status: 'pending' as const })) };
    case 'check_started':
      return event.phase === 'testing' ? withStatus(view, entryAt(view, CHECKS), 'in_progress') : view;
    case 'verdict':
      return withStatus(view, entryAt(view, CHECKS), data['green'] === true ? 'completed' : 'pending');
    case 'apply_started':
      return withStatus(view, entryAt(view, APPLY), 'in_progress');
    case 'applied':
      return withStatus(view, entryAt(view, APPLY), 'completed');
    default:
      return view;
  }
}

function begin(data: Data, applies: boolean): PlanView {
  const steps = objects(data, 'steps');
  const entry = (content: string): PlanEntry => ({ content, priority: 'medium', status: 'pending' });
  const words = steps.map((step) => entry(stepText(step)));
  return { steps: steps.map((step) => text(step, 'id')), entries: [...words, entry(CHECKS), ...(applies ? [entry(APPLY)] : [])] };
}

function stepText(step: Data): string {
  const title = titleOf(text(step, 'action'), text(step, 'path'));
  const why = oneLine(text(step, 'why'));
  return why ? `${title}: ${why}` : title;
}

const stepAt = (view: PlanView, data: Data) => view.steps.indexOf(text(data, 'step'));
const entryAt = (view: PlanView, content: string) => view.entries.findIndex((entry) => entry.content === content);

function withStatus(view: PlanView, at: number, status: PlanEntry['status']): PlanView {
  if (at < 0 || view.entries[at]?.status === status) return view;
  return { ...view, entries: view.entries.map((entry, i) => (i === at ? { ...entry, status } : entry)) };
}
