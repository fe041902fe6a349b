import { randomBytes } from 'node:crypto';
import { UntilgreenError } from '../../core/errors.ts';
import type { Emit } from '../../core/events.ts';
import { killPoint } from '../../core/killpoint.ts';
import type { Usage } from '../../models/types.ts';
import { NO_USAGE } from '../../models/usage.ts';
import { lastRunOf, openRuns, outcomesOf } from '../../store/queries/asked.ts';
import type { RunRow } from '../../store/types.ts';
import { checkedRequest, job, type AnswerPlan, type JobResult } from '../ask/job.ts';
import type { AskOptions, CallOptions } from '../interfaces.ts';
import { REQUESTS } from '../life/merge.ts';
import { standingOf } from '../life/standing.ts';
import type { AskResult, Capability } from '../types.ts';
import type { World } from '../understand/understand.ts';
import type { Admission } from './admitted.ts';
import { durableJob, inJob, type Job } from './durable-job.ts';
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
  const input: AskInput = { make: options.make ?? true, world: { today: new Date().toISOString().slice(0, 10), seed: randomBytes(4).readUInt32BE() }, ...(options.language ? { language: options.language } : {}) };
  const started = performance.now();
  const wanted = { kind: ASK_KIND, request: checkedRequest(request), input: input as unknown as Record<string, unknown> };
  let id = '';
  const answered = (): Promise<AskResult> => durableJob(shared, wanted, options, (held) => {
    id = held.lease.run.id;
    return work(shared, admission, held, started);
  });
  return stoppable(options, started, answered, () => id);
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
    if (lease) results.push(await stoppable(options, performance.now(), () => inJob(shared, lease, options, (held) => work(shared, admission, held, performance.now())), () => one.id));
    else if (id !== undefined) throw new UntilgreenError('run_busy', `Another process works on the request ${id}.`, { run: id });
  }
  return results;
}

/** A request that was cancelled has a result as any other: what it has come to is kept. */
async function stoppable(options: CallOptions, started: number, run: () => Promise<AskResult>, id: () => string): Promise<AskResult> {
  try {
    return await run();
  } catch (thrown) {
    if (!options.signal?.aborted) throw thrown;
    return { id: id(), ok: false, outcome: 'cancelled', answer: 'Cancelled; what is finished is kept, and the same request goes on from there.', steps: [], usage: NO_USAGE, requests: 0, ms: Math.round(performance.now() - started) };
  }
}

async function work(shared: Shared, admission: Admission, held: Job, started: number): Promise<{ value: AskResult; outcome: string; output: Record<string, unknown> }> {
  const { lease, emit, signal } = held;
  const { run } = lease;
  const input = run.input as unknown as AskInput;
  const spent = { usage: NO_USAGE as Usage, requests: 0 };
  const remembered = await rememberedPlan(shared, run.request);
  // The embedding model loads while the request is read; where it fails, whoever looks for a tool is told.
  if (!remembered) void shared.embedder().then((embedder) => embedder.embed([run.request])).catch(() => {});
  const result = await job(run.request, {
    ...(await resolveDeps(shared, admission, held, { spent, make: input.make, ...(input.language ? { language: input.language } : {}) })),
    world: input.world, ...(remembered ? { remembered } : {}),
    call: (name, args, request) => callTool(shared, admission, name, args, { request, signal, emit }),
  });
  if (result.ok) await rememberRequests(shared, result, run.request);
  await archiveUnused(shared, emit);
  const { plan, ...rest } = result;
  const value: AskResult = { id: run.id, ...rest, usage: spent.usage, requests: spent.requests, ms: Math.round(performance.now() - started) };
  killPoint('ask answered');
  emit('finished', { outcome: result.outcome });
  return { value, outcome: result.outcome, output: { result: value, plan: plan ?? null } as unknown as Record<string, unknown> };
}

/** Looked for once in a process: tools that nobody has wanted for long are set aside. */
const swept = new WeakSet<Shared>();
async function archiveUnused(shared: Shared, emit: Emit): Promise<void> {
  if (swept.has(shared)) return;
  swept.add(shared);
  const { library, config } = shared;
  const { db } = await shared.store();
  const [{ tools }, uses, asked] = await Promise.all([library.list(), (await shared.catalogue()).uses({ limit: MOST_USES }), outcomesOf(db, { kind: ASK_KIND, directory: library.directory })]);
  const requests = Object.values(asked).reduce((sum, runs) => sum + runs, 0);
  for (const { tool } of tools) {
    const standing = standingOf(tool, uses, { requests }, new Date(), { archiveDays: config.settings.capabilities.archive_days });
    if (standing?.status !== 'archived') continue;
    await library.update(tool.name, { status: 'archived', standing: { reason: standing.reason, since: new Date().toISOString() } });
    emit('tool_standing', { tool: tool.name, status: 'archived', reason: standing.reason });
    shared.changed();
  }
}
const MOST_USES = 100_000;

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
    if (tool && tool.requests.length < REQUESTS && !tool.requests.includes(words)) await shared.library.update(tool.name, { requests: [...tool.requests, words] });
  }
}
