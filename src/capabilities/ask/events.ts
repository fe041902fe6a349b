import type { Emit, Phase, RunEvent } from '../../core/events.ts';

const STAGES: ReadonlySet<string> = new Set(['reading', 'finding', 'making', 'answering']);

/**
 * Progress of a request as the lines that every face reads; the phase is the stage.
 *
 * @param onEvent must not throw
 * @example
 * await capabilities.ask('What is 15 percent of 300?', { emit: askEvents((event) => console.log(event.event)) });
 */
export function askEvents(onEvent: (event: RunEvent) => void): Emit {
  let phase: Phase = 'init';
  return (event, data = {}, level = 'info') => {
    if (event === 'stage_started' && STAGES.has(String(data['stage']))) phase = data['stage'] as Phase;
    if (event === 'finished') phase = 'done';
    onEvent({ timestamp: new Date().toISOString(), level, task_id: String(data['request_id'] ?? ''), iteration: 0, phase, event, data });
  };
}
