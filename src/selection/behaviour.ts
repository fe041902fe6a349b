import { sha256 } from '../core/hash.ts';
import { canonical } from '../languages/function/expect.ts';
import type { Outcome } from '../languages/function/types.ts';
import type { Cluster, Passer } from './types.ts';

export interface ClusterOptions {
  /** Did the passers meet examples that the user vouches for. Default true. Without any, guessed examples and properties weigh in. */
  trusted?: boolean;
}

/**
 * Groups candidates that do the same on every input, the best group first.
 *
 * A group is worth how far the other candidates agree with it, input by input, less half the share of inputs on which it raises. That counts
 * right candidates together which part only where the task says nothing (an empty list, a negative number); by the members of each group
 * alone the replay of `bench/selection` solved 1.3 points less of what there was to solve. Groups of the same worth are in the order in which they were sampled. Votes decide between groups
 * of the same worth; without trusted examples they count as in CodeT (Chen et al., arXiv 2207.10397): the root of the members times what they meet.
 *
 * @param passers in the order in which they were sampled, each with one outcome for each of the same inputs. A sample that equals an earlier one is a
 * passer of its own: that a model writes the same twice says something.
 * @example
 * const [best] = clusterPassers(passers); // best.members[0] is the choice
 */
export function clusterPassers(passers: readonly Passer[], { trusted = true }: ClusterOptions = {}): Cluster[] {
  const compared = comparedInputs(passers);
  const behaviours = passers.map(({ outcomes }) => compared.map((at) => behaviourOf(outcomes[at])));
  const agreeing = compared.map((_, column) => countBy(behaviours.map((row) => row[column]!)));
  const groups = new Map<string, { members: Passer[]; behaviour: string[] }>();
  passers.forEach((passer, index) => {
    const key = sha256(JSON.stringify(behaviours[index]));
    const group = groups.get(key) ?? { members: [], behaviour: behaviours[index]! };
    group.members.push(passer);
    groups.set(key, group);
  });
  // Where nothing is trusted and nothing voted, only agreement is left.
  const byVotes = !trusted && passers.some(({ votes }) => votes !== undefined && votes.size > 0);
  const ranked = [...groups].map(([key, { members, behaviour }]) => {
    const share = members.length / passers.length;
    const errorShare = mean(behaviour.map((one) => (isValue(one) ? 0 : 1)), 0);
    const shared = mean(behaviour.map((one, column) => agreeing[column]!.get(one)! / passers.length), share);
    const votes = mean(members.map((member) => member.votes?.size ?? 0), 0);
    const worth = shared * (1 - errorShare / 2);
    const score = byVotes ? Math.sqrt(members.length) * votes * (1 - errorShare / 2) : worth;
    return { cluster: { key, members: members.map(({ id }) => id), share, errorShare, score }, votes, worth };
  });
  // Sorting is stable: what is left equal stays in the order of sampling.
  ranked.sort((a, b) => differ(b.cluster.score, a.cluster.score) || differ(b.votes, a.votes) || differ(b.worth, a.worth));
  return ranked.map(({ cluster }) => cluster);
}

/** Indexes of the inputs that compare anything: those on which not every passer raises, runs out of time or crashes. */
export function comparedInputs(passers: readonly Passer[]): number[] {
  const inputs = Math.max(0, ...passers.map(({ outcomes }) => outcomes.length));
  return Array.from({ length: inputs }, (_, at) => at).filter((at) => passers.some(({ outcomes }) => outcomes[at]?.kind === 'value'));
}

/** What an outcome counts as when behaviours are compared: equal values are equal, exceptions by class, addresses of objects left out. */
export function behaviourOf(outcome: Outcome | undefined): string {
  switch (outcome?.kind) {
    case 'value': {
      // A function that returns nothing is known by what it prints; of others the print may be left over from trying.
      const nothing = outcome.value.kind === 'null' || outcome.value.kind === 'undefined';
      const printed = nothing ? (outcome.printed ?? '').trim() : '';
      return `=${canonical(outcome.value).replaceAll(/0x[\da-f]+/gi, '0x')}${printed === '' ? '' : `\n${printed}`}`;
    }
    case 'raised':
      return `!${outcome.error}`;
    case 'crashed':
      return '!crashed';
    case 'timeout':
    case 'skipped':
    case undefined:
      // Cases are skipped after time-outs: both mean that it takes too long.
      return '!timeout';
  }
}

const isValue = (behaviour: string): boolean => behaviour.startsWith('=');
const mean = (numbers: readonly number[], none: number): number => (numbers.length === 0 ? none : numbers.reduce((sum, number) => sum + number, 0) / numbers.length);

/** Sums in another order differ in the last digits: what differs less than that is equal. */
const differ = (a: number, b: number): number => (Math.abs(a - b) < 1e-9 ? 0 : a - b);

function countBy(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
