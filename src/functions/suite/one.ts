import { asError, UntilgreenError } from '../../core/errors.ts';
import { canonicalJson, sha256 } from '../../core/hash.ts';
import { functionLanguage } from '../../languages/function/registry.ts';
import type { Sampler } from '../../models/sampler.ts';
import type { Sandbox } from '../../sandbox/types.ts';
import { writeFunction } from '../job.ts';
import { readTask } from '../read.ts';
import type { FunctionOptions, FunctionResult } from '../types.ts';
import { requestsAhead } from './ahead.ts';
import { judgeHidden } from './hidden-judge.ts';
import type { SuiteTask, TaskResult } from './types.ts';

/** What a suite works with. */
export interface SuiteDeps {
  sampler: Sampler;
  sandbox: Sandbox;
  signal?: AbortSignal;
}

/** Options of the jobs, the same for all tasks; the seed is each job's own. */
export type JobOptions = Pick<FunctionOptions, 'candidates' | 'maxNewTokens'> & { decode: FunctionOptions['decode'] };

/** Errors that are of the machine and not of a task: the suite ends with them, and goes on where it was when they are mended. */
const FATAL = new Set(['no_model', 'model_unreachable', 'model_auth', 'model_refused', 'model_incompatible', 'model_server_failed', 'no_sandbox', 'sandbox_error', 'replay_mismatch', 'replay_missing', 'cancelled', 'internal']);

/** Everything that decides a result besides the seed, as one word: results of other settings are not taken for these. */
export function settingsOf({ task, hidden }: SuiteTask, model: string, options: JobOptions, measure: number): string {
  return sha256(canonicalJson({ task, hidden, model, options, measure })).slice(0, 16);
}

/**
 * One job of the suite. The hidden tests are first touched when the answer is fixed; then the oracle's samples are judged with it.
 *
 * @param measure samples besides the greedy one that are judged for pass@k; 0: none, and none are taken that the job did not take
 */
export async function runOne(one: SuiteTask, seed: number, options: JobOptions, measure: number, deps: SuiteDeps): Promise<TaskResult> {
  const started = performance.now();
  const model = deps.sampler.describe().model;
  const { task } = one;
  const base = { task: one.id, lang: task.lang, fn: task.fn, seed, settings: settingsOf(one, model, options, measure), model };
  let result: FunctionResult;
  // A sum of what some requests counted would pass for what all of them cost.
  let uncounted = false;
  const sampler: Sampler = {
    describe: () => deps.sampler.describe(),
    async sample(request) {
      const samples = await deps.sampler.sample(request);
      uncounted ||= samples.usage.outputTokens === undefined || samples.usage.inputTokens === undefined;
      return samples;
    },
  };
  try {
    result = await writeFunction(task, { ...options, seed, design: false }, { sampler, sandbox: deps.sandbox, signal: deps.signal });
  } catch (thrown) {
    const error = asError(thrown);
    if (FATAL.has(error.code)) throw error;
    return { ...base, ...NOTHING, reason: `not begun: ${error.what}`, seconds: secondsSince(started) };
  }
  if (result.error && FATAL.has(result.error.code)) throw result.error;
  if (deps.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled.');
  const seconds = secondsSince(started);
  const oracle = measure > 0 ? await oracleCodes(one, result, seed, options, measure, deps) : [];
  const context = result.signature && { language: functionLanguage(task.lang), signature: result.signature, sandbox: deps.sandbox, signal: deps.signal };
  const [answer, greedy, ...others] = context
    ? await judgeHidden([result.ok ? result.code : undefined, ...oracle], one.hidden, context)
    : [];
  const solved = result.ok && answer?.right === true;
  return {
    ...base,
    answered: result.ok,
    solved,
    confidence: result.confidence.value,
    band: result.confidence.band,
    ended: result.ended,
    reason: solved ? '' : result.ok ? `wrong: ${answer?.why ?? ''}` : `no answer: ${whyNone(result)}`,
    tried: result.tried.length,
    passers: result.tried.filter(({ passed }) => passed).length,
    inputTokens: uncounted ? null : (result.usage.inputTokens ?? null),
    outputTokens: uncounted ? null : (result.usage.outputTokens ?? null),
    requests: result.requests,
    seconds,
    greedy: measure > 0 ? greedy?.right === true : null,
    samples: measure > 0 ? oracle.length - 1 : 0,
    right: others.filter(({ right }) => right).length,
  };
}

const NOTHING = {
  answered: false, solved: false, confidence: 0, band: 'low', ended: 'refused', tried: 0, passers: 0, inputTokens: null, outputTokens: null, requests: 0, greedy: null, samples: 0, right: 0,
} as const;

const secondsSince = (started: number): number => Math.round((performance.now() - started) / 100) / 10;

/** What stood in the way of most candidates. */
function whyNone({ tried, ended }: FunctionResult): string {
  const counts = new Map<string, number>();
  for (const { problem } of tried) if (problem) counts.set(problem.class, (counts.get(problem.class) ?? 0) + 1);
  const most = [...counts].toSorted(([, a], [, b]) => b - a).slice(0, 3);
  return most.length === 0 ? ended : most.map(([name, count]) => `${name} ×${count}`).join(', ');
}

/** The code of the greedy sample and of `measure` others, as the model gave them: what mends and chooses is the job's own merit. */
async function oracleCodes(one: SuiteTask, { signature }: FunctionResult, seed: number, options: JobOptions, measure: number, deps: SuiteDeps): Promise<(string | undefined)[]> {
  if (!signature) return [];
  const { language, doc, examples } = await readTask(one.task);
  const stub = language.stub(signature, doc, examples);
  const codes: (string | undefined)[] = [];
  for (const { request } of requestsAhead({ language, signature, doc, examples }, { ...options, decode: 'greedy', candidates: measure + 1, seed })) {
    const { samples, form } = await deps.sampler.sample({ ...request, signal: deps.signal });
    for (const { text } of samples) codes.push(await language.extract(text, form, signature, stub));
  }
  return codes;
}
