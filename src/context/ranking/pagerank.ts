/** Files point at names, names at the symbols that define them: two steps in place of an edge for every pair of files. */
export interface ReferenceGraph {
  /** Number of files. */
  files: number;
  /** Out of each file: indices of names, and beside them the weight of all mentions of each. */
  references: readonly { names: readonly number[]; weights: readonly number[] }[];
  /** For each name, the files of its definitions; a file stands once for each of them. */
  definers: readonly (readonly number[])[];
}

export interface Ranks {
  /** Rank of each file; they sum to 1. */
  files: Float64Array;
  /** What flows through each name in the last step; each of its definitions gets an equal part. */
  names: Float64Array;
}

/** The usual damping factor (Brin and Page 1998); networkx, which aider's map uses, has the same default. */
const DAMPING = 0.85;
const MOST_ROUNDS = 100;
const TOLERANCE = 1e-9;

/**
 * Personalised PageRank. Deterministic: sums run in the order of the indices.
 *
 * @param personal  where a walk starts again, by file; all zero means anywhere alike
 */
export function pageRank(graph: ReferenceGraph, personal: Float64Array): Ranks {
  const { files } = graph;
  const names = new Float64Array(graph.definers.length);
  if (files === 0) return { files: new Float64Array(0), names };
  const sum = personal.reduce((a, b) => a + b, 0);
  const start = sum > 0 ? personal.map((p) => p / sum) : new Float64Array(files).fill(1 / files);
  const out = graph.references.map(({ weights }) => weights.reduce((total, weight) => total + weight, 0));
  let rank = Float64Array.from(start);
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    names.fill(0);
    let lost = 0;
    for (let file = 0; file < files; file += 1) {
      // A file that mentions nothing of the project gives its rank back to where walks start.
      if (out[file] === 0) lost += rank[file]!;
      else {
        const list = graph.references[file]!;
        const share = rank[file]! / out[file]!;
        for (let at = 0; at < list.names.length; at += 1) names[list.names[at]!]! += share * list.weights[at]!;
      }
    }
    const next = new Float64Array(files);
    for (let file = 0; file < files; file += 1) next[file] = (1 - DAMPING + DAMPING * lost) * start[file]!;
    for (let name = 0; name < names.length; name += 1) {
      const to = graph.definers[name]!;
      for (const file of to) next[file]! += (DAMPING * names[name]!) / to.length;
    }
    let moved = 0;
    for (let file = 0; file < files; file += 1) moved += Math.abs(next[file]! - rank[file]!);
    rank = next;
    if (moved < TOLERANCE) break;
  }
  return { files: rank, names };
}
