import type { Phase, RunEvent } from '../../core/events.ts';
import type { StepState } from '../../plan/types.ts';
import { counts, list, number, object, text, type Counts } from './data.ts';
import { functionDoing } from './function.ts';
import { oneLine } from './text.ts';

export interface StepView {
  id: string;
  action: string;
  why: string;
  state: StepState;
}

/** What the terminal shows of a run: the fold of its events. */
export interface ViewState {
  run: string;
  request: string;
  phase: Phase;
  iteration: number;
  maxIterations: number | undefined;
  model: string;
  rung: string;
  /** What is going on, one line. */
  doing: string;
  steps: StepView[];
  before: Counts | undefined;
  now: Counts | undefined;
  tokens: number;
  cost: number | undefined;
  /** Tail of the text that streams in. */
  stream: string;
}

export function initialView(request = '', maxIterations?: number): ViewState {
  return {
    run: '', request, phase: 'init', iteration: 0, maxIterations, model: '', rung: '', doing: '', steps: [],
    before: undefined, now: undefined, tokens: 0, cost: undefined, stream: '',
  };
}

/** Characters of streamed text that are kept: more than the widest line. */
const STREAM_TAIL = 400;

/** The next view; unknown events change nothing but phase and iteration. */
export function foldView(view: ViewState, event: RunEvent): ViewState {
  const { data } = event;
  const next: ViewState = { ...view, run: event.task_id || view.run, phase: event.phase, iteration: event.iteration };
  if (event.event !== 'text' && event.event !== 'model_call') next.stream = '';
  switch (event.event) {
    case 'run_started':
      return { ...next, request: text(data, 'request') || view.request };
    case 'model_selected':
      return { ...next, model: text(data, 'model') || view.model };
    case 'sandbox_ready':
      return { ...next, rung: text(data, 'rung') || text(object(data['guarantees']), 'rung') };
    case 'baseline_started':
      return { ...next, doing: 'running the checks before the first change' };
    case 'baseline_finished':
      return { ...next, doing: '', before: counts(data), now: undefined };
    case 'planning_started':
      return { ...next, doing: 'planning', steps: [] };
    case 'plan_ready':
      return { ...next, doing: '', steps: planSteps(data) };
    case 'step_started':
      return { ...next, doing: '', steps: withState(view.steps, data, 'running') };
    case 'step_finished':
      return { ...next, steps: withState(view.steps, data, endState(data)) };
    case 'check_started':
      return { ...next, doing: `running ${text(data, 'check', 'id', 'command') || 'the checks'}` };
    case 'check_finished':
      return { ...next, doing: '', now: counts(data) ?? view.now };
    case 'verdict':
      return { ...next, now: counts(data) ?? view.now };
    case 'model_call': {
      const spent = (number(data, 'inputTokens', 'input_tokens') ?? 0) + (number(data, 'outputTokens', 'output_tokens') ?? 0);
      const cost = number(data, 'cost');
      return {
        ...next, stream: '',
        // Totals count the calls of an earlier process too; without them the view adds up what it saw.
        tokens: number(data, 'totalTokens') ?? view.tokens + spent,
        cost: number(data, 'totalCost') ?? (cost === undefined ? view.cost : (view.cost ?? 0) + cost),
      };
    }
    case 'budget':
      return { ...next, tokens: number(data, 'tokens', 'used_tokens') ?? view.tokens, cost: number(data, 'cost', 'used_cost') ?? view.cost };
    case 'text':
      return { ...next, stream: (view.stream + text(data, 'text', 'piece')).slice(-STREAM_TAIL) };
    case 'apply_started':
      return { ...next, doing: 'applying the change' };
    case 'applied':
      return { ...next, doing: '' };
    default:
      return { ...next, doing: functionDoing(event) ?? next.doing };
  }
}

function planSteps(data: Record<string, unknown>): StepView[] {
  const plan = Array.isArray(data['steps']) ? data : object(data['plan']);
  return list(plan, 'steps').map(object).map((step) => ({ id: text(step, 'id'), action: text(step, 'action', 'tool'), why: oneLine(text(step, 'why')), state: 'waiting' }));
}

function withState(steps: StepView[], data: Record<string, unknown>, state: StepState): StepView[] {
  const id = text(data, 'step', 'id') || text(object(data['step']), 'id');
  if (!steps.some((step) => step.id === id)) return [...steps, { id, action: text(data, 'action', 'tool'), why: oneLine(text(data, 'why', 'summary')), state }];
  return steps.map((step) => (step.id === id ? { ...step, state } : step));
}

function endState(data: Record<string, unknown>): StepState {
  const state = text(data, 'state', 'status');
  if (state === 'skipped' || state === 'failed' || state === 'done') return state;
  return data['ok'] === false ? 'failed' : 'done';
}
