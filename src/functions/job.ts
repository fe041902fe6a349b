import { asError, UntilgreenError } from '../core/errors.ts';
import { silent } from '../core/events.ts';
import type { Signature } from '../languages/function/types.ts';
import { makeInputs } from '../selection/inputs.ts';
import { check, evaluateExpected } from './check.ts';
import { choose, promoted, rank, untrusted, vote, type Ranking } from './choose.ts';
import { design, fillsForms, needsDesign, type Design } from './design.ts';
import { generate, stirUp } from './generate.ts';
import { headOf, headRequest } from './head.ts';
import { inferSignature } from './infer.ts';
import { optionsOf } from './options.ts';
import { nextStep } from './policy.ts';
import { clarify } from './question.ts';
import { readTask, type Given } from './read.ts';
import { repair, repairable } from './repair.ts';
import { enter, nothingSpent, spend, triedOf, type FunctionDeps, type Session } from './session.ts';
import type { FunctionOptions, FunctionResult, FunctionTask } from './types.ts';
import { waves } from './waves.ts';

/** Inputs on which candidates are compared. 25 were measured; 5 give half of the gain. */
const INPUTS = 25;

/**
 * Writes one function: what is missing is designed, candidates are sampled in waves and run, those that meet every trusted example are compared on
 * made inputs, and the largest group that does the same is the answer, with the confidence that such evidence has earned.
 *
 * Ends with a result also when it was cancelled or its time is over: the best so far. Code that a model wrote runs in the sandbox alone.
 *
 * @param task what is wanted; all of it is read, and refused where it cannot be, before a model is asked
 * @param options see `FunctionOptions`; defaults in `FUNCTION_DEFAULTS`
 * @throws `bad_arguments` for a task or options that cannot be, naming the line; `no_sandbox`; and what the model's first answer fails with
 * (`model_unreachable`, `model_auth`, …). Once there are candidates a failure ends the job with `result.error` in place of it
 * @example
 * const result = await writeFunction(
 *   { task: 'The largest number of a list, None for an empty one.', fn: 'max_in_list', lang: 'python', signature: '(values: list[int])', doctests: 'max_in_list([3, 9]) => 9' },
 *   { candidates: 13 },
 *   { sampler, sandbox: await openSandbox() },
 * );
 * result.confidence.why; // '4 of 4 candidates that passed agree on 25 inputs'
 */
export async function writeFunction(task: FunctionTask, options: Partial<FunctionOptions>, deps: FunctionDeps): Promise<FunctionResult> {
  const started = performance.now();
  const settings = optionsOf(options);
  const given = await readTask(task);
  const clock = settings.timeoutSeconds === undefined ? undefined : AbortSignal.timeout(settings.timeoutSeconds * 1_000);
  const signal = AbortSignal.any([clock, deps.signal].filter((one) => one !== undefined));
  const draft: Draft = { given, options: settings, deps, signal, spent: nothingSpent(), notes: [...given.notes] };
  let ended: FunctionResult['ended'];
  let failure: UntilgreenError | undefined;
  try {
    const session = (draft.session = await prepare(draft));
    ended = await work(session);
  } catch (thrown) {
    if (clock?.aborted && !deps.signal?.aborted) ended = 'timeout';
    else if (deps.signal?.aborted) [ended, failure] = ['cancelled', cancelled(thrown)];
    else if (draft.session?.attempts.length) [ended, failure] = ['failed', asError(thrown)];
    else throw thrown;
  }
  const result = resultOf(task, draft, ended, failure, Math.round(performance.now() - started));
  (deps.emit ?? silent)('finished', { ok: result.ok, ended });
  return result;
}

/** A job before its session: where it ended early, there is only this. */
interface Draft {
  given: Given;
  options: FunctionOptions;
  deps: FunctionDeps;
  signal: AbortSignal;
  spent: Session['spent'];
  notes: string[];
  plan?: Design;
  session?: Session;
}

/** Everything that comes before the first candidate: the design, expected values, inputs. */
async function prepare(draft: Draft): Promise<Session> {
  const { given, options, deps, signal, spent, notes } = draft;
  const { language } = given;
  const emit = deps.emit ?? silent;
  const session: Pick<Session, 'stage' | 'emit'> = { stage: undefined, emit };
  if (options.design && deps.models && needsDesign(given) && fillsForms(deps.sampler.describe())) {
    enter(session, 'design');
    const { design: plan, usage, requests } = await design(given, deps.models, emit, signal);
    draft.plan = plan;
    notes.push(...plan.notes);
    spend({ spent }, usage, requests);
  }
  const signature = given.signature ?? designed(draft) ?? (given.examples.some(({ args }) => args) ? await inferSignature(given) : await written(draft));
  const trusted = options.test ? await evaluateExpected({ language, deps, signal }, given.examples) : [...given.examples];
  const guessed = options.test ? await evaluateExpected({ language, deps, signal }, draft.plan?.examples ?? []) : [];
  const known = [...trusted, ...guessed].flatMap(({ args }) => (args === undefined ? [] : [args]));
  const inputs = makeInputs(known, signature.parameters, { count: INPUTS, seed: options.seed });
  return {
    ...session, language, signature, options, deps, signal, spent, notes, trusted, guessed,
    // Guessed examples are not shown: a candidate written after them could not confirm them.
    spec: { language, signature, doc: given.doc, examples: given.examples },
    properties: draft.plan?.properties ?? [], tests: given.tests, attempts: [],
    inputs: inputs.map((args) => ({ setup: '', expression: language.callOf(signature, args), args })),
    form: undefined, approach: undefined, warmer: 0, restarts: 0, asked: false,
  };
}

