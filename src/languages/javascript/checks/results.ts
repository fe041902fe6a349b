import { stripVTControlCharacters } from 'node:util';
import type { SandboxResult } from '../../../sandbox/types.ts';
import type { CheckReport, TestOutcome, TestResult } from '../../types.ts';
import type { ReportRecord } from './report-file.ts';

export type Read = Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'>;
type CheckError = CheckReport['errors'][number];
type TestRecord = Extract<ReportRecord, { kind: 'test' }>;
type FileRecord = Extract<ReportRecord, { kind: 'file' }>;

export interface Expectation {
  /** Names of tests that stand in a file without condition: they must have reported. */
  staticTests(file: string): Promise<{ names: string[]; lines: ReadonlyMap<string, number>; asserts: boolean }>;
  /** Only these tests count. */
  testIds?: readonly string[];
}

/** The id of a test: `test/a.test.js > suite > name`. */
export function testId(file: string | undefined, path: readonly string[]): string {
  return [file ?? '(unknown file)', ...path].join(' > ');
}

/**
 * Turns a reporter's records into tests, errors and a status. A report without its last record, a test that began and
 * did not end, a file that left before its tests, an unhandled rejection: none of these is ever `passed`.
 */
export async function resultsOf(report: { records: ReportRecord[]; complete: boolean }, result: SandboxResult, expectation: Expectation): Promise<Read> {
  const errors: CheckError[] = [];
  const tests = uniqueIds(report.records.filter((r): r is TestRecord => r.kind === 'test').map(toTest));
  for (const r of report.records) {
    if (r.kind === 'error') errors.push({ file: r.file, line: r.line ?? r.frames[0]?.line, message: r.message.replace(/Failed to load url (\S+)/, "Failed to load url '$1'"), errorClass: loadClass(r.message) ?? r.errorClass });
    else if (r.kind === 'late') blame(tests, r);
    else if (r.kind === 'unfinished') tests.push(broken(r, 'did not finish: the test file ended before it'));
    else if (r.kind === 'file') await judgeFile(r, tests, errors, expectation);
  }
  await addLines(tests, expectation);
  if (!report.complete) {
    const running = report.records.filter((r) => r.kind === 'running').at(-1);
    if (running && result.status !== 'exited' && !tests.some((t) => t.file === running.file && t.id.endsWith(` > ${running.name}`))) {
      tests.push(broken(running, 'was running when the time or a limit ran out'));
    }
    errors.push({ message: `The tests ended before their report was complete (exit ${String(result.exitCode ?? result.signal)}).\n${tail(result)}`, errorClass: classIn(result.stderr) ?? 'IncompleteReport' });
  }
  const counted = expectation.testIds ? tests.filter((t) => expectation.testIds!.includes(t.id)) : tests;
  const failing = counted.filter((t) => t.outcome === 'failed' || t.outcome === 'error' || t.outcome === 'xpassed');
  let status: Read['status'] = failing.length ? 'failed' : 'passed';
  if (errors.length) status = 'broken';
  else if (result.exitCode !== 0 && !failing.length && !expectation.testIds) {
    status = 'failed';
    errors.push({ message: `Every test passed, but the command ended with exit ${String(result.exitCode ?? result.signal)}.\n${tail(result)}` });
  }
  return { tests: counted, collected: counted.length, errors, status };
}

function toTest(r: TestRecord): TestResult {
  const outcome = outcomeOf(r);
  const test: TestResult = { id: testId(r.file, r.path), file: r.file, line: r.line ?? undefined, outcome, durationMs: r.durationMs };
  if (outcome === 'passed' || outcome === 'skipped') return test;
  const { failure } = r;
  return {
    ...test,
    message: failure?.message ?? (r.unfinished ? 'did not finish' : undefined),
    expected: failure?.expected,
    got: failure?.got,
    errorClass: failure?.errorClass,
    frames: failure?.frames.length ? failure.frames : undefined,
  };
}

function outcomeOf(r: TestRecord): TestOutcome {
  if (r.skip) return 'skipped';
  if (r.todo) return r.failure ? 'xfailed' : 'skipped';
  if (r.fails) return r.passed ? 'xfailed' : 'failed';
  if (r.passed) return 'passed';
  if (r.unfinished || r.suite) return 'error';
  return /^(hookFailed|cancelledByParent|parentAlreadyFinished|testAborted|uncaughtException|unhandledRejection)$/.test(r.failure?.kind ?? '') ? 'error' : 'failed';
}

/** Older frameworks do not say where a test stands; its file does. */
async function addLines(tests: TestResult[], expectation: Expectation): Promise<void> {
  for (const file of new Set(tests.filter((t) => t.line === undefined && t.file).map((t) => t.file!))) {
    const { lines } = await expectation.staticTests(file);
    for (const test of tests) if (test.file === file) test.line ??= lines.get(test.id.slice(file.length + 3));
  }
}

