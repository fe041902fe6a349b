import type { Case } from '../languages/function/types.ts';
import { behaviourOf } from './behaviour.ts';
import type { Difference, Passer } from './types.ts';

/**
 * The shortest input on which two candidates part: what a person is asked about, or a stronger model. An input on which both return something
 * goes before one on which one of them raises: the answer to it says more.
 *
 * @param cases the inputs, in the order of the outcomes
 * @returns undefined where they do the same on all of them
 */
export function differenceBetween(one: Passer, other: Passer, cases: readonly Case[]): Difference | undefined {
  let best: { difference: Difference; weight: number } | undefined;
  cases.forEach((tried, at) => {
    const [left, right] = [one.outcomes[at], other.outcomes[at]];
    if (!left || !right || behaviourOf(left) === behaviourOf(right)) return;
    const weight = tried.setup.length + tried.expression.length + (left.kind === 'value' && right.kind === 'value' ? 0 : AFTER_ALL_VALUES);
    if (!best || weight < best.weight) best = { difference: { case: tried, outcomes: [left, right] }, weight };
  });
  return best?.difference;
}

/** Characters; more than any input has. */
const AFTER_ALL_VALUES = 1e9;