/** The signature of the design, unless the user's examples call the function with another number of arguments. */
function designed({ given, plan, notes }: Draft): Signature | undefined {
  if (!plan?.signature) return undefined;
  const { parameters } = plan.signature;
  const least = parameters.filter(({ optional, rest }) => !optional && rest === undefined).length;
  const most = parameters.some(({ rest }) => rest !== undefined) ? Number.POSITIVE_INFINITY : parameters.length;
  const odd = given.examples.find(({ args }) => args !== undefined && (args.length < least || args.length > most));
  if (!odd) return plan.signature;
  notes.push(`The model's signature ${plan.signature.text} does not go with ${odd.expression}; one is made from the examples.`);
  return undefined;
}

/** The head that the model writes when it is told the name and the task alone. */
async function written({ given, options, deps, signal, spent }: Draft): Promise<Signature> {
  const { samples, form, usage, requests } = await deps.sampler.sample({ ...headRequest(given, options), signal });
  spend({ spent }, usage, requests);
  const signature = await headOf(given, samples.map(({ text }) => text), form, deps.sampler.describe().model);
  deps.emit?.('signature_taken', { signature: signature.text });
  return signature;
}

/** Waves and repairs until enough candidates agree, or nothing is left to try. */
async function work(session: Session): Promise<FunctionResult['ended']> {
  const { options } = session;
  const schedule = waves(options);
  let done = 0;
  let waved = 0;
  let stale = 0;
  /** A round of repair led nowhere: samples come before the next. */
  let restarts = 0;
  for (;;) {
    if (!options.test && session.attempts.some(({ passed }) => passed)) return 'no_test';
    const ranking = rank(session);
    const targets = restarts < session.restarts && waved < schedule.length ? [] : repairable(session);
    const step = nextStep({
      done, iterations: options.iterations, waves: waved, wavesLeft: schedule.length - waved, passers: ranking.passers.length,
      agreed: ranking.agreed, repairable: targets.length, stale: stale >= 2,
    });
    if (step.kind === 'stop') {
      if (open(session, ranking)) {
        await vote(session);
        if (await clarify(session, rank(session).difference)) continue;
      }
      return step.ended;
    }
    done += 1;
    if (step.kind === 'repair') {
      await repair(session, targets, waved);
      continue;
    }
    restarts = session.restarts;
    const attempts = await generate(session, schedule[waved]!, { number: waved + 1, of: schedule.length });
    waved += 1;
    await check(session, attempts);
    if (!options.test) passAsIs(session);
    stale = attempts.some(({ sameAs }) => sameAs === undefined) ? 0 : stale + 1;
    stirUp(session, attempts);
    tellWave(session, waved);
  }
}

/** Is there something that only a person can decide: nothing trusted, or two groups of equal weight. */
function open(session: Session, ranking: Ranking): boolean {
  return ranking.passers.length > 0 && (untrusted(session) || ranking.tied);
}

/** Without running anything the first candidate that parses has to do. */
function passAsIs(session: Session): void {
  const first = session.attempts.find(({ code, problem }) => code !== undefined && problem === undefined);
  if (first) first.passed = true;
}

function tellWave(session: Session, wave: number): void {
  const { passers, clusters } = rank(session);
  session.emit('wave_finished', { wave, passers: passers.length, clusters: clusters.length, agreeing: clusters[0]?.members.length ?? 0 });
}

const cancelled = (thrown: unknown): UntilgreenError => {
  const error = asError(thrown);
  return error.code === 'cancelled' ? error : new UntilgreenError('cancelled', 'Cancelled.', {}, undefined, { cause: thrown });
};

function resultOf(task: FunctionTask, draft: Draft, ended: FunctionResult['ended'], error: UntilgreenError | undefined, ms: number): FunctionResult {
  const { given, options, deps, plan, session, spent, notes } = draft;
  const choice = choose(draft.session);
  const examples = session ? [...session.trusted, ...promoted(session, choice), ...session.guessed] : given.examples;
  if (options.test && deps.sandbox.guarantees.rung === 'none') notes.push('Candidates ran without a sandbox, with your rights, as asked.');
  if (session && options.test && untrusted(session)) notes.push('No trusted example: candidates were compared with each other alone.');
  if (session && choice.attempt) session.emit('selected', { id: choice.attempt.id, confidence: choice.confidence.value, why: choice.confidence.why });
  return {
    ok: choice.attempt !== undefined && error === undefined,
    lang: given.language.name, fn: given.name, signature: session?.signature ?? given.signature, doc: plan?.doc ?? given.doc,
    ...(choice.attempt?.code === undefined ? {} : { code: choice.attempt.code }),
    confidence: choice.confidence, evidence: choice.evidence, examples, properties: plan?.properties ?? [],
    tried: session?.attempts.map((attempt) => triedOf(attempt, session.trusted.length)) ?? [],
    usage: spent.usage, requests: spent.requests, ms, model: deps.sampler.describe().model, seed: options.seed, ended, notes,
    ...(error ? { error } : {}),
  };
}
