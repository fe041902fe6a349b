import type { UseRecord } from '../types.ts';

/** Uses from which a tool's own history says more than the probability that is fitted on other tools. */
const LEAST_WRONG = 2;
/** What is left of the way to certainty after as many. */
const LEFT = 0.5;
/** Right uses that make up for a wrong one: below that share of complaints the common threshold holds. */
const RIGHT_PER_WRONG = 20;

/**
 * A threshold of a tool's own, above the common one: each two uses that somebody called wrong, more than the right ones make up for, halve the way
 * from the common threshold to certainty. One threshold for all tools gives unbounded error for some (vCache, arXiv 2502.03771, section 3); theirs
 * is fitted for each entry from many more labels than tools of a library get, so here a few complaints only ask for more, and never for less.
 *
 * @param uses of this tool, in any order
 */
export function thresholdOf(uses: readonly Pick<UseRecord, 'wrong'>[], common: number): number {
  const wrong = uses.filter((use) => use.wrong).length;
  const excess = wrong - (uses.length - wrong) / RIGHT_PER_WRONG;
  return wrong < LEAST_WRONG || excess <= 0 ? common : 1 - (1 - common) * LEFT ** (excess / LEAST_WRONG);
}
