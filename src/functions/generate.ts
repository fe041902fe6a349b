import { takeIn } from '../languages/function/intake.ts';
import type { Sample, SampleRequest, Samples } from '../models/sampler.ts';
import { DUPLICATE_SHARE, WARMER, APPROACHES } from './policy.ts';
import { candidatePrompt } from './prompt.ts';
import { enter, spend, type Attempt, type Session } from './session.ts';
import type { Wave } from './waves.ts';

/** The warmest that servers take. */
const WARMEST = 2;

/** Four characters a token, where the server does not count. */
const CHARACTERS_A_TOKEN = 4;

/** Asks a sampler and books what it cost, on sampling or on repairs. */
export async function sampled(session: Session, request: SampleRequest, purpose: 'sampledTokens' | 'repairTokens'): Promise<Samples> {
  const result = await session.deps.sampler.sample({ ...request, signal: session.signal });
  session.form = result.form;
  spend(session, result.usage, result.requests);
  session.spent[purpose] += result.usage.outputTokens ?? result.samples.reduce((sum, { text }) => sum + Math.ceil(text.length / CHARACTERS_A_TOKEN), 0);
  return result;
}

/**
 * Samples one wave and takes its candidates in. They all continue one prompt, which the server evaluates once.
 *
 * @param place which wave of the job it is, from 1, and of how many
 */
export async function generate(session: Session, wave: Wave, place: { number: number; of: number }): Promise<Attempt[]> {
  const { spec, options, approach } = session;
  enter(session, 'generate');
  // The greedy candidate stays greedy.
  const temperature = wave.temperature === 0 ? 0 : Math.min(WARMEST, Number((wave.temperature + session.warmer).toFixed(2)));
  session.emit('wave_started', { wave: place.number, of: place.of, n: wave.n, temperature, approach: approach ?? null });
  const result = await sampled(session, {
    ...candidatePrompt(spec, approach), n: wave.n, temperature, maxTokens: options.maxNewTokens, seed: wave.seed, key: `wave${wave.wave}`,
  }, 'sampledTokens');
  const attempts: Attempt[] = [];
  for (const sample of result.samples) attempts.push(await addAttempt(session, sample, result.form, { wave: place.number }));
  return attempts;
}

/** A reply becomes a candidate of the session: taken in, and known again when it was there before. */
export async function addAttempt(session: Session, sample: Sample, form: Samples['form'], from: { wave: number; repairOf?: Attempt }): Promise<Attempt> {
  const { language, signature, spec } = session;
  const stub = language.stub(spec.signature, spec.doc, spec.examples);
  const taken = await takeIn(language, { text: sample.text, form, signature, stub });
  const first = taken.key === undefined ? undefined : session.attempts.find(({ key, sameAs }) => key === taken.key && sameAs === undefined);
  const attempt: Attempt = {
    ...taken, id: `c${session.attempts.length + 1}`, wave: from.wave, met: new Set(), passed: false, repairs: 0,
    ...(first ? { sameAs: first.id } : {}),
    ...(from.repairOf ? { repairOf: from.repairOf.id, repairs: from.repairOf.repairs + 1 } : {}),
  };
  session.attempts.push(attempt);
  return attempt;
}

/** After a wave whose samples were mostly the same: the next is warmer and asks for another way. */
export function stirUp(session: Session, attempts: readonly Attempt[]): void {
  const again = attempts.filter(({ sameAs }) => sameAs !== undefined).length;
  if (attempts.length < 2 || again / attempts.length <= DUPLICATE_SHARE) return;
  session.warmer = Number((session.warmer + WARMER).toFixed(2));
  otherWay(session);
}

/** The next line that asks for another approach; the last of them stays. */
export function otherWay(session: Session): void {
  const index = session.approach === undefined ? 0 : APPROACHES.findIndex((line) => line === session.approach) + 1;
  session.approach = APPROACHES[Math.min(index, APPROACHES.length - 1)];
}
