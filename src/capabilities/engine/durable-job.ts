import { randomBytes } from 'node:crypto';
import { asError, UntilgreenError } from '../../core/errors.ts';
import type { Emit } from '../../core/events.ts';
import { openRuns } from '../../store/queries/asked.ts';
import type { Lease } from '../../store/types.ts';
import type { CallOptions } from '../interfaces.ts';
import type { Shared } from './open.ts';

/** A job that outlives its process: claimed, with its progress and its end. */
export interface Job {
  lease: Lease;
  emit: Emit;
  /** Ends with the caller's signal, and when another process has taken the job over. */
  signal: AbortSignal;
}

/**
 * Works on a request as a durable job of the library: one that was interrupted with the same words is gone on with. What fails for want of a model, a
 * sandbox or budget, or is cancelled, can be gone on with too.
 *
 * @param work gives its value, and how the job ended
 */
export async function durableJob<T>(
  shared: Shared, { kind, request, input }: { kind: string; request: string; input: Record<string, unknown> }, options: CallOptions, work: (job: Job) => Promise<{ value: T; outcome: string; output: Record<string, unknown> }>,
): Promise<T> {
  const { runs, db } = await shared.store();
  const place = { kind, directory: shared.library.directory, request };
  for (const open of await openRuns(db, place)) {
    const lease = await runs.claim(open.id);
    if (lease) return inJob(shared, lease, options, work);
  }
  const id = newJobId(kind);
  await runs.create({ id, ...place, input });
  const lease = await runs.claim(id);
  if (!lease) throw new UntilgreenError('run_busy', `The job ${id} is held by another process.`, { run: id });
  return inJob(shared, lease, options, work);
}

/** Works on a job that was claimed. */
export async function inJob<T>(shared: Shared, lease: Lease, options: CallOptions, work: (job: Job) => Promise<{ value: T; outcome: string; output: Record<string, unknown> }>): Promise<T> {
  const signal = options.signal ? AbortSignal.any([options.signal, lease.signal]) : lease.signal;
  const emit: Emit = (event, data, level) => {
    const told = { ...data, request_id: lease.run.id };
    shared.emit(event, told, level);
    options.emit?.(event, told, level);
  };
  try {
    const { value, outcome, output } = await work({ lease, emit, signal });
    await lease.finish(outcome, output);
    return value;
  } catch (thrown) {
    const error = asError(thrown);
    if (error.code === 'lease_lost' || error.code === 'store_failed') throw error;
    if (signal.aborted || RESUMABLE.has(error.code)) await lease.release('queued');
    else await lease.finish('error', { error: error.toJSON() });
    throw error;
  }
}

/** What somebody can mend and then go on. */
const RESUMABLE: ReadonlySet<string> = new Set(['no_model', 'model_unreachable', 'model_auth', 'model_server_failed', 'no_sandbox', 'budget', 'cancelled']);

/** Sortable by time, short enough to type: `ask-20261121-053012-7f3a`. */
export function newJobId(kind: string, now = new Date()): string {
  return `${kind}-${now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)}-${randomBytes(2).toString('hex')}`;
}
