/** One line of a report. `k` is its kind; `n` (nonce) and `i` (running number) have been checked and taken away. */
export type ReportRecord = { k: string } & Record<string, unknown>;

export interface Records {
  records: ReportRecord[];
  /** The runner wrote its last record: nothing ended the process before. */
  ended: boolean;
  /** Why the report cannot be trusted; undefined for an honest one, even if it is cut short. */
  forged?: string;
}

/**
 * Reads newline-delimited JSON records of a runner of ours. Every record carries the run's nonce and a running number, and the
 * last is of kind `end`; a line without them was written by something else, and the whole report is then worth nothing.
 * A last line cut by a kill is left out.
 */
export function readRecords(text: string, nonce: string): Records {
  const records: ReportRecord[] = [];
  const lines = text.split('\n');
  const last = lines.pop(); // empty, or cut
  let forged: string | undefined;
  for (const line of lines) {
    const record = parse(line);
    if (!record || record['n'] !== nonce) forged ??= 'a line of the report does not come from the test runner';
    else if (record['i'] !== records.length) forged ??= 'the report has a gap or a repetition';
    else if (records.at(-1)?.k === 'end') forged ??= 'the report goes on after its end';
    else {
      const { n: _nonce, i: _number, ...rest } = record;
      records.push(rest as ReportRecord);
    }
    if (forged) break;
  }
  const ended = records.at(-1)?.k === 'end';
  if (!forged && ended && last) forged = 'the report goes on after its end';
  return { records, ended: ended && !forged, forged };
}

function parse(line: string): ReportRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && typeof (value as ReportRecord).k === 'string' ? (value as ReportRecord) : undefined;
  } catch {
    return undefined; // not JSON: the caller calls the report forged
  }
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
export const number = (value: unknown): number | undefined => (typeof value === 'number' && Number.isFinite(value) ? value : undefined);
