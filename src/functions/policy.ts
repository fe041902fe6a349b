import type { ErrorClass } from '../languages/function/types.ts';
import type { SamplerInfo } from '../models/sampler.ts';

/**
 * How able a model is at mending its own code, told from its size. Measured gains of a second try with the test's output (Aider's edit benchmark,
 * Qwen2.5-Coder): 0.5B +0.0, 1.5B +3.0, 3B +5.3, 7B +6.0, 14B +10.6 points; the same tokens spent on new samples give 32.
 */
export type Ability = 'tiny' | 'small' | 'medium' | 'large';

/** Least billions of parameters of each class, between the sizes that were measured. */
const FROM_BILLIONS: readonly [Ability, number][] = [['large', 12], ['medium', 5], ['small', 2.5]];
const HOSTED: ReadonlySet<string> = new Set(['openai', 'anthropic', 'google']);

/** A size that nobody tells counts as large at a hosted service and as that of a 7B model elsewhere. */
export function abilityOf({ billions, provider }: Pick<SamplerInfo, 'billions' | 'provider'>): Ability {
  if (billions === undefined) return HOSTED.has(provider) ? 'large' : 'medium';
  return FROM_BILLIONS.find(([, least]) => billions >= least)?.[0] ?? 'tiny';
}

/** Rounds of repair by what is wrong; 0: sample anew. Success of a repair: 77 % for names, 45 % for wrong answers, with 8B and above. */
const ROUNDS: Record<ErrorClass, Record<Ability, number>> = {
  syntax: { tiny: 1, small: 1, medium: 1, large: 1 },
  indentation: { tiny: 1, small: 1, medium: 1, large: 1 },
  name: { tiny: 0, small: 1, medium: 1, large: 1 },
  import: { tiny: 0, small: 1, medium: 1, large: 1 },
  type: { tiny: 0, small: 1, medium: 1, large: 1 },
  compile: { tiny: 0, small: 1, medium: 1, large: 1 },
  signature: { tiny: 0, small: 1, medium: 1, large: 1 },
  wrong_answer: { tiny: 0, small: 0, medium: 1, large: 2 },
  exception: { tiny: 0, small: 0, medium: 1, large: 2 },
  recursion: { tiny: 0, small: 0, medium: 1, large: 2 },
  property: { tiny: 0, small: 0, medium: 1, large: 2 },
  timeout: { tiny: 0, small: 0, medium: 1, large: 1 },
  memory: { tiny: 0, small: 0, medium: 0, large: 1 },
  // Nothing to go by: no code, or code that does what no pure function does.
  no_function: { tiny: 0, small: 0, medium: 0, large: 0 },
  crash: { tiny: 0, small: 0, medium: 0, large: 0 },
  side_effect: { tiny: 0, small: 0, medium: 0, large: 0 },
};

/** How often a candidate with such a failure is handed back to a model of this ability. */
export function repairRounds(failure: ErrorClass, ability: Ability): number {
  return ROUNDS[failure][ability];
}

/** Candidates that one round of repair takes on: the closest of each behaviour, the best first. */
export const REPAIRS_A_ROUND = 3;

/** Repairs stop when they have cost this many times the tokens of sampling. */
const DEAREST_REPAIRS = 3;

/** What a repair came to, as far as it decides about the next. */
export interface Repaired {
  /** Failure signature before and after; undefined after: it passes. */
  before: string;
  after: string | undefined;
  /** Its code is that of a candidate that was there before. */
  seen: boolean;
  /** Trusted examples met before and after. */
  metBefore: number;
  metAfter: number;
}

export type RestartReason = 'same_failure' | 'same_code' | 'no_growth' | 'tokens';

/** Why repairing a candidate is given up and another approach is asked for; undefined: go on. */
export function restartAfter(repaired: readonly Repaired[], tokens: { sampled: number; repaired: number }): RestartReason | undefined {
  if (repaired.some(({ after }) => after === undefined)) return undefined;
  if (repaired.length > 0 && repaired.every(({ seen }) => seen)) return 'same_code';
  if (repaired.length > 0 && repaired.every(({ before, after, seen }) => seen || before === after)) return 'same_failure';
  if (tokens.repaired > DEAREST_REPAIRS * tokens.sampled) return 'tokens';
  return repaired.some(({ metBefore, metAfter, seen }) => !seen && metAfter > metBefore) ? undefined : 'no_growth';
}

/** How far a job is, as far as it decides what comes next. */
export interface Progress {
  /** Waves and repair rounds done, and how many may be. */
  done: number;
  iterations: number;
  waves: number;
  wavesLeft: number;
  passers: number;
  /** The agreement that was asked for is reached. */
  agreed: boolean;
  /** Failed candidates that may be repaired. */
  repairable: number;
  /** The last two waves held nothing new. */
  stale: boolean;
}

export type Step = { kind: 'wave' } | { kind: 'repair' } | { kind: 'stop'; ended: 'agreed' | 'candidates' | 'iterations' | 'same_again' };

/** Samples come before repairs: new ones help more for the same tokens, until two waves brought no candidate that passes. */
const WAVES_BEFORE_REPAIR = 2;

/** What a job does next. */
export function nextStep(progress: Progress): Step {
  if (progress.agreed) return { kind: 'stop', ended: 'agreed' };
  if (progress.done >= progress.iterations) return { kind: 'stop', ended: 'iterations' };
  const sampledEnough = progress.waves >= WAVES_BEFORE_REPAIR || progress.wavesLeft === 0;
  if (progress.passers === 0 && progress.repairable > 0 && sampledEnough) return { kind: 'repair' };
  if (progress.wavesLeft === 0) return { kind: 'stop', ended: 'candidates' };
  if (progress.stale) return { kind: 'stop', ended: 'same_again' };
  return { kind: 'wave' };
}

/** Lines that ask for another way; the first that was not used yet is taken. */
export const APPROACHES = [
  'Solve it another way than the obvious one: a plain loop with explicit conditions, edge cases first.',
  'Solve it by building the result step by step with built-in functions of the language.',
  'Solve it by splitting it into small cases, each with its own return.',
] as const;

/** More equal samples than this share of a wave: the next is warmer and asks for another way. */
export const DUPLICATE_SHARE = 0.5;
/** What is added to the temperature then. */
export const WARMER = 0.2;
