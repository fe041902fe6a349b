import type { Cluster } from './types.ts';

/** How many have to agree before no more are sampled. */
export interface Agreement {
  /** Members of the best cluster. */
  members: number;
  /** Least share of all passers that they are, 0 to 1. Default 0. */
  share?: number;
}

/** A function that a person asked for. With it the replay of `bench/selection` solves what it solves with all samples, for fewer of them. */
export const ANSWER: Agreement = { members: 2 };

/** A capability that is kept and used again without anybody looking. */
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
