// One run of the function job on recorded outcomes: no model, no sandbox.
import { clusterPassers, comparedInputs } from '../../src/selection/behaviour.ts';
import type { Random } from '../../src/selection/random.ts';
import { enough } from '../../src/selection/stop.ts';
import type { Evidence, Passer } from '../../src/selection/types.ts';
import type { Outcomes, Sampled } from './outcomes.mts';

/** Samples in one order. */
export type Order = readonly (number | null)[];

export interface Answer {
  task: string;
  /** Samples that were drawn for it. */
  sampled: number;
  choice: Sampled;
  evidence: Evidence;
}

/** Which of the passers is taken. */
export type Method = 'first' | 'shortest' | 'largest' | 'agreement';

/** Passes the official tests and meets the examples of its task: in two tasks the two contradict each other, and nothing is right. */
export const right = ({ official, passed }: Sampled): boolean => official && passed;

/** The choice among the first `n` samples, or undefined where none passes. */
export function answer(outcomes: Outcomes, order: Order, n: number, method: Method = 'agreement'): Answer | undefined {
  const passers = passersOf(outcomes, order.slice(0, n));
  if (passers.length === 0) return undefined;
  const clusters = clusterPassers(passers);
  const largest = clusters.reduce((one, other) => (other.members.length * (1 - other.errorShare / 2) > one.members.length * (1 - one.errorShare / 2) ? other : one));
  const shortest = passers.reduce((one, other) => (other.candidate.length < one.candidate.length ? other : one));
  const chosen = { first: passers[0]!.id, shortest: shortest.id, largest: largest.members[0]!, agreement: clusters[0]!.members[0]! }[method];
  const cluster = clusters.find(({ members }) => members.includes(chosen))!;
  return {
    task: outcomes.task,
    sampled: n,
    choice: passers.find(({ id }) => id === chosen)!.candidate,
    evidence: {
      trustedExamples: outcomes.examples,
      sampled: n,
      distinct: new Set(order.slice(0, n).filter((at) => at !== null)).size,
      passers: passers.length,
      agreeing: cluster.members.length,
      agreement: cluster.share,
      inputs: comparedInputs(passers).length,
    },
  };
}

/** The same in waves, until `members` agree or all waves are done. */
export function answerInWaves(outcomes: Outcomes, order: Order, waves: readonly number[], members: number): { answer: Answer | undefined; sampled: number } {
  let sampled = 0;
  for (const wave of waves) {
    sampled += wave;
    const clusters = clusterPassers(passersOf(outcomes, order.slice(0, sampled)));
    if (enough(clusters, { members })) break;
  }
  return { answer: answer(outcomes, order, sampled), sampled };
}

/** Orders in which the samples might have come. */
export function orders({ samples }: Outcomes, count: number, random: Random): Order[] {
  return Array.from({ length: count }, () => random.shuffled(samples));
}

/** The same task without its examples: whatever runs is a passer. */
export function withoutExamples(outcomes: Outcomes): Outcomes {
  return { ...outcomes, examples: 0, candidates: outcomes.candidates.map((candidate) => ({ ...candidate, passed: true })) };
}

function passersOf(outcomes: Outcomes, drawn: Order): (Passer & { candidate: Sampled })[] {
  return drawn.flatMap((at, index) => {
    const candidate = at === null ? undefined : outcomes.candidates[at];
    return candidate?.passed && candidate.outcomes.length > 0 ? [{ id: String(index), outcomes: candidate.outcomes, candidate }] : [];
  });
}
