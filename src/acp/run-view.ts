import { join } from 'node:path';
import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { RunEvent } from '../core/events.ts';
import { ApplyCall } from './apply-call.ts';
import type { Calls } from './calls.ts';
import { CheckCalls } from './check-calls.ts';
import { number, text, texts } from './data.ts';
import { foldPlan, type PlanView } from './plan-view.ts';
import { sentenceOf } from './sentences.ts';
import { StepCalls, type Places } from './step-calls.ts';

export interface RunViewOptions {
  directory: string;
  calls: Calls;
  /** A green change of this run will be applied, perhaps after a question. */
  applies: boolean;
  /** Tokens that a prompt may hold. */
  window: number;
  /** The run is being told again: its files have changed since, and are not looked at. */
  replay?: boolean;
}

/** A piece of what the agent says. */
export function said(words: string): SessionUpdate {
  return { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: `${words}\n\n` } };
}

/** One run as its editor sees it: events go in, updates of the protocol come out, at once and in order. */
export class RunView {
  run: string | undefined;
  readonly apply: ApplyCall;
  private plan: PlanView | undefined;
  private readonly places: Places;
  private readonly steps: StepCalls;
  private readonly checks: CheckCalls;

  constructor(private readonly options: RunViewOptions) {
    this.places = { directory: options.directory };
    this.steps = new StepCalls(options.calls, this.places);
    this.checks = new CheckCalls(options.calls);
    this.apply = new ApplyCall(options.calls, this.places, this.steps.changed);
  }

  updates(event: RunEvent): SessionUpdate[] {
    if (event.event === 'run_started' || event.event === 'run_resumed') this.begin(event);
    const sentence = sentenceOf(event);
    const words: SessionUpdate[] = !sentence ? [] : sentence.thought ? [{ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: `${sentence.text}\n\n` } }] : [said(sentence.text)];
    return [...words, ...this.planned(event), ...this.steps.updates(event), ...this.checks.updates(event), ...this.apply.updates(event), ...this.usage(event)];
  }

  /** What an earlier process did of this run, so that the rest is told in its context. Nothing is said of it again. */
  recall(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.plan = foldPlan(this.plan, event, this.options.applies);
      if (event.event === 'step_finished') for (const path of texts(event.data, 'changed')) this.steps.changed.add(path);
    }
  }

  private begin(event: RunEvent): void {
    this.run = event.task_id;
    const folder = text(event.data, 'folder');
    // The engine keeps the private copy of a run there.
    if (folder && !this.options.replay) this.places.workbench = join(folder, 'workbench');
  }

  private planned(event: RunEvent): SessionUpdate[] {
    const next = foldPlan(this.plan, event, this.options.applies);
    if (next === undefined || next === this.plan) return [];
    this.plan = next;
    return [{ sessionUpdate: 'plan', entries: next.entries }];
  }

  private usage({ event, data }: RunEvent): SessionUpdate[] {
    if (event !== 'model_call') return [];
    const used = (number(data, 'inputTokens') ?? 0) + (number(data, 'outputTokens') ?? 0);
    const cost = number(data, 'totalCost');
    return [{ sessionUpdate: 'usage_update', used, size: this.options.window, ...(cost !== undefined && { cost: { amount: cost, currency: 'USD' } }) }];
  }
}
