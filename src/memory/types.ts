/** A failure that was seen before and the change that fixed it. */
export interface Lesson {
  id: string;
  /** For the prompt: what failed then, and what fixed it; at most 600 characters. */
  text: string;
  /** Cosine similarity of the two failures, 0 to 1. */
  similarity: number;
  confirmed: number;
  contradicted: number;
}

export interface FailureNote {
  run: string;
  iteration: number;
  language: string | undefined;
  errorClass: string | undefined;
  /** The message without paths, numbers and addresses that differ from run to run. */
  message: string;
  /** The test that failed. */
  test?: string;
}

/** What was learned in earlier runs. A failing store never fails a run: these resolve to nothing and report a warning. */
export interface Memory {
  /** Remembers failures and returns the nearest earlier one that was fixed, if one is near enough. */
  recall(failures: readonly FailureNote[]): Promise<Lesson | undefined>;
  /** The run went green: its failures are fixed by this change. Lessons that were shown are confirmed. */
  fixed(run: string, by: { summary: string; diff: string; iteration: number }): Promise<void>;
  /** The run ended red although a lesson was shown: it is contradicted. */
  unfixed(run: string): Promise<void>;
}
