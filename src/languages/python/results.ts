import { posix } from 'node:path';
import type { SandboxResult } from '../../sandbox/types.ts';
import type { CheckReport, TestOutcome, TestResult } from '../types.ts';
import { number, readRecords, text, type ReportRecord } from '../shared/reports.ts';

/** Where the workspace and the check stand inside the sandbox. */
export interface Place {
  mountAt: string;
  /** Where it stands without a sandbox that has a tree of its own. */
  root: string;
  cwd: string;
}

type Read = Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'>;

const BAD: readonly TestOutcome[] = ['failed', 'error'];
/** Exit codes of our runners and of pytest: all good, some failed, nothing collected. */
const EXIT = { good: 0, failed: 1, none: 5 } as const;

/**
 * Reads the report of one run into results. A run counts as passed only if everything agrees: the report is whole and of our
 * runner, every collected test ended well, and the process left with the status that the runner announced.
 */
export function resultsOf(report: string, nonce: string, result: SandboxResult, place: Place): Read {
  const { records, ended, forged } = readRecords(report, nonce);
  const tests = testsOf(records, place);
  const collected = number(records.findLast((r) => r.k === 'collected')?.['count']) ?? 0;
  const errors = errorsOf(records, place);
  const read = (status: Read['status'], problem?: string): Read => ({ tests, collected, errors: problem ? [...errors, { message: problem }] : errors, status });

  if (result.status === 'sandbox_error') return read('sandbox_error', result.error);
  if (forged) return read('broken', `The results cannot be trusted: ${forged}.`);
  const running = runningTest(records);
  if (result.status === 'timeout') {
    if (running) tests.push({ ...idOf(running, place), outcome: 'failed', errorClass: 'Timeout', message: `It was still running after ${Math.round(result.wallMs / 1000)} s, when the time limit ended the check.` });
    return read('timeout', running ? `The time limit was reached in ${running}.` : 'The time limit was reached while no test was running.');
  }
  if (!ended) {
    if (running) tests.push({ ...idOf(running, place), outcome: 'failed', errorClass: 'ProcessEnded', message: `The process ended in this test (${how(result)}).` });
    const output = lastError(result);
    return read('broken', records.length ? `The test process ended before its report did (${how(result)})${running ? `, in ${running}` : ''}.` : `The test runner did not start (${how(result)}). ${output}`.trim());
  }
  const exit = number(records.at(-1)?.['exit']);
  if (exit !== result.exitCode) return read('broken', `The runner ended with ${String(exit)}, but its process with ${how(result)}.`);
  if (errors.length) return read('broken');
  const failed = tests.some((test) => BAD.includes(test.outcome));
  if (exit === EXIT.none && collected === 0) return read('passed');
  if (exit === EXIT.failed) return failed ? read('failed') : read('failed', `Every test passed, yet the runner ended with 1. ${lastError(result)}`.trim());
  if (exit !== EXIT.good) return failed && exit === 2 ? read('failed') : read('broken', `The runner ended with ${String(exit)}. ${lastError(result)}`.trim());
  if (failed) return read('broken', 'The runner ended with 0 although tests failed.');
  if (tests.length !== collected) return read('broken', `${collected} tests were collected, ${tests.length} were reported.`);
  return read('passed');
}

function how(result: SandboxResult): string {
  if (result.status !== 'exited') return result.status;
  return result.signal ? `signal ${result.signal}` : `exit ${String(result.exitCode)}`;
}

/** One result a test: setup, call, teardown and subtests become the worst of them, with its first message. */
function testsOf(records: readonly ReportRecord[], place: Place): TestResult[] {
  const tests = new Map<string, TestResult>();
  for (const record of records) {
    const id = text(record['id']);
    if (record.k !== 'test' || !id) continue;
    const next = testOf(id, record, place);
    const known = tests.get(id);
    if (!known) tests.set(id, next);
    else if (rank(next.outcome) > rank(known.outcome)) tests.set(id, { ...next, durationMs: sum(known.durationMs, next.durationMs) });
    else known.durationMs = sum(known.durationMs, next.durationMs);
  }
  return [...tests.values()];
}

const rank = (outcome: TestOutcome): number => (BAD.includes(outcome) ? 2 : outcome === 'passed' ? 0 : 1);
const sum = (a?: number, b?: number): number | undefined => (a === undefined ? b : a + (b ?? 0));

function testOf(id: string, record: ReportRecord, place: Place): TestResult {
  const subtest = text(record['subtest']);
  const errorClass = text(record['errorClass']);
  const shown = inWords(record);
  const frames = framesOf(record, place);
  const file = relative(text(record['file']), place);
  return {
    ...idOf(id, place),
    ...(file ? { file } : {}),
    line: (BAD.includes(record['outcome'] as TestOutcome) ? frames.findLast((f) => f.file === file)?.line : undefined) ?? number(record['at']),
    outcome: record['outcome'] as TestOutcome,
    message: subtest ? `[${subtest}] ${shown ?? ''}` : shown,
    expected: text(record['expected']),
    got: text(record['got']),
    frames: frames.length ? frames : undefined,
    errorClass,
    durationMs: number(record['ms']),
  };
}

/** Class and message, the class only once. */
function inWords(record: ReportRecord): string | undefined {
  const message = text(record['message']);
  const errorClass = text(record['errorClass']);
  return message && errorClass && !message.startsWith(errorClass) ? `${errorClass}: ${message}` : message ?? errorClass;
}

function idOf(id: string, place: Place): { id: string; file?: string } {
  const file = id.split('::')[0]!;
  return { id, ...(/\.\w+$/.test(file) ? { file: posix.normalize(posix.join(place.cwd, file)) } : {}) };
}

function framesOf(record: ReportRecord, place: Place): { file: string; line: number }[] {
  if (!Array.isArray(record['frames'])) return [];
  return (record['frames'] as [unknown, unknown][]).flatMap(([path, line]) => {
    const file = relative(text(path), place);
    return file ? [{ file, line: number(line) ?? 1 }] : [];
  });
}

/** An absolute path of the sandbox as a path of the workspace; undefined for files outside. */
function relative(path: string | undefined, place: Place): string | undefined {
  const at = [place.mountAt, place.root].find((root) => path?.startsWith(`${root}/`));
  return at === undefined ? undefined : path?.slice(at.length + 1);
}

function errorsOf(records: readonly ReportRecord[], place: Place): Read['errors'] {
  return records
    .filter((record) => record.k === 'collect_error' || record.k === 'problem')
    .map((record) => {
      const [frame] = framesOf(record, place);
      const file = frame?.file ?? relative(text(record['file']), place) ?? (text(record['id']) ? idOf(text(record['id'])!, place).file : undefined);
      const errorClass = text(record['errorClass']);
      return { file, line: frame?.line, message: inWords(record) ?? 'unknown error', errorClass };
    });
}

/** The test that had started and not ended. */
function runningTest(records: readonly ReportRecord[]): string | undefined {
  const started = records.findLast((r) => r.k === 'start');
  const id = text(started?.['id']);
  return id && !records.some((r) => r.k === 'test' && r['id'] === id && r['when'] === 'call') ? id : undefined;
}

/** The line of the output that most likely says what went wrong: pytest's `E …` or `ERROR: …`, else the last one. */
function lastError(result: SandboxResult): string {
  const lines = `${result.stdout}\n${result.stderr}`.split('\n').map((line) => line.trim()).filter(Boolean);
  return (lines.findLast((line) => /^(E\s{2,}\S|ERROR: |\w*(Error|Exception): )/.test(line)) ?? lines.at(-1) ?? '').slice(0, 500);
}
