// Recall against wrong reuse.

/** What came of one decision: the tool that would be taken, and how sure that is. */
export interface Taken {
  /** The tool that serves was in the library. */
  present: boolean;
  /** Undefined: none is taken at any threshold. */
  tool: string | undefined;
  probability: number;
  right: boolean;
  /** Wrong by the letter: it does the same as the right one under another name. */
  same: boolean;
}

export interface Point {
  threshold: number;
  /** Share of the decisions with a right tool in which that is taken. */
  recall: number;
  /** Share of all decisions in which another is taken, or any where there is none. */
  wrong: number;
  /** The part of it that is no tool of the same effect. */
  wrongEffect: number;
}

export function pointAt(taken: readonly Taken[], threshold: number): Point {
  const reused = taken.filter(({ tool, probability }) => tool !== undefined && probability >= threshold);
  const present = taken.filter((one) => one.present).length;
  const wrong = reused.filter(({ right }) => !right);
  return {
    threshold,
    recall: reused.filter(({ right }) => right).length / Math.max(present, 1),
    wrong: wrong.length / Math.max(taken.length, 1),
    wrongEffect: wrong.filter(({ same }) => !same).length / Math.max(taken.length, 1),
  };
}

/** The point with the most recall whose wrong reuse is at most `most`. */
export function bestWithin(taken: readonly Taken[], most: number, by: 'wrong' | 'wrongEffect' = 'wrong'): Point {
  const thresholds = [...new Set(taken.filter(({ tool }) => tool !== undefined).map(({ probability }) => probability)), 1.01];
  return thresholds.map((threshold) => pointAt(taken, threshold)).filter((point) => point[by] <= most).toSorted((a, b) => b.recall - a.recall || b.threshold - a.threshold)[0]!;
}
