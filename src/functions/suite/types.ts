import type { FunctionLanguageName } from '../../languages/function/types.ts';
import type { FunctionTask } from '../types.ts';

/** A task with tests that nothing and nobody sees before the answer is fixed. */
export interface SuiteTask {
  /** Unique in its file: `HumanEval/2`. */
  id: string;
  task: FunctionTask;
  /** A test file of the language, as a user would give it. */
  hidden: { name: string; source: string };
}

/** One finished task: a line of the results file. */
export interface TaskResult {
  task: string;
  lang: FunctionLanguageName;
  fn: string;
  seed: number;
  /** Hash of everything that decides the result besides the model: a rerun with other options does not skip it. */
  settings: string;
  model: string;
  /** There is an answer. */
  answered: boolean;
  /** The answer passes the hidden tests. */
  solved: boolean;
  confidence: number;
  band: 'high' | 'medium' | 'low';
  ended: string;
  /** Why there is no answer, or what the answer fails with; empty when solved. */
  reason: string;
  /** Candidates sampled by the job, and of them: passed the trusted examples. */
  tried: number;
  passers: number;
  /** Of the job alone. */
  inputTokens: number | null;
  outputTokens: number | null;
  requests: number;
  seconds: number;
  /** Only with measured samples: the greedy one, and how many of how many others are right. */
  greedy: boolean | null;
  samples: number;
  right: number;
}
