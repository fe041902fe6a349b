import { UntilgreenError } from '../../core/errors.ts';
import { killPoint } from '../../core/killpoint.ts';
import { referencesIn } from '../compose/references.ts';
import { runSteps, type StepOutcome } from '../compose/pipeline.ts';
import type { AskResult, Capability, JsonObject, StepResult, UseResult } from '../types.ts';
import { understand, type Understood, type World } from '../understand/understand.ts';
import { sayAll, sayStep } from './answer.ts';
import { withWorld } from './bind.ts';
import { resolve, type Resolved, type ResolveDeps } from './resolve.ts';

/** How a request was answered: kept, so that the same request needs no model the next time. */
export interface AnswerPlan {
  steps: { id: string; request: string; tool: string; version: string; arguments: JsonObject }[];
  /** Over the results of the steps; empty for one. */
  answer: string;
}

export interface JobDeps extends Omit<ResolveDeps, 'key'> {
  world: World;
  /** The plan by which this very request was answered before. */
  remembered?: AnswerPlan;
  /** Calls a tool and remembers the use. `retry`: a failing use was repaired, and is to be tried once more. */
  call(tool: string, args: JsonObject, request: string): Promise<{ tool: Capability; result: UseResult }>;
}

export type JobResult = Pick<AskResult, 'ok' | 'outcome' | 'answer' | 'impossible' | 'steps'> & { plan?: AnswerPlan };

/**
 * Answers one request: reads it, finds or makes a tool for each need, runs them, and says what came out in the words of their templates.
 *
 * @throws as `Models.ask`, `no_sandbox`, `cancelled`
 */
export async function job(request: string, deps: JobDeps): Promise<JobResult> {
  const { emit, remembered } = deps;
  if (remembered) {
    emit('remembered', { tools: remembered.steps.map(({ tool }) => tool) });
    return run(request, remembered, new Map(), deps);
  }
  emit('stage_started', { stage: 'reading' });
  const understood = await deps.once<Understood>('understood', () => understand(request, deps.world, { models: deps.models, key: 'understand', ...(deps.signal ? { signal: deps.signal } : {}) }));
  killPoint('request understood');
  if (understood.kind === 'impossible') {
    emit('impossible', { reason: understood.reason, says: understood.says });
    return { ok: false, outcome: 'impossible', impossible: understood.reason, answer: understood.says, steps: [] };
  }
  emit('understood', { needs: understood.needs.map(({ id, description }) => `${id}: ${description}`) });
  emit('stage_started', { stage: 'finding' });
  const resolved = await inTurn(understood.needs.map((need) => () => deps.once<Resolved>(`resolved/${need.id}`, () => resolve(need, { ...deps, key: `make/${need.id}` }))));
  killPoint('request resolved');
  const missing = resolved.find((one) => one.kind === 'none');
  if (missing?.kind === 'none') return { ok: false, outcome: 'not_made', answer: missing.why, steps: [] };
  const tools = resolved.flatMap((one) => (one.kind === 'tool' ? [one] : []));
  const plan: AnswerPlan = { answer: understood.answer, steps: tools.map(({ need, tool, version, arguments: args }) => ({ id: need.id, request: need.request, tool, version, arguments: args })) };
  return run(request, plan, new Map(tools.map((one) => [one.need.id, one])), deps);
}

/** All at once, and the first failure only after the others have ended: what they made is not lost. */
async function inTurn<T>(work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const settled = await Promise.allSettled(work.map((one) => one()));
  const failed = settled.find((one) => one.status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value);
}

/** Runs a plan and says what came out. */
async function run(request: string, plan: AnswerPlan, found: ReadonlyMap<string, Extract<Resolved, { kind: 'tool' }>>, deps: JobDeps): Promise<JobResult> {
  deps.emit('stage_started', { stage: 'answering' });
  const used = new Map<string, Capability>();
  const steps = plan.steps.map(({ id, tool, arguments: args }) => ({ id, tool, arguments: withWorld(args, { ...deps.world }) }));
  const outcomes = await runSteps(steps, async (name, args, { id }) => {
    const { tool, result } = await deps.call(name, args, plan.steps.find((step) => step.id === id)?.request ?? request);
    used.set(id, tool);
    deps.emit('step_finished', { id, tool: tool.name, version: tool.version, ok: result.ok, ms: Math.round(result.ms) }, result.ok ? 'info' : 'warn');
    return result;
  });
  const told = outcomes.map((outcome) => stepOf(outcome, used.get(outcome.id), found.get(outcome.id)));
  const needed = new Set(plan.steps.flatMap(({ arguments: args }) => referencesIn(args)));
  const last = new Set(plan.steps.map(({ id }) => id).filter((id) => !needed.has(id)));
  const ok = told.every(({ result }) => result.ok);
  const answer = sayAll(plan.answer, told, last);
  return { ok, outcome: ok ? 'answered' : 'failed', answer, steps: told.map(({ says: _says, ...step }) => step), ...(ok ? { plan } : {}) };
}

function stepOf(outcome: StepOutcome<string>, used: Capability | undefined, found: Extract<Resolved, { kind: 'tool' }> | undefined): StepResult & { says: string } {
  const result: UseResult = outcome.kind === 'ran' ? outcome.result : { ms: 0, ok: false, kind: 'arguments', message: `It was not run: ${outcome.why}.` };
  const step: StepResult = {
    id: outcome.id, tool: used?.name ?? outcome.tool, version: used?.version ?? '', arguments: outcome.arguments, result, made: found?.made ?? false,
    ...(found?.probability === undefined ? {} : { probability: found.probability }),
  };
  return { ...step, says: used ? sayStep(used, outcome.arguments, result) : result.ok ? '' : result.message };
}

/** A request that can be worked on. @throws `usage` */
export function checkedRequest(request: string): string {
  const text = request.trim();
  if (text === '') throw new UntilgreenError('usage', 'The request is empty.', {}, 'Say what is to be worked out, for example: untilgreen ask "What is 15 percent of 300?"');
  if (text.length > MOST_CHARACTERS) throw new UntilgreenError('usage', `The request has ${text.length} characters, more than ${MOST_CHARACTERS}.`, {}, 'Shorten it; large values go to a tool by `untilgreen library run NAME --args @FILE`.');
  return text;
}
const MOST_CHARACTERS = 20_000;
