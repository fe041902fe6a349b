/**
 * The one union of errors. A code, the facts as fields, and a text that is derived from them:
 * what failed, where, and what to do next. Rooms add their codes here.
 */

/** Exit codes of the command; the README documents them. */
export const EXIT = {
  green: 0,
  notGreen: 1,
  usage: 2,
  planRefused: 3,
  approval: 4,
  budget: 5,
  stuck: 6,
  noSandbox: 7,
  noModel: 8,
  cancelled: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Every error code with the exit code the command ends with. */
export const ERROR_EXIT = {
  // usage and configuration
  usage: EXIT.usage,
  config_invalid: EXIT.usage,
  directory_missing: EXIT.usage,
  not_a_directory: EXIT.usage,
  directory_refused: EXIT.usage,
  path_outside: EXIT.usage,
  path_unsafe: EXIT.usage,
  run_unknown: EXIT.usage,
  run_busy: EXIT.usage,
  nothing_to_undo: EXIT.usage,
  replay_mismatch: EXIT.usage,
  replay_missing: EXIT.usage,
  too_large: EXIT.usage,
  // models
  no_model: EXIT.noModel,
  model_unreachable: EXIT.noModel,
  model_auth: EXIT.noModel,
  model_refused: EXIT.noModel,
  model_reply_invalid: EXIT.notGreen,
  model_file_invalid: EXIT.noModel,
  model_incompatible: EXIT.noModel,
  model_ambiguous: EXIT.usage,
  model_server_failed: EXIT.noModel,
  download_failed: EXIT.notGreen,
  // sandbox
  no_sandbox: EXIT.noSandbox,
  sandbox_error: EXIT.noSandbox,
  blocked_import: EXIT.notGreen,
  // storage
  store_busy: EXIT.usage,
  store_incompatible: EXIT.usage,
  store_failed: EXIT.notGreen,
  lease_lost: EXIT.usage,
  // edits and files
  not_found: EXIT.notGreen,
  ambiguous: EXIT.notGreen,
  split_token: EXIT.notGreen,
  omission: EXIT.notGreen,
  empty_old: EXIT.notGreen,
  no_change: EXIT.notGreen,
  overlap: EXIT.notGreen,
  stale: EXIT.notGreen,
  indentation: EXIT.notGreen,
  breaks_syntax: EXIT.notGreen,
  file_missing: EXIT.notGreen,
  file_exists: EXIT.notGreen,
  not_a_file: EXIT.notGreen,
  binary_file: EXIT.notGreen,
  refactoring_refused: EXIT.planRefused,
  // applying and undoing
  conflict: EXIT.notGreen,
  // tools and plans
  unknown_tool: EXIT.usage,
  bad_arguments: EXIT.usage,
  tool_failed: EXIT.notGreen,
  server_failed: EXIT.notGreen,
  plan_invalid: EXIT.planRefused,
  approval_needed: EXIT.approval,
  step_failed: EXIT.notGreen,
  dependency_refused: EXIT.approval,
  // running
  budget: EXIT.budget,
  stuck: EXIT.stuck,
  cancelled: EXIT.cancelled,
  internal: EXIT.notGreen,
} as const satisfies Record<string, ExitCode>;
export type ErrorCode = keyof typeof ERROR_EXIT;

/**
 * An error with a code for programs and a text for people.
 *
 * @example
 * throw new UntilgreenError('file_missing', 'src/a.py is not in the project.', { path: 'src/a.py' }, 'Run `untilgreen tool call search` to find it.');
 */
export class UntilgreenError extends Error {
  override readonly name = 'UntilgreenError';
  /**
   * @param code  one of `ErrorCode`
   * @param what  what failed and where, one sentence
   * @param data  the facts, for programs
   * @param next  what the reader can do about it, one sentence
   */
  constructor(
    readonly code: ErrorCode,
    readonly what: string,
    readonly data: Readonly<Record<string, unknown>> = {},
    readonly next?: string,
    options?: { cause?: unknown },
  ) {
    super(next ? `${what} ${next}` : what, options);
  }
  get exitCode(): ExitCode {
    return ERROR_EXIT[this.code];
  }
  toJSON(): Record<string, unknown> {
    return { code: this.code, message: this.message, data: this.data };
  }
}

/** Any thrown value as an `UntilgreenError`; a foreign one becomes `internal` with its cause kept. */
export function asError(thrown: unknown): UntilgreenError {
  if (thrown instanceof UntilgreenError) return thrown;
  if (thrown instanceof Error && thrown.name === 'AbortError') {
    return new UntilgreenError('cancelled', 'Cancelled.', {}, undefined, { cause: thrown });
  }
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return new UntilgreenError('internal', text, {}, undefined, { cause: thrown });
}
