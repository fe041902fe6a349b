// The words of this bench: packages, operations on them, and how each of them ended.
import type { Operation, RefusalReason } from '../../src/languages/refactor/types.ts';

export type PackageName = 'humanize' | 'tabulate' | 'slugify' | 'requests' | 'click' | 'execa' | 'zod' | 'date-fns' | 'cobra';
export type Tongue = 'python' | 'javascript' | 'go';

/** What somebody did by hand before the operation: a file or folder renamed, or a text put into a file. */
export type HandEdit = { rename: string; to: string } | { path: string; after: string; insert: string };

/** Lines of a file by the text of the first one (trimmed) and their number; the runner turns them into line numbers. */
export interface Lines {
  path: string;
  from: string;
  count: number;
}

export interface Task {
  /** `humanize: rename natural_list`. */
  id: string;
  package: PackageName;
  operation: Operation;
  hand?: readonly HandEdit[];
  /** For `extract_function`: sets `fromLine` and `toLine`. */
  lines?: Lines;
  /** Names that are nobody's any more afterwards; what is left of them, word by word, is listed. */
  old?: readonly string[];
  /** Facts that hold when it was done, besides those that follow from the operation. Regular expressions. */
  must?: readonly { path: string; has?: string; lacks?: string }[];
  /** No tool should do this: a refusal is the only right answer. */
  refuse?: readonly RefusalReason[];
  /** What is hard about it. */
  why: string;
}

/**
 * `right`: done, and everything the package can tell holds. `refused`: left alone, with a reason. `unsupported`: not offered.
 * `crashed`: the tool failed and changed nothing. `wrong`: something is broken, or a name was left behind in code, and nobody was told.
 */
export type Verdict = 'right' | 'refused' | 'unsupported' | 'crashed' | 'wrong';

/** What a tool made of an operation. It writes to the directory itself. */
export type Done =
  | { kind: 'done'; notes: readonly { path: string; line: number }[]; ms: number; cpuMs?: number }
  | { kind: 'refused'; reason: string; message: string; ms: number }
  | { kind: 'unsupported'; message: string }
  /** It threw or hung. Nothing was written. */
  | { kind: 'crashed'; message: string; ms: number };

export interface Tool {
  readonly name: string;
  readonly tongues: readonly Tongue[];
  /** Carries the operation out in `directory`, a fresh copy of the package. */
  apply(task: Task, directory: string): Promise<Done>;
  close(): Promise<void>;
}

/** What the package's own tests and type check tell. */
export interface Health {
  passed: number;
  failed: number;
  /** Errors of the type check; -1 where it was not run. */
  types: number;
  /** Why tests could not run; the end of the output. */
  broken?: string;
}

export interface Row {
  task: string;
  package: PackageName;
  kind: Operation['kind'];
  tool: string;
  verdict: Verdict;
  /** Of a refusal or a wrong result. */
  reason?: string;
  /** Old names left, and how many of them the tool itself reported. */
  left: { place: string; noted: boolean; code: boolean }[];
  health?: Health;
  before: Health;
  files: number;
  ms: number;
  cpuMs?: number;
  checkMs: number;
}
