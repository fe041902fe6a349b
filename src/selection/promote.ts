import type { Case, Example } from '../languages/function/types.ts';
import type { Value } from '../languages/function/value.ts';
import type { Cluster, Passer } from './types.ts';

/** Members from which on what a cluster agrees on is written down as an example: 2 agree by chance too often (`bench/selection`). */
const LEAST_MEMBERS = 3;

/** Characters of a value up to which it is worth reading. */
const LONGEST_VALUE = 120;

/**
 * Examples that the winning candidates agree on: short inputs with what came out, for the test file beside the result. They are shown as agreed
 * upon by candidates, and gate nothing.
 *
 * @param choice the member of the cluster that was chosen
 * @param inputs in the order of its outcomes
 * @param most how many, the shortest first; default 5
 * @returns none where fewer than three agree
 */
export function agreedExamples(cluster: Cluster, choice: Passer, inputs: readonly (Case & { args?: Value[] })[], most = 5): Example[] {
  if (cluster.members.length < LEAST_MEMBERS) return [];
  const examples = inputs.flatMap((input, at): Example[] => {
    const outcome = choice.outcomes[at];
    if (outcome?.kind !== 'value' || outcome.value.kind === 'object' || outcome.text.length > LONGEST_VALUE) return [];
    const { setup, expression, args } = input;
    return [{ setup, expression, ...(args ? { args } : {}), expected: { kind: 'value', text: outcome.text, value: outcome.value }, trust: 'agreed', text: `${expression} => ${outcome.text}` }];
  });
  return examples.sort((a, b) => a.text.length - b.text.length).slice(0, most);
}
