import type { UseRecord } from '../types.ts';
import { betaBelow } from './beta.ts';

/** Days after which a use counts half: what a tool did long ago says less about what it does. */
export const HALF_LIFE_DAYS = 30;
/** What a tool is to be more reliable than, for `above`. */
export const WANTED = 0.9;
/** First uses of a version, in which each result is checked once more. */
export const PROBATION_USES = 5;
/** Below this mean it is deprecated, */
export const LEAST_MEAN = 0.8;
/** and after so many failures in a row. */
export const MOST_IN_A_ROW = 3;
/** Uses, weighed by age, from which on the mean counts: with so many successes and no failure it is just the least one, with fewer it is lower for lack of news alone. */
const LEAST_WEIGHT = (2 * LEAST_MEAN - 1) / (1 - LEAST_MEAN);

const DAY_MS = 86_400_000;

export interface Reliability {
  /** Mean of Beta(1 + successes, 1 + failures), recent uses counting more: 0 to 1, 0.5 where nothing is known. */
  mean: number;
  /** How sure it is that it succeeds in more than nine of ten. */
  above: number;
  probation: boolean;
  /** Failures since the last success. */
  consecutiveFailures: number;
  /** Uses that speak, each weighed by its age: what the mean rests on. */
  weight: number;
}

/** What a use says of the tool. `silent`: nothing, for it was asked what it cannot take, or refused what it says that it refuses. */
export type Verdict = 'success' | 'failure' | 'silent';

/**
 * Wrong arguments are the caller's, and a declared error keeps the promise; but neither is a success, or a tool that refuses everything would
 * look like a good one. What somebody called wrong is a failure, whatever came out.
 */
export function verdictOf({ result, wrong }: Pick<UseRecord, 'result' | 'wrong'>): Verdict {
  if (wrong) return 'failure';
  if (result.ok) return 'success';
  return result.kind === 'arguments' || result.kind === 'declared_error' ? 'silent' : 'failure';
}

/**
 * How far a version can be relied on, by its uses.
 *
 * @param uses those of one version, in any order: another version is another code
 */
export function reliabilityOf(uses: readonly UseRecord[], now: Date): Reliability {
  const told = inOrder(uses).map((use) => ({ verdict: verdictOf(use), weight: weightOf(use.at, now) })).filter(({ verdict }) => verdict !== 'silent');
  const sum = (wanted: Verdict): number => told.reduce((total, { verdict, weight }) => total + (verdict === wanted ? weight : 0), 0);
  const [successes, failures] = [sum('success'), sum('failure')];
  const [a, b] = [1 + successes, 1 + failures];
  return {
    mean: a / (a + b),
    above: 1 - betaBelow(WANTED, a, b),
    probation: told.length < PROBATION_USES,
    consecutiveFailures: told.length - 1 - told.findLastIndex(({ verdict }) => verdict === 'success'),
    weight: successes + failures,
  };
}

/** The oldest first. */
export const inOrder = (uses: readonly UseRecord[]): UseRecord[] => [...uses].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));

function weightOf(at: string, now: Date): number {
  const days = Math.max(0, now.getTime() - Date.parse(at)) / DAY_MS;
  return 2 ** (-days / HALF_LIFE_DAYS);
}

/** Why it should not be offered any more; undefined: there is no reason. */
export function unreliable({ mean, weight, probation, consecutiveFailures }: Reliability): string | undefined {
  if (consecutiveFailures >= MOST_IN_A_ROW) return `it failed ${consecutiveFailures} times in a row`;
  if (!probation && weight >= LEAST_WEIGHT && mean < LEAST_MEAN) return `its reliability is ${mean.toFixed(2)}, and ${LEAST_MEAN} is the least`;
  return undefined;
}
