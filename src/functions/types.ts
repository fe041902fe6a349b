import type { UntilgreenError } from '../core/errors.ts';
import type { Example, FunctionLanguageName, Problem, Property, Signature } from '../languages/function/types.ts';
import type { Usage } from '../models/types.ts';
import type { Confidence, Evidence } from '../selection/types.ts';

/** What is wanted, as given: nothing of it has been read yet. */
export interface FunctionTask {
  /** In words. */
  task: string;
  /** The function's name. */
  fn: string;
  lang: FunctionLanguageName;
  /** Its head; without it the design stage makes one. */
  signature?: string;
  /** Examples the user vouches for, in any form that the language reads. */
  doctests?: string;
  /** A test file the user vouches for. */
  tests?: { name: string; source: string };
}

export interface FunctionOptions {
  /** Ask for a signature, doc, examples and properties first. Default true; not needed where signature and examples are given. */
  design: boolean;
  /** Without: nothing is executed, the first candidate that parses is the answer, and confidence is low. Default true. */
  test: boolean;
  /** `greedy`: the first candidate at temperature 0, then samples. `sample`: samples only. Default greedy. */
  decode: 'greedy' | 'sample';
  /** Most candidates. Default 21: waves of 1, 4, 8, 8. */
  candidates: number;
  /** Most waves and repair rounds together. Default 6. */
  iterations: number;
  /** Seconds of the whole job; default none. */
  timeoutSeconds?: number;
  /** Milliseconds one case may take. Default 2,000. */
  caseMs: number;
  /** Tokens of one candidate. Default 512. */
  maxNewTokens: number;
  seed: number;
  /** Agreeing candidates that end the sampling. Default 2. */
  agree: number;
}

/** A candidate that was sampled and what became of it. */
export interface Tried {
  id: string;
  wave: number;
  /** `repair` of which candidate, or sampled. */
  repairOf?: string;
  /** Equal to an earlier one. */
  sameAs?: string;
  problem?: Problem;
  /** Trusted examples met, of how many; all of them is a pass. */
  met: number;
  of: number;
  passed: boolean;
  code?: string;
}

export interface FunctionResult {
  ok: boolean;
  lang: FunctionLanguageName;
  fn: string;
  signature: Signature | undefined;
  doc: string;
  /** The module as it was checked. */
  code?: string;
  confidence: Confidence;
  evidence: Evidence;
  /** Trusted, agreed (promoted from the winning cluster) and guessed ones. */
  examples: Example[];
  properties: Property[];
  tried: Tried[];
  usage: Usage;
  requests: number;
  ms: number;
  model: string;
  seed: number;
  /**
   * Why it ended: enough agree, all candidates or iterations are used, the time is over, nothing was to be run, two waves brought nothing new, it was
   * cancelled, or something failed (`error`).
   */
  ended: 'agreed' | 'candidates' | 'iterations' | 'timeout' | 'no_test' | 'same_again' | 'cancelled' | 'failed';
  /** Read differently from how it stands, questions that could not be asked, … */
  notes: string[];
  /** What ended it before its time; `code` is then the best so far, where there is one. */
  error?: UntilgreenError;
}

/**
 * Progress, in the order of the stages; `data` is flat and free of times and addresses, so that the same job gives the same events on every
 * server. stage_started {stage} · design_ready {ok, signature, examples, properties} · signature_taken {signature} · wave_started {wave, of, n, temperature, approach} · candidate_checked {id, wave,
 * passed, met, of, problem} · wave_finished {wave, passers, clusters, agreeing} · question_asked / question_answered · repair_started {of, class} ·
 * repair_finished {id, kept} · restarted {why} · selected {id, confidence, why} · finished {ok, ended}; where a finished text is wanted then
 * script_tried {argv, ok, printed} · output_ready {form, file}
 */
export type FunctionStage = 'design' | 'generate' | 'check' | 'repair' | 'output';

/** Asked at most once, and only where nothing trusted tells two behaviours apart. */
export interface Question {
  /** `quad(1, 0, 1)` */
  call: string;
  /** What the groups of candidates return for it; the user picks one, gives another, or skips. */
  answers: { text: string; candidates: number }[];
}

/** An answer to a question: one of those shown, or the value as source of the language (`None`, `raises ValueError`). */
export type FunctionAnswer = { choice: number } | { value: string };
