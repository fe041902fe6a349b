/**
 * A: bubblewrap and a cgroup. B: bubblewrap with limits of each process. C: a container. D: Landlock. M: macOS Seatbelt.
 * `none` is only ever used when it was said aloud.
 */
export type Rung = 'A' | 'B' | 'C' | 'D' | 'M' | 'none';

export interface Limits {
  /** Milliseconds of wall time. Default 120 000. */
  wallMs: number;
  /** Milliseconds of CPU time of one process. Default: the wall time times the cores. */
  cpuMs: number;
  /** Bytes of memory of the whole tree. Default 2 GiB. */
  memoryBytes: number;
  /** Processes and threads. Default 512. */
  processes: number;
  /** Bytes of one file. Default 256 MiB. */
  fileBytes: number;
  /** Bytes of output kept of each stream; head and tail stay, the middle is dropped with a mark. Default 1 MiB. */
  outputBytes: number;
  /** Bytes the workspace may grow by. Default 1 GiB. */
  diskBytes: number;
  /** Bytes of the private /tmp. Default 512 MiB. */
  tmpBytes: number;
  openFiles: number;
}

/** A host path shown inside; read-only unless `writable`. */
export interface Mount {
  source: string;
  target: string;
  writable?: boolean;
  /** Missing sources are skipped instead of refused. */
  optional?: boolean;
}

export interface SandboxCommand {
  argv: string[];
  /** Host directory that is bound writable. */
  workspace: string;
  /** Absolute path at which the workspace appears inside. Default: the same path as on the host, or /workspace where that lies under a system directory. */
  mountAt?: string;
  /** Working directory relative to the workspace; default its root. */
  cwd?: string;
  /** The whole environment besides PATH, HOME, TMPDIR, LANG and TERM, which have defaults. Nothing of the host's leaks in. */
  env?: Record<string, string>;
  mounts?: Mount[];
  limits?: Partial<Limits>;
  /** `none` and `loopback` are both without the outside; loopback is inside the sandbox only. `install` reaches the network: for the dependency step alone. Default `loopback`. */
  network?: 'none' | 'loopback' | 'install';
  stdin?: string;
  signal?: AbortSignal;
  onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
  /**
   * Host directory, outside of all that the command may write, for the whole output as `stdout.txt` and `stderr.txt`; made when it is
   * missing. Each file holds up to 16 times `outputBytes`, which is as much as a command may print.
   */
  outputDirectory?: string;
}

/** One stream of a command on disk. */
export interface OutputFile {
  path: string;
  bytes: number;
  /** Is it all that the command printed. */
  complete: boolean;
}

export type SandboxStatus = 'exited' | 'timeout' | 'oom' | 'output' | 'disk' | 'killed' | 'sandbox_error';

export interface SandboxResult {
  status: SandboxStatus;
  /** As a shell tells it: a program ended by a signal of its own has 128 and the signal's number, one that does not exist 127. `null` when the sandbox ended it. */
  exitCode: number | null;
  /** Name of the signal behind such a code, or SIGKILL when the sandbox ended it. */
  signal: string | null;
  stdout: string;
  stderr: string;
  truncated: { stdout: boolean; stderr: boolean };
  /** Set where the command had an `outputDirectory` and ran. */
  files?: { stdout: OutputFile; stderr: OutputFile };
  /** Of the whole tree; on rung B as polled, so undefined for short commands. */
  peakMemoryBytes: number | undefined;
  /** Of the whole tree; on rung B as last polled, so a little low. */
  cpuMs: number | undefined;
  wallMs: number;
  rung: Rung;
  /** Set with `sandbox_error`: what failed and what to do. The command did not run. */
  error?: string;
}

/** What a rung promises, in words that go into results and receipts. */
export interface Guarantees {
  rung: Rung;
  /** What of the outside a command reaches that was not given `install`. */
  network: 'none' | 'host';
  /** Can a server and its client talk inside. */
  loopback: boolean;
  memory: 'hard' | 'soft' | 'none';
  processes: 'hard' | 'soft' | 'none';
  disk: 'hard' | 'polled' | 'none';
  /** `private view`: a tree of its own. `image`: a container's. `rules`: the host's tree, all but what is shown refused. */
  filesystem: 'private view' | 'image' | 'rules' | 'host';
}

/** Runs untrusted commands. `run` never throws for what the command does; it resolves to a result. */
export interface Sandbox {
  readonly guarantees: Guarantees;
  run(command: SandboxCommand): Promise<SandboxResult>;
}

/** What `openSandbox` gives: a sandbox that can also make some ahead. */
export interface OpenedSandbox extends Sandbox {
  /**
   * Sandboxes of one shape that are made ahead and wait, so that a command costs little more than itself. Each command has one of its own,
   * with the guarantees of `run`. Rungs that cannot make them ahead run each command as `run` does.
   *
   * @param template all that is known before the command: workspace, mounts, environment, limits, network
   * @param size how many wait; default 2. Each costs three sleeping processes of about 2 MB.
   * @throws as `run` for what the template names; `path_unsafe` for a mount whose source a command could replace
   * @example
   * await using pool = sandbox.pool({ workspace: '/home/me/project' });
   * for (const check of checks) await pool.run({ argv: ['python3', '-c', check], limits: { wallMs: 5_000 } });
   */
  pool(template: PoolTemplate, size?: number): SandboxPool;
}

/** What the commands of a pool have in common. */
export type PoolTemplate = Omit<SandboxCommand, 'argv' | 'stdin' | 'signal' | 'onOutput' | 'outputDirectory'>;

/** What is left to say of one command in a pool. Its limits are those that are not built into the sandbox; the others are the template's. */
export type PoolCommand = Pick<SandboxCommand, 'argv' | 'stdin' | 'signal' | 'onOutput' | 'outputDirectory'> & {
  limits?: Partial<Pick<Limits, 'wallMs' | 'outputBytes' | 'diskBytes'>>;
};

export interface SandboxPool {
  /** Runs one command in a sandbox of its own. The wall time counts from here. */
  run(command: PoolCommand): Promise<SandboxResult>;
  /** Ends the sandboxes that wait; commands that run go on to their end. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
