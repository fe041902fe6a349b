import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromptResponse } from '@agentclientprotocol/sdk';
import type { Engine, Face, Outcome } from '../../agent/types.ts';
import { UntilgreenError } from '../../core/errors.ts';
import type { RunEvent } from '../../core/events.ts';
import { toPlan } from '../../plan/schema.ts';
import type { RunRow } from '../../store/types.ts';
import { textContent } from '../calls.ts';
import { changeOf } from '../diffs.ts';
import { refuse } from '../errors.ts';
import { closingWords, plannedWords, responseOf } from '../outcome.ts';
import { askPermission } from '../permission.ts';
import { RunView, said } from '../run-view.ts';
import type { TurnContext } from '../turn.ts';

/** A goal: plan, code, test, reflect until green. */
export function run(context: TurnContext): Promise<PromptResponse> {
  const { session, text } = context;
  return drive(context, (engine, face) => engine.run({ directory: session.directory, request: text }, face));
}

/** Plans and stops. */
export async function plan(context: TurnContext): Promise<PromptResponse> {
  const { session, text } = context;
  if (!text) throw refuse('Say what is to be planned: /plan split utils.py by concern.');
  const face = faceOf(context, new RunView({ directory: session.directory, calls: session.calls, applies: false, window: windowOf(context) }));
  const made = await context.engine.plan({ directory: session.directory, request: text }, face);
  session.send(said(plannedWords(made.text)));
  return { stopReason: 'end_turn', _meta: { untilgreen: { run: context.turn.run, outcome: 'planned', plan: made.plan } } };
}

/** Carries out the plan that this session showed last. */
export async function runPlan(context: TurnContext): Promise<PromptResponse> {
  const { session, engine } = context;
  for (const id of runsOf(context)) {
    const { run: row } = await engine.show(id);
    if (row.outcome !== 'planned' || !row.output) continue;
    const planned = toPlan(row.output['plan']);
    return drive(context, (_engine, face) => engine.run({ directory: session.directory, request: row.request, plan: planned }, face));
  }
  throw refuse('This session has shown no plan yet. /plan makes one.');
}

/** Goes on with a run: the one that is named, else the last of this session or directory that is not done. */
export async function resume(context: TurnContext): Promise<PromptResponse> {
  const row = await runToResume(context);
  context.turn.run = row.id;
  const { events } = await context.engine.show(row.id);
  const earlier = events.filter((event) => event.kind === 'event').map((event) => event.body as unknown as RunEvent);
  return drive(context, (engine, face) => engine.resume(row.id, face), earlier);
}

async function drive(context: TurnContext, work: (engine: Engine, face: Face) => Promise<Outcome>, earlier: readonly RunEvent[] = []): Promise<PromptResponse> {
  const { session, config, signal } = context;
  const view = new RunView({ directory: session.directory, calls: session.calls, applies: config.settings.apply !== 'never', window: windowOf(context) });
  view.recall(earlier);
  const outcome = await work(context.engine, faceOf(context, view));
  const response = responseOf(outcome, signal.aborted);
  await showUnapplied(context, outcome);
  session.send(said(closingWords(outcome)));
  return response;
}

function faceOf(context: TurnContext, view: RunView): Face {
  const { session, signal, turn } = context;
  return {
    onEvent(event) {
      session.send(...view.updates(event));
      if (turn.run === view.run || view.run === undefined) return;
      turn.run = view.run;
      // A process that is killed leaves the session with its run.
      void session.save();
    },
    approve: (request) => askPermission(context, view, request),
    signal,
  };
}

/** A green change that was not to be applied is shown. */
async function showUnapplied({ session }: TurnContext, { outcome, applied, folder }: Outcome): Promise<void> {
  if (outcome !== 'green' || applied) return;
  const diff = await readFile(join(folder, 'change.diff'), 'utf8').catch(() => '');
  if (!diff) return;
  const { content, locations } = changeOf(diff, session.directory);
  const { id, update } = session.calls.begin({ title: 'The change, not applied', kind: 'edit', status: 'in_progress', content, locations });
  session.send(update, session.calls.become(id, 'completed', { content: [textContent('Not applied: your files are as they were.'), ...content] }));
}

/** Runs of this session, the newest first. */
function runsOf({ session }: TurnContext): string[] {
  return session.record.turns.flatMap((turn) => turn.run ?? []).toReversed();
}

const LOOK_BACK = 200;
const isOpen = (row: RunRow) => row.outcome !== 'green' && row.outcome !== 'planned';

async function runToResume(context: TurnContext): Promise<RunRow> {
  const { engine, session, text } = context;
  const rows = await engine.history({ directory: session.directory, limit: LOOK_BACK });
  if (text) {
    const found = rows.filter((row) => row.id.startsWith(text));
    if (found.length === 1 && found[0]) return found[0];
    throw new UntilgreenError('run_unknown', found.length ? `${text} fits ${found.length} runs.` : `There is no run ${text} in ${session.directory}.`, { run: text }, 'Give the id as the run was told.');
  }
  const own = new Set(runsOf(context));
  const open = rows.filter(isOpen);
  const row = open.find(({ id }) => own.has(id)) ?? open.find(({ status }) => status !== 'done') ?? open[0];
  if (!row) throw new UntilgreenError('run_unknown', `No run in ${session.directory} waits or was interrupted.`, { directory: session.directory });
  return row;
}

const windowOf = ({ config }: TurnContext) => config.settings.models.context_tokens;
