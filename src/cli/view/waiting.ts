import type { RunEvent } from '../../core/events.ts';
import { object, text } from './data.ts';
import { duration, oneLine } from './text.ts';

/** Milliseconds between two lines that say what is waited for: a local model may think for minutes about one reply. */
export const WAITING_MS = 30_000;

/** What a run may spend long on after this event: a text; undefined where that ends; null where the event changes nothing. */
export function waitsFor(event: RunEvent): string | undefined | null {
  const { data } = event;
  switch (event.event) {
    case 'planning_started':
      return 'asking planner';
    case 'step_started':
      return `step ${[text(data, 'step', 'id') || text(object(data['step']), 'id'), text(data, 'action', 'tool')].filter(Boolean).join(' ')}`;
    case 'wave_started':
      return 'sampling candidates';
    case 'repair_started':
      return 'asking for a repair';
    case 'attempt_discarded':
      return 'asking reflector';
    case 'verdict':
      return data['green'] === true ? undefined : 'asking reflector';
    case 'stage_started':
      return text(data, 'stage') === 'design' ? 'asking for a design' : text(data, 'stage') === 'check' ? 'running the candidates' : undefined;
    case 'design_ready':
    case 'wave_finished':
    case 'repair_finished':
    case 'finished':
    case 'plan_ready':
    case 'plan_refused':
    case 'step_finished':
    case 'check_started':
    case 'reflection':
    case 'approval_requested':
    case 'apply_started':
    case 'error':
    case 'outcome':
      return undefined;
    // Among them `model_call`: a reply that was refused is asked for again.
    default:
      return null;
  }
}

/** Says every 30 seconds what is waited for, so that a log without a live view does not look dead. Keeps no process alive. */
export function waitingLines(write: (line: string) => void): { event(event: RunEvent): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => clearInterval(timer);
  return {
    event(event) {
      const what = waitsFor(event);
      if (what === null) return;
      stop();
      if (what === undefined) return;
      let waited = 0;
      timer = setInterval(() => write(`${oneLine(what)} … ${duration((waited += WAITING_MS))}`), WAITING_MS);
      timer.unref();
    },
    stop,
  };
}
