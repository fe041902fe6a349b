import type { Rung, Sandbox, SandboxResult } from '../types.ts';

export type CodeLanguageName = 'python' | 'javascript' | 'typescript' | 'go' | 'shell';

/** What holds for every run of a box; a run's own options win. */
export interface CodeLimits {
  /** Seconds of wall time. Default 30, for Go 120. */
  timeoutSeconds?: number;
  /** Megabytes (2^20 bytes) of memory of the whole tree. Default 512, for Go 2048. */
  maxMemoryMb?: number;
  /** Bytes kept of each output; head and tail stay. Default 1 MiB. */
  maxOutputBytes?: number;
  /** Processes and threads. Default 128, for Go 512. */
  maxProcesses?: number;
  /**
   * Modules (`socket`, `child_process`, `node:fs`, `os/exec`) and attributes (`os.system`, `fs.writeFileSync`) that a snippet is told
   * to do without. Advice to whoever writes the snippet, not the wall: the wall is the sandbox. Not for shell.
   */
  blockedImports?: readonly string[];
  /** `none` and `loopback` are both without the outside. Default `none`. */
  network?: 'none' | 'loopback';
}

export interface CodeSandboxOptions extends CodeLimits {
  /** Weakest rung that will do. Default D, the weakest there is. */
  minRung?: Rung;
  /** A sandbox that is already open; else the strongest one here is opened at the first run. */
  sandbox?: Sandbox;
}

export interface CodeRunOptions extends CodeLimits {
  /** `python` (py), `javascript` (js, node), `typescript` (ts), `go` (golang), `shell` (sh, bash). */
  language: string;
  stdin?: string;
  /** What the snippet finds in `sys.argv`, `process.argv`, `os.Args` and `$@` after its own name. */
  args?: readonly string[];
  /** Variables besides PATH, HOME, TMPDIR, LANG and TERM; nothing of the host's leaks in. */
  env?: Readonly<Record<string, string>>;
  /** Files written into the box before the run, by relative path; they stay. */
  files?: Readonly<Record<string, string | Uint8Array>>;
  signal?: AbortSignal;
  onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
}

/** A name of `blockedImports` that was met. */
export interface BlockedImport {
  /** The module or attribute, as `blockedImports` wrote it. */
  name: string;
  /** 1-based line of the snippet; absent where a loader met the name and does not know who asked. */
  line?: number;
}

export interface CodeResult extends Omit<SandboxResult, 'rung'> {
  /** Absent where nothing was started: a syntax error, or a blocked name in the text. */
  rung?: Rung;
  /** Exited with code 0 and met no blocked name. */
  ok: boolean;
  language: CodeLanguageName;
  /** Set when a blocked name was met: before the run, which then did not happen, or during it. */
  blocked?: BlockedImport;
}
