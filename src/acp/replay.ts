import type { Engine, Outcome } from '../agent/types.ts';
import type { RunEvent } from '../core/events.ts';
import { asError } from '../core/errors.ts';
import { toPlan } from '../plan/schema.ts';
import { renderPlan } from '../plan/summary.ts';
import type { RunRow } from '../store/types.ts';
import { closingWords, plannedWords } from './outcome.ts';
import { RunView, said } from './run-view.ts';
import type { Session } from './session.ts';
import { clean } from './text.ts';

/** Tells a session again to an editor that opens it: every prompt, what its run did, and how it ended. */
export async function replay(session: Session, engine: Engine): Promise<void> {
  const told = new Set<string>();
  for (const turn of session.record.turns) {
    session.send({ sessionUpdate: 'user_message_chunk', content: { type: 'text', text: turn.text } });
    // A run that was gone on with is told whole where it began.
    if (turn.run !== undefined && !told.has(turn.run)) {
      told.add(turn.run);
      await replayRun(session, engine, turn.run);
    }
    if (turn.answer !== undefined) session.send(said(turn.answer));
  }
  session.send(...session.calls.end());
}

async function replayRun(session: Session, engine: Engine, id: string): Promise<void> {
  try {
    const { run, events } = await engine.show(id);
    const view = new RunView({ directory: session.directory, calls: session.calls, applies: true, window: 0, replay: true });
    for (const { kind, body } of events) {
      const event = body as unknown as RunEvent;
      // What it used is of the past.
      if (kind === 'event' && event.event !== 'model_call') session.send(...view.updates(event));
    }
    session.send(said(endOf(run)));
  } catch (error) {
    session.send(said(clean(asError(error).message)));
  }
}

function endOf({ id, status, outcome, output }: RunRow): string {
  if (status !== 'done') return `Run \`${id}\` has not ended. \`/resume\` goes on with it.`;
  if (outcome === 'planned' && output) return plannedWords(renderPlan(toPlan(output['plan'])));
  // What the engine keeps of a run that ended is its outcome.
  if (typeof output?.['summary'] === 'string') return closingWords(output as unknown as Outcome);
  return `Run \`${id}\`: ${(outcome ?? 'done').replaceAll('_', ' ')}.`;
}
