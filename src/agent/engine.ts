import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { dataDir } from '../config/paths.ts';
import { asError, UntilgreenError, type ErrorCode } from '../core/errors.ts';
import type { Emit, RunEvent } from '../core/events.ts';
import { killPoint } from '../core/killpoint.ts';
import { productVersion } from '../core/product.ts';
import { renderPlan } from '../plan/summary.ts';
import { openStore, type Store } from '../store/store.ts';
import type { Lease, RunRow } from '../store/types.ts';
import { junit, sarif } from '../verify/exchange.ts';
import { checkDirectory } from '../workspace/paths.ts';
import { recover, undoApply } from '../workspace/undo.ts';
import { drive, fold, record } from './driver.ts';
import { finish, kept } from './finish.ts';
import { forgetFiles, pruneRuns } from './housekeeping.ts';
import { closeLedger } from './ledger.ts';
import { openLog } from './log.ts';
import { next, transition } from './machine.ts';
import { openSession, Spent } from './open-session.ts';
import { exitCodeOf, outcomeOf } from './outcome.ts';
import { initialState, type MachineEvent, type RunState } from './state.ts';
import type { Session } from './session.ts';
import type { Engine, EngineOptions, Face, Goal, Outcome } from './types.ts';

export type { Engine, EngineOptions, Face, Goal, Outcome } from './types.ts';

const RUN_KIND = 'goal';

/** What the store keeps of a goal, so that another process can go on with it. */
interface RunInput {
  goal: Omit<Goal, 'directory' | 'request'>;
  limits: RunState['limits'];
  replay?: string;
  record?: string;
}