/** Two tests of one name in one file are told apart by their order, so that neither hides the other. */
function uniqueIds(tests: TestResult[]): TestResult[] {
  const seen = new Map<string, number>();
  return tests.map((test) => {
    const count = (seen.get(test.id) ?? 0) + 1;
    seen.set(test.id, count);
    return count === 1 ? test : { ...test, id: `${test.id} (${count})` };
  });
}

function broken(r: { file?: string; line?: number | null; name: string }, message: string): TestResult {
  return { id: testId(r.file, [r.name]), file: r.file, line: r.line ?? undefined, outcome: 'error', message, errorClass: 'Unfinished' };
}

/** An error after a test's end belongs to the test that caused it, or to its file. */
function blame(tests: TestResult[], late: Extract<ReportRecord, { kind: 'late' }>): void {
  const test = tests.find((t) => t.file === late.file && (late.line ? t.line === late.line && t.id.endsWith(` > ${late.name}`) : late.name !== undefined && t.id.endsWith(late.name)));
  if (test && test.outcome !== 'passed') return;
  const found = { outcome: 'error' as const, message: late.message, errorClass: 'UnhandledError' };
  if (test) Object.assign(test, found);
  else tests.push({ id: testId(late.file, ['(after the tests)']), file: late.file, ...found });
}

async function judgeFile(r: FileRecord, tests: TestResult[], errors: CheckError[], expectation: Expectation): Promise<void> {
  const file = r.file ?? '';
  const own = tests.filter((t) => t.file === file);
  const { names, lines, asserts } = await expectation.staticTests(file);
  if (!r.passed && r.tests === 0) {
    const line = Number(new RegExp(`${file.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}:(\\d+)`).exec(r.stderr)?.[1] ?? 0) || undefined;
    const found = { file, line, message: messageIn(r.stderr) || 'the file failed before its first test', errorClass: classIn(r.stderr) ?? 'Error' };
    // A script that asserts without a framework is one test, whichever way it ends.
    if (names.length === 0 && asserts && found.errorClass === 'AssertionError') tests.push({ id: file, outcome: 'failed', durationMs: r.durationMs, ...found });
    else errors.push(found);
    return;
  }
  // Loaders put TypeScript on one line; where the test stands in the source is known without them.
  if (/\.[cm]?tsx?$/.test(file)) for (const test of own) test.line = lines.get(test.id.slice(file.length + 3)) ?? test.line;
  if (r.tests === 0 && names.length === 0) {
    if (asserts) tests.push({ id: file, file, outcome: 'passed', durationMs: r.durationMs });
    return;
  }
  const reported = new Set(own.map((t) => t.id.slice(file.length + 3)));
  const missing = names.filter((name) => !reported.has(name) && !own.some((t) => t.outcome === 'error' && name.endsWith(t.id.split(' > ').at(-1) ?? '')));
  if (missing.length) {
    errors.push({ file, message: `The test file ended before ${missing.length === 1 ? 'a test' : `${missing.length} tests`} had run: ${missing.slice(0, 5).join(', ')}`, errorClass: 'EarlyExit' });
  } else if (!r.passed && r.failed === 0 && !own.some((t) => t.outcome === 'error')) {
    tests.push({ id: file, file, outcome: 'error', message: messageIn(r.stderr) || `the file ended with exit ${String(r.exitCode)}`, errorClass: classIn(r.stderr) ?? 'Error' });
  }
}

const CLASS = /^(?:Uncaught |\[?)([A-Z][\w$]*(?:Error|Exception)|Error)\b(?: \[[A-Z_]+\])?:?/m;

function classIn(text: string): string | undefined {
  return loadClass(text) ?? CLASS.exec(text)?.[1];
}

/** What kept a file from being loaded, whatever words the loader, the transformer and the resolver have for it. */
function loadClass(text: string): string | undefined {
  if (/ERR_MODULE_NOT_FOUND|Cannot find (module|package)|Failed to resolve import|Failed to load url|does not provide an export named/.test(text)) return 'ModuleNotFoundError';
  return /\bSyntaxError\b|PARSE_ERROR|Parse failure|Transform failed|Failed to parse source|Unexpected token/i.test(text) ? 'SyntaxError' : undefined;
}

/** The line that names the error, with the place above it where there is one. */
function messageIn(stderr: string): string {
  const lines = stripVTControlCharacters(stderr).split('\n');
  const at = lines.findIndex((l) => CLASS.test(l));
  if (at < 0) return lines.filter((l) => l.trim()).slice(-8).join('\n');
  return lines.slice(at, at + 6).filter((l) => l.trim() && !/^\s+at .*node:internal/.test(l)).join('\n');
}

function tail(result: SandboxResult): string {
  const text = stripVTControlCharacters(result.stderr.trim() || result.stdout.trim());
  return text.split('\n').slice(-15).join('\n');
}
