import { asError, UntilgreenError } from '../core/errors.ts';
import { killPoint } from '../core/killpoint.ts';
import type { Lease, LogEvent } from '../store/types.ts';
import * as effects from './effects.ts';
import { ledger } from './ledger.ts';
import { next, transition } from './machine.ts';
import { outcomeOf } from './outcome.ts';
import type { Session } from './session.ts';
import type { MachineEvent, RunState, Todo } from './state.ts';

/** Rebuilds the state from the recorded steps. */
export function fold(initial: RunState, steps: readonly LogEvent[]): RunState {
  return steps.reduce((state, step) => transition(state, step.body as unknown as MachineEvent), initial);
}

/**
 * Drives a run until nothing is left to do. Each effect is recorded before it counts: a process that dies between two records
 * does the effect again, from the same files, and model calls that had finished are answered from the log.
 *
 * @param recorded  how many steps the log holds already
 * @param onState   told each new state; `true` stops here, and a later process may go on
 */
export async function drive(session: Session, initial: RunState, recorded: number, onState: (state: RunState) => boolean = () => false): Promise<RunState> {
  let state = initial;
  let index = recorded;
  while (next(state) !== 'finish' && next(state) !== 'nothing') {
    const event = await perform(next(state), session, state);
    if (event.type === 'failed' && (event.code === 'lease_lost' || event.code === 'store_failed')) throw new UntilgreenError(event.code, event.message);
    state = await record(session.lease, index, state, event);
    index += 1;
    warn(session, state);
    if (onState(state)) break;
  }
  return state;
}

/** Records an event as the next step of the run, with its rows, and gives the state after it. */
export async function record(lease: Lease, index: number, state: RunState, event: MachineEvent): Promise<RunState> {
  const after = transition(state, event);
  killPoint(`record ${event.type}`);
  await lease.record(`${index}/${event.type}`, event as unknown as Record<string, unknown>, ledger(lease.run.id, event, after));
  killPoint(`recorded ${event.type}`);
  return after;
}

const EFFECTS: Record<Exclude<Todo, 'finish' | 'nothing'>, (session: Session, state: RunState) => Promise<MachineEvent>> = {
  init: effects.init,
  plan: effects.plan,
  code: effects.code,
  test: effects.test,
  reflect: effects.reflect,
  approve: effects.approve,
  apply: effects.apply,
};

async function perform(todo: Todo, session: Session, state: RunState): Promise<MachineEvent> {
  try {
    session.signal.throwIfAborted();
    return await EFFECTS[todo as keyof typeof EFFECTS](session, state);
  } catch (thrown) {
    const error = session.signal.aborted ? new UntilgreenError('cancelled', 'Cancelled.', {}, undefined, { cause: thrown }) : asError(thrown);
    session.emit('error', { code: error.code, message: error.message, stack: error.code === 'internal' ? (error.cause as Error | undefined)?.stack : undefined }, 'error');
    return { type: 'failed', outcome: outcomeOf(error), code: error.code, message: error.message };
  }
}

function warn(session: Session, state: RunState): void {
  const { warnAt, maxIterations } = state.limits;
  if (state.todo === 'plan' && state.attempts.length === warnAt && warnAt < maxIterations) {
    session.emit('warning', { message: `${warnAt} iterations are used; the run stops after ${maxIterations}.` }, 'warn');
  }
}