/**
 * Opens the goal job: the store, and on demand the models and the sandbox.
 *
 * @example
 * const engine = await openEngine({ config: await loadConfig({ directory }) });
 * const outcome = await engine.run({ directory, request: 'Fix the failing test' }, face);
 * await engine.close();
 *
 * Errors: `store_busy`, `store_incompatible`; runs end with an outcome instead of an error, except for bad input
 * (`directory_missing`, `not_a_directory`, `directory_refused`, `usage`).
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const home = dataDir(options.config.env);
  await mkdir(home, { recursive: true, mode: 0o700 });
  const place = {
    runs: join(home, 'runs'), journals: join(home, 'journals'), folder: (id: string) => join(home, 'runs', id),
  };
  let opened: Promise<Store> | undefined;
  const store = () => (opened ??= openStore({ url: options.config.env['DATABASE_URL'], directory: join(home, 'db') }));
  const versions = await productVersions();

  const iterationLimit = () => Math.min(options.config.settings.orchestrator.max_iterations, options.config.settings.circuit_breaker.hard_stop);

  async function start(goal: Goal, face: Face, until?: (state: RunState) => boolean) {
    const directory = await checkDirectory(goal.directory);
    if (!goal.plan && !goal.request.trim()) throw new UntilgreenError('usage', 'The request is empty.', {}, 'Say what is to be done, for example: untilgreen run "fix the failing tests".');
    await recover(place.journals);
    await pruneRuns(place.runs);
    const { settings } = options.config;
    const id = newRunId();
    const input: RunInput = {
      goal: { plan: goal.plan, checks: goal.checks, projectType: goal.projectType, language: goal.language },
      limits: {
        maxIterations: iterationLimit(),
        warnAt: settings.circuit_breaker.warning_threshold,
        apply: settings.apply,
        requireProof: settings.verify.require_proof,
      },
      replay: options.replay,
      record: options.record,
    };
    const { runs } = await store();
    killPoint('run create');
    await runs.create({ id, kind: RUN_KIND, directory, request: goal.request, input: input as unknown as Record<string, unknown> });
    killPoint('run created');
    const lease = await runs.claim(id);
    if (!lease) throw new UntilgreenError('run_busy', `Run ${id} is held by another process.`);
    return go(lease, { ...goal, directory }, input, face, { fresh: true, until });
  }

  async function go(
    lease: Lease,
    goal: Goal,
    input: RunInput,
    face: Face,
    more: { fresh: boolean; approve?: string[]; until?: (state: RunState) => boolean },
  ): Promise<{ outcome: Outcome; state: RunState }> {
    const { id } = lease.run;
    const folder = place.folder(id);
    const log = openLog(join(folder, 'logs', 'agent.log'), options.config.settings.log.level);
    const steps = await lease.steps();
    let recorded = steps.length;
    let state = fold(initialState(input.limits, goal.plan), steps);
    const emit: Emit = (event, data = {}, level = 'info') => {
      const line: RunEvent = {
        timestamp: new Date().toISOString(), level, task_id: id, iteration: Math.max(state.attempts.length, state.base ? 1 : 0), phase: state.phase, event, data,
      };
      // Pieces of streamed text are for the live view alone.
      if (event !== 'text') {
        killPoint(`event ${event}`);
        log.write(line);
        void lease.append(line as unknown as Record<string, unknown>).catch(() => {});
      }
      face.onEvent(line);
    };
    const signal = face.signal ? AbortSignal.any([face.signal, lease.signal]) : lease.signal;
    const closers: (() => Promise<void>)[] = [];
    const push = async (event: MachineEvent) => {
      state = await record(lease, recorded, state, event);
      recorded += 1;
    };
    const { runs, db } = await store();
    const spent = new Spent();
    const calls = await runs.modelCalls(id);
    for (const call of calls) spent.add(call);
    const startedAt = new Date(lease.run.created_at);
    try {
      if (state.end || more.approve?.length) {
        const ids = (more.approve ?? []).flatMap((a) => (a === 'all' ? state.waitingFor.map((w) => w.id) : [a]));
        const unknown = ids.find((a) => !state.waitingFor.some((w) => w.id === a));
        if (unknown) {
          // A mistyped name must not keep the run from the next try.
          if (!state.end || state.end.outcome === 'approval') await lease.release(state.end ? 'waiting' : 'queued');
          throw new UntilgreenError('usage', `Run ${id} is not waiting for '${unknown}'.`, {}, state.waitingFor.length ? `It waits for: ${state.waitingFor.map((w) => w.id).join(', ')}.` : 'It waits for nothing.');
        }
        const event: MachineEvent = { type: 'resumed', approved: ids };
        await push(event);
      }
      emit(more.fresh ? 'run_started' : 'run_resumed', { directory: goal.directory, request: goal.request, folder, version: versions['untilgreen'], steps: recorded });
      killPoint('run started');
      const session = await openSession({
        id, goal, config: options.config, lease, face, emit, signal, folder, journals: place.journals, startedAt, db, calls, spent,
        record: options.record ?? input.record, replay: options.replay ?? input.replay, resume: !more.fresh && state.base !== undefined,
        onClose: (close) => closers.push(close),
      });
      // A run that waits for a person, or was cancelled, goes on in the same copy, with the packages that it has installed.
      closers.push(async () => {
        if (state.end?.outcome !== 'approval' && state.end?.outcome !== 'cancelled') await session.bench.dispose();
      });
      state = await drive(session, state, recorded, (next_) => {
        state = next_;
        return more.until?.(next_) ?? false;
      });
      recorded = -1;
      if (more.until?.(state)) {
        await lease.finish('planned', { plan: state.attempts.at(-1)?.plan as unknown as Record<string, unknown> });
        return { outcome: { run: id, outcome: 'green', exitCode: 0, summary: 'Planned.', iterations: 0, tokens: spent.tokens, cost: spent.known, folder }, state };
      }
      return { outcome: await conclude(session), state };
    } catch (thrown) {
      const error = asError(thrown);
      if (error.code === 'lease_lost' || error.code === 'store_failed' || error.code === 'usage') throw error;
      // What cannot even be opened (no model, no sandbox, a directory that is too large) ends the run; nothing was changed.
      const event: MachineEvent = { type: 'failed', outcome: outcomeOf(error), code: error.code, message: error.message };
      emit('error', { code: error.code, message: error.message }, 'error');
      if (recorded >= 0) await push(event);
      else state = transition(state, event);
      const outcome: Outcome = {
        run: id, outcome: state.end!.outcome, exitCode: exitCodeOf(state.end!.outcome, state.end!.error), summary: error.message, iterations: state.attempts.length, tokens: spent.tokens,
        cost: spent.known, folder, error: { code: error.code, message: error.message },
      };
      emit('outcome', { ...outcome }, 'error');
      await lease.finish(outcome.outcome, outcome as unknown as Record<string, unknown>);
      return { outcome, state };
    } finally {
      for (const close of closers) await close();
      log.close();
    }

    async function conclude(session: Session): Promise<Outcome> {
      const { outcome, receipt } = await finish(session, state, runs, versions);
      if (outcome.outcome === 'green') {
        await session.memory?.fixed(id, { summary: kept(state)?.plan?.summary ?? '', diff: receipt.diff, iteration: state.attempts.length });
      } else await session.memory?.unfixed(id);
      await writeFile(join(folder, 'findings.sarif'), `${JSON.stringify(sarif(receipt), null, 2)}\n`);
      await writeFile(join(folder, 'tests.xml'), junit(receipt));
      await closeLedger(db, runs, id, state, Date.now() - startedAt.getTime());
      emit('outcome', { ...outcome }, outcome.exitCode === 0 ? 'info' : 'warn');
      killPoint('run finished');
      if (outcome.outcome === 'approval') await lease.release('waiting');
      else if (outcome.outcome === 'cancelled') await lease.release('queued');
      else await lease.finish(outcome.outcome, outcome as unknown as Record<string, unknown>);
      if (outcome.outcome === 'green') closers.push(() => forgetFiles(folder));
      killPoint('run done');
      return outcome;
    }
  }

  async function find(runId: string): Promise<RunRow> {
    const run = await (await store()).runs.get(runId);
    if (!run) throw new UntilgreenError('run_unknown', `There is no run '${runId}'.`, { run: runId }, '`untilgreen history` lists them.');
    return run;
  }

  return {
    async run(goal, face) {
      return (await start(goal, face)).outcome;
    },
    async resume(runId, face, { approve } = {}) {
      await recover(place.journals);
      const { runs } = await store();
      const run = runId ? await find(runId) : (await runs.list({ kind: RUN_KIND, limit: 50 })).find((r) => r.status !== 'done');
      if (!run) throw new UntilgreenError('run_unknown', 'No run is waiting to go on.', {}, '`untilgreen history` lists all runs.');
      if (run.kind !== RUN_KIND) throw new UntilgreenError('usage', `${run.id} is no run of a goal.`, { run: run.id, kind: run.kind }, 'Go on with a request by `untilgreen ask --resume`.');
      if (run.outcome === 'green' || run.outcome === 'planned') throw new UntilgreenError('usage', `Run ${run.id} is finished: ${run.outcome}.`, {}, 'Start a new one with `untilgreen run`.');
      const lease = await runs.claim(run.id, { reopen: true });
      if (!lease) throw new UntilgreenError('run_busy', `Run ${run.id} is held by another process.`, { run: run.id }, 'Wait for it, or stop that process.');
      const stored = lease.run.input as unknown as RunInput;
      // A run that stopped at its limit goes on when it is given more; it is never given less than it has used.
      const input = { ...stored, limits: { ...stored.limits, maxIterations: Math.max(stored.limits.maxIterations, iterationLimit()) } };
      await checkDirectory(run.directory);
      return (await go(lease, { ...input.goal, directory: run.directory, request: run.request }, input, face, { fresh: false, approve })).outcome;
    },
    async plan(goal, face) {
      const { outcome, state } = await start(goal, face, (s) => next(s) === 'code');
      const plan = state.attempts.at(-1)?.plan;
      if (!plan) {
        throw new UntilgreenError((state.end?.error?.code ?? 'plan_invalid') as ErrorCode, state.end?.summary ?? outcome.summary, { run: outcome.run });
      }
      return { plan, problems: [], text: renderPlan(plan) };
    },
    async history(filter) {
      await recover(place.journals);
      return (await store()).runs.list({ ...filter, kind: RUN_KIND });
    },
    async show(runId) {
      const run = await find(runId);
      const { runs } = await store();
      return { run, events: await runs.events(run.id), modelCalls: await runs.modelCalls(run.id), folder: place.folder(run.id) };
    },
    async undo(target) {
      await recover(place.journals);
      return undoApply(place.journals, target);
    },
    async close() {
      if (opened) await (await opened).close();
    },
  };
}

/** Sortable by time, short enough to type: `20261121-053012-7f3a`. */
function newRunId(): string {
  const t = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${t}-${randomBytes(2).toString('hex')}`;
}

async function productVersions(): Promise<Record<string, string>> {
  return { untilgreen: await productVersion(), node: process.versions.node, platform: `${process.platform}-${process.arch}` };
}
