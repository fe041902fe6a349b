import { randomBytes } from 'node:crypto';
import type { Emit, Phase, RunEvent } from '../core/events.ts';
import type { FunctionStage } from './types.ts';

/** Sortable by time, short enough to type: `fn-20261121-053012-7f3a`. */
export function newFunctionId(now = new Date()): string {
  const time = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `fn-${time}-${randomBytes(2).toString('hex')}`;
}

const STAGES: ReadonlySet<string> = new Set<FunctionStage>(['design', 'generate', 'check', 'repair', 'output']);

/**
 * Progress of a job as the lines that every face reads: its phase is the stage, its iteration the number of waves and repair rounds so far.
 *
 * @param id the job's id, `task_id` of each line
 * @param onEvent must not throw
 * @example
 * const emit = functionEvents(newFunctionId(), (event) => console.log(event.event));
 */
export function functionEvents(id: string, onEvent: (event: RunEvent) => void): Emit {
  let phase: Phase = 'init';
  let iteration = 0;
  return (event, data = {}, level = 'info') => {
    if (event === 'stage_started' && STAGES.has(String(data['stage']))) {
      phase = data['stage'] as FunctionStage;
    }
    if (event === 'wave_started' || (event === 'stage_started' && phase === 'repair')) iteration += 1;
    if (event === 'finished') phase = 'done';
    onEvent({ timestamp: new Date().toISOString(), level, task_id: id, iteration, phase, event, data });
  };
}
