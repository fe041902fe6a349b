import { randomBytes } from 'node:crypto';
import { asError, UntilgreenError } from '../../core/errors.ts';
import type { Emit } from '../../core/events.ts';
import { killPoint } from '../../core/killpoint.ts';
import type { Usage } from '../../models/types.ts';
import { NO_USAGE } from '../../models/usage.ts';
import { lastRunOf, openRuns } from '../../store/queries/asked.ts';
import type { Lease, RunRow } from '../../store/types.ts';
import { checkedRequest, job, type AnswerPlan, type JobResult } from '../ask/job.ts';
import type { AskOptions, CallOptions } from '../interfaces.ts';
import { withRequest } from '../synthesis/synthesise.ts';
import type { AskResult, Capability } from '../types.ts';
import type { World } from '../understand/understand.ts';
import type { Admission } from './admitted.ts';
import { resolveDeps } from './make.ts';
import type { Shared } from './open.ts';
import { callTool } from './use.ts';

export const ASK_KIND = 'ask';

/** What the store keeps of a request, so that another process can go on with it. */
interface AskInput {
  make: boolean;
  language?: AskOptions['language'];
  world: World;
}

/** Answers a request as a durable job. One that was interrupted with the same words is gone on with. */
export async function ask(shared: Shared, admission: Admission, request: string, options: AskOptions = {}): Promise<AskResult> {
  const text = checkedRequest(request);
  const { runs, db } = await shared.store();
  const place = { kind: ASK_KIND, directory: shared.library.directory };
  for (const open of await openRuns(db, { ...place, request: text })) {
    const lease = await runs.claim(open.id);
    if (lease) return go(shared, admission, lease, options);
  }
  const id = newAskId();
  const input: AskInput = { make: options.make ?? true, world: { today: new Date().toISOString().slice(0, 10), seed: randomBytes(4).readUInt32BE() }, ...(options.language ? { language: options.language } : {}) };
  await runs.create({ id, ...place, request: text, input: input as unknown as Record<string, unknown> });
  killPoint('ask created');
  const lease = await runs.claim(id);
  if (!lease) throw new UntilgreenError('run_busy', `The request ${id} is held by another process.`, { run: id });
  return go(shared, admission, lease, options);
}

/** Requests that no process works on and that have not ended. */
export async function unfinished(shared: Shared): Promise<RunRow[]> {
  const { db } = await shared.store();
  return (await openRuns(db, { kind: ASK_KIND, directory: shared.library.directory })).filter(({ status }) => status !== 'running');
}

/** Goes on with one interrupted request, or with all. */
export async function resume(shared: Shared, admission: Admission, id: string | undefined, options: CallOptions): Promise<AskResult[]> {
  const { runs } = await shared.store();
  if (id !== undefined) {
    const run = await runs.get(id);
    if (!run || run.kind !== ASK_KIND) throw new UntilgreenError('run_unknown', `There is no request ${id}.`, { run: id }, '`untilgreen ask --unfinished` lists those that can be gone on with.');
    if (run.status === 'done') throw new UntilgreenError('usage', `The request ${id} has ended: ${run.outcome}.`, { run: id }, 'Ask again.');
  }
  const results: AskResult[] = [];
  for (const one of id === undefined ? await unfinished(shared) : [{ id }]) {
    const lease = await runs.claim(one.id);
    if (lease) results.push(await go(shared, admission, lease, options));
    else if (id !== undefined) throw new UntilgreenError('run_busy', `Another process works on the request ${id}.`, { run: id });
  }
  return results;
}

async function go(shared: Shared, admission: Admission, lease: Lease, options: CallOptions): Promise<AskResult> {
  const { run } = lease;
  const started = performance.now();
  const input = run.input as unknown as AskInput;
  const signal = options.signal ? AbortSignal.any([options.signal, lease.signal]) : lease.signal;
  const emit: Emit = (event, data, level) => {
    shared.emit(event, { ...data, request_id: run.id }, level);
    options.emit?.(event, data, level);
  };
  const spent = { usage: NO_USAGE as Usage, requests: 0 };
  const answered = async (result: JobResult): Promise<AskResult> => {
    const whole: AskResult = { id: run.id, ...withoutPlan(result), usage: spent.usage, requests: spent.requests, ms: Math.round(performance.now() - started) };
    killPoint('ask answered');
    await lease.finish(result.outcome, { result: whole, plan: result.plan ?? null } as unknown as Record<string, unknown>);
    emit('finished', { outcome: result.outcome });
    return whole;
  };
  try {
    const remembered = await rememberedPlan(shared, run.request);
    const call: Parameters<typeof job>[1]['call'] = (name, args, request) => callTool(shared, admission, name, args, { request, signal, emit });
    const result = await job(run.request, {
      ...(await resolveDeps(shared, admission, lease, { emit, signal, spent, make: input.make, ...(input.language ? { language: input.language } : {}) })),
      world: input.world, call, ...(remembered ? { remembered } : {}),
    });
    if (result.ok) await rememberRequests(shared, result, run.request);
    return await answered(result);
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code === 'lease_lost' || error.code === 'store_failed') throw error;
    if (signal.aborted) {
      // What is finished stays: the same request goes on from there.
      await lease.release('queued');
      return { id: run.id, ok: false, outcome: 'cancelled', answer: 'Cancelled.', steps: [], usage: spent.usage, requests: spent.requests, ms: Math.round(performance.now() - started) };
    }
    if (error.exitCode === 8 || error.exitCode === 7 || error.code === 'budget') await lease.release('queued');
    else await lease.finish('error', { error: error.toJSON() });
    throw error;
  }
}

const withoutPlan = ({ plan: _, ...rest }: JobResult): Omit<JobResult, 'plan'> => rest;

/** The plan by which exactly this request was answered, while its tools are there and active. */
async function rememberedPlan(shared: Shared, request: string): Promise<AnswerPlan | undefined> {
  const { db } = await shared.store();
  const last = await lastRunOf(db, { kind: ASK_KIND, directory: shared.library.directory, request, outcome: 'answered' });
  const plan = last?.output?.['plan'] as AnswerPlan | null | undefined;
  if (!plan) return undefined;
  for (const step of plan.steps) {
    const entry = await shared.library.read(step.tool);
    // A new major version is another contract; arguments of the old one may mean something else.
    if (entry?.tool.status !== 'active' || entry.tool.version.split('.')[0] !== step.version.split('.')[0]) return undefined;
  }
  const uses = await (await shared.catalogue()).uses({ limit: RECENT });
  return plan.steps.some((step) => uses.some((use) => use.wrong && use.name === step.tool && use.request === step.request)) ? undefined : plan;
}
const RECENT = 1_000;

/** A tool is found by the requests that it has served. */
async function rememberRequests(shared: Shared, { plan }: JobResult, request: string): Promise<void> {
  for (const step of plan?.steps ?? []) {
    const tool: Capability | undefined = (await shared.library.read(step.tool))?.tool;
    const words = plan!.steps.length === 1 ? request : step.request;
    if (tool && tool.requests.length < 3 && !tool.requests.includes(words)) await shared.library.update(tool.name, { requests: withRequest(tool.requests, words) });
  }
}

/** Sortable by time, short enough to type: `ask-20261121-053012-7f3a`. */
function newAskId(now = new Date()): string {
  return `ask-${now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
}
