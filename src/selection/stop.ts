import type { Cluster } from './types.ts';

/** How many have to agree before no more are sampled. */
export interface Agreement {
  /** Members of the best cluster. */
  members: number;
  /** Least share of all passers that they are, 0 to 1. Default 0. */
  share?: number;
}

/** A function that a person asked for. In the replay of `bench/selection` it solved 45.3 of 82 tasks with 15.2 samples each; 20 samples each solved 45.5. */
export const ANSWER: Agreement = { members: 2 };

/** A capability that is kept and used again without anybody looking: 91 to 97 of 100 such answers were right in the replay. */
export const PERMANENT: Agreement = { members: 3, share: 0.9 };

/**
 * May sampling end: does the best cluster have the members and the share that are asked for?
 *
 * @param clusters the best first, as `clusterPassers` gives them
 * @example
 * if (enough(clusterPassers(passers), ANSWER)) return choose();
 */
export function enough(clusters: readonly Cluster[], { members, share = 0 }: Agreement): boolean {
  const [best] = clusters;
  return best !== undefined && best.members.length >= members && best.share >= share;
}
