import type { Contract, JsonObject } from '../../types.ts';
import type { RunDeps } from '../../interfaces.ts';
import type { Mount } from '../../../sandbox/types.ts';

/** Codes of one contract that are timed against each other. */
export interface Trial {
  contract: Contract;
  /** Each module as it stands in its file. */
  codes: readonly string[];
  inputs: readonly JsonObject[];
}

/** How a language is timed: a program that loads one code, makes each call once, and says how long each took. */
export interface Setup {
  /** By path in the workspace. */
  files: Record<string, string>;
  /** Shell words that run before anything is timed: a compiler. Its exit code counts. */
  prepare?: string;
  /** Shell words that run the program with the code of this number, on the inputs from one number up to, and without, another. */
  command(code: number, from: number, to: number): string;
  env: Record<string, string>;
  mounts: Mount[];
}

/** One language: one file, one line in the registry. */
export type TimedLanguage = (trial: Trial, mark: string, deps: RunDeps) => Promise<Setup>;

/** Nanoseconds of processor time of each input, in their order; undefined where the call failed, or was not reached in time. */
export type Pass = (number | undefined)[];
