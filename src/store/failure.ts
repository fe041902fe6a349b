import { UntilgreenError } from '../core/errors.ts';

/** What a driver, or the owner of the embedded store, says about a refused statement. */
export interface SqlProblem {
  message: string;
  sqlstate?: string | undefined;
  detail?: string | undefined;
  constraint?: string | undefined;
  /** The database has given up (a full disk under its log, a trap in WASM) and has to be opened anew. */
  fatal?: boolean;
}

/**
 * Whether a request may have taken effect when its answer is missing:
 * `no` it never ran, `rolled_back` its transaction cannot have committed, `unknown` it may have.
 */
export type Effect = 'no' | 'rolled_back' | 'unknown';

/** SQLSTATE of "a row with this key exists". */
export const UNIQUE_VIOLATION = '23505';

/** The facts of a foreign database error, whichever driver threw it. */
export function sqlProblem(thrown: unknown): SqlProblem {
  const error = (typeof thrown === 'object' && thrown !== null ? thrown : { message: String(thrown) }) as Record<string, unknown>;
  const text = (key: string): string | undefined => (typeof error[key] === 'string' ? error[key] : undefined);
  const code = text('code');
  return {
    message: text('message') ?? String(thrown),
    // Node's own errors carry words such as ECONNREFUSED in `code`; a SQLSTATE has five characters.
    sqlstate: code && /^[0-9A-Z]{5}$/.test(code) ? code : undefined,
    detail: text('detail'),
    constraint: text('constraint'),
    ...(error.severity === 'PANIC' || error.severity === 'FATAL' ? { fatal: true } : {}),
  };
}

/** `store_failed` with the SQLSTATE in `data.sqlstate`. */
export function storeFailed(problem: SqlProblem, cause?: unknown): UntilgreenError {
  const { message, fatal: _, ...facts } = problem;
  const data = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
  return new UntilgreenError('store_failed', `The store refused a statement: ${message}${/[.!?]$/.test(message) ? '' : '.'}`, data, undefined, { cause });
}

/** `store_failed` for a connection that went away; `data.effect` says whether the request may have been carried out. */
export function connectionLost(effect: Effect, cause?: unknown): UntilgreenError {
  const what = {
    no: 'The connection to the store was lost before the request was carried out.',
    rolled_back: 'The connection to the store was lost; the transaction was rolled back.',
    unknown: 'The connection to the store was lost before the answer came; the request may have been carried out.',
  }[effect];
  return new UntilgreenError('store_failed', what, { lost: true, effect }, 'Start the command again; a run goes on where it was.', { cause });
}

/** The SQLSTATE of a store error, if it has one. */
export function sqlstateOf(thrown: unknown): string | undefined {
  const state = thrown instanceof UntilgreenError ? thrown.data.sqlstate : undefined;
  return typeof state === 'string' ? state : undefined;
}

/** Whether the error is a lost connection, and what is known of the request's effect. */
export function lostEffect(thrown: unknown): Effect | undefined {
  return thrown instanceof UntilgreenError && thrown.data.lost === true ? (thrown.data.effect as Effect) : undefined;
}
