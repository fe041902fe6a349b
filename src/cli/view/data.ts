/** Careful readers for an event's data: a face must not fail on a field that is missing or of another type. */
type Data = Record<string, unknown>;

/** The first of the names that holds text (or a number, as text); '' where none does. */
export function text(data: Data, ...names: string[]): string {
  for (const name of names) {
    const value = data[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return '';
}

/** The first of the names that holds a number. */
export function number(data: Data, ...names: string[]): number | undefined {
  for (const name of names) if (typeof data[name] === 'number' && Number.isFinite(data[name])) return data[name];
  return undefined;
}

export function list(data: Data, name: string): unknown[] {
  return Array.isArray(data[name]) ? data[name] : [];
}

export function object(value: unknown): Data {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Data) : {};
}

/** Test counts of an event: `{passed, failed, skipped}` in it, in `tests` or `counts`, or counted from `tests` or `reports`. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

export function counts(data: Data): Counts | undefined {
  for (const holder of [data, object(data['counts']), object(data['tests']), object(data['score'])]) {
    const passed = number(holder, 'passed', 'passing');
    const failed = number(holder, 'failed', 'failing');
    if (passed !== undefined || failed !== undefined) return { passed: passed ?? 0, failed: (failed ?? 0) + (number(holder, 'errors', 'broken') ?? 0), skipped: number(holder, 'skipped') ?? 0 };
  }
  const tests = Array.isArray(data['tests']) ? data['tests'] : list(data, 'reports').flatMap((report) => list(object(report), 'tests'));
  if (tests.length === 0) return undefined;
  const outcomes = tests.map((test) => text(object(test), 'outcome'));
  const of = (...names: string[]) => outcomes.filter((outcome) => names.includes(outcome)).length;
  return { passed: of('passed', 'xfailed', 'xpassed'), failed: of('failed', 'error'), skipped: of('skipped') };
}
