import type { ToolPaths } from '../../tool-paths.ts';
import type { Mount, Sandbox } from '../../types.ts';
import type { BlockedImport, CodeLanguageName } from '../types.ts';

/** A snippet about to run. */
export interface Snippet {
  code: string;
  /** Name of its file in the box, without an extension, free for it alone. */
  stem: string;
  blocked: readonly string[];
  /** What the language's `shared` makes; asked for by what is going to run. */
  shared(): Promise<string | undefined>;
  /** File name in the box into which a guard inside the sandbox writes which blocked name it met. */
  report: string;
}

/** How to start it. */
export interface Prepared {
  /** Files that live as long as the run, by name. */
  files: Record<string, string>;
  argv: string[];
  env?: Record<string, string>;
  mounts?: Mount[];
  /** The line that must have met a blocked name where the guard could not tell, if only one could. */
  likelyLine?(): Promise<number | undefined>;
}

/** Why it is not started: a syntax error, or a blocked name. As the language's own tool would print it. */
export interface Refusal {
  refused: string;
  blocked?: BlockedImport;
}

/** One language of snippets: one file, one line in the registry. */
export interface CodeLanguage {
  readonly name: CodeLanguageName;
  readonly aliases: readonly string[];
  /** With the dot. */
  readonly extensions: readonly string[];
  /** The interpreter's name on a `#!` line. */
  readonly shebang?: RegExp;
  /** Program that must be on the PATH, and how to get it. */
  readonly program: string;
  readonly install: string;
  readonly defaults: { timeoutSeconds: number; maxMemoryMb: number; maxProcesses: number };
  /** Megabytes below which the runtime does not start. */
  readonly leastMemoryMb: number;
  readonly blocksImports: boolean;
  /** Makes, once for a machine, a folder of the host that makes runs quicker. */
  shared?(sandbox: Sandbox, tools: ToolPaths, signal: AbortSignal): Promise<string | undefined>;
  /**
   * What to run, or why not.
   *
   * @param program  the word that starts the language's program inside
   */
  prepare(snippet: Snippet, program: string): Prepared | Refusal | Promise<Prepared | Refusal>;
}

/** What most snippets need. */
export const USUAL = { timeoutSeconds: 30, maxMemoryMb: 512, maxProcesses: 128 } as const;
