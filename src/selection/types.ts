import type { Case, Outcome } from '../languages/function/types.ts';

/** A candidate that passed the trusted examples, with what it did on the inputs made for comparing. */
export interface Passer {
  id: string;
  /** One for each input, the same inputs for all. */
  outcomes: readonly Outcome[];
  /** Guessed examples and properties that it meets, by index: they vote. */
  votes?: ReadonlySet<number>;
}

/** Passers that do the same on every input. */
export interface Cluster {
  /** Behaviour hash. */
  key: string;
  /** Ids, in the order in which they were sampled. */
  members: string[];
  /** Share of all passers, 0 to 1. */
  share: number;
  /** Share of inputs on which it raised, timed out or crashed. */
  errorShare: number;
  /** What clusters are ranked by. */
  score: number;
}

/** What speaks for the chosen candidate. */
export interface Evidence {
  /** Examples that the user vouches for, and that gate. */
  trustedExamples: number;
  /** Candidates sampled, and different ones among them. */
  sampled: number;
  distinct: number;
  /** Candidates that met all trusted examples. */
  passers: number;
  /** Members of the chosen cluster. */
  agreeing: number;
  /** `agreeing / passers`. */
  agreement: number;
  /** Inputs on which they were compared. */
  inputs: number;
  /** Tests of the user's file that passed, where one was given. */
  tests?: number;
  /** Guessed examples met by the choice, of how many. */
  guessed?: { met: number; of: number };
}

export interface Confidence {
  /** 0 to 1: the measured share of right answers among answers with such evidence. */
  value: number;
  band: 'high' | 'medium' | 'low';
  /** The evidence in one line: "8 of 9 candidates that passed agree on 25 inputs". */
  why: string;
}

/** Where two clusters part: the shortest such input. */
export interface Difference {
  case: Case;
  outcomes: [Outcome, Outcome];
}
