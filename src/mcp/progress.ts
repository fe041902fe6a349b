import { randomBytes } from 'node:crypto';
import type { ServerContext } from '@modelcontextprotocol/server';
import type { Emit, RunEvent } from '../core/events.ts';

/** Progress of one call, as its client wants it. */
export interface Progress {
  onEvent(event: RunEvent): void;
  emit: Emit;
}

/**
 * Events of a job as progress notifications: a line each, counted upwards because nobody knows how many there will be. Events reach
 * the client as they come and in their order; one that cannot be sent is passed over, since its call ends by itself then.
 */
export function progressOf(ctx: Pick<ServerContext, 'mcpReq'>, say: (event: RunEvent) => string | undefined): Progress {
  const token = ctx.mcpReq._meta?.progressToken;
  let count = 0;
  let last = '';
  const tell = (text: string): void => {
    // A second line with the same words would say nothing.
    if (token === undefined || text === last || ctx.mcpReq.signal.aborted) return;
    last = text;
    count += 1;
    void ctx.mcpReq.notify({ method: 'notifications/progress', params: { progressToken: token, progress: count, message: text } }).catch(() => {});
  };
  const onEvent = (event: RunEvent): void => {
    const line = say(event);
    if (line !== undefined && line !== '') tell(line);
  };
  const id = `call-${randomBytes(4).toString('hex')}`;
  return {
    onEvent,
    emit: (event, data = {}, level = 'info') => onEvent({ timestamp: new Date().toISOString(), level, task_id: id, iteration: 0, phase: 'init', event, data }),
  };
}
