import type { RunRow } from './types.ts';

/** Columns of a `RunRow`, in the table `tasks`. */
export const RUN_COLUMNS = 'id, kind, directory, request, input, status, outcome, output, attempt, created_at, updated_at';
/** Columns of a `LogEvent`. */
export const EVENT_COLUMNS = 'seq, kind, key, body, at';

/** What claiming gives besides the row itself. */
export interface ClaimedRow extends RunRow {
  lease_token: string;
  last_seq: number;
}

/** The row without what only the lease may see. */
export function runRow({ lease_token: _token, last_seq: _seq, ...row }: ClaimedRow): RunRow {
  return row;
}

