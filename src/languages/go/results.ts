import type { SandboxResult } from '../../sandbox/types.ts';
import type { CheckReport, TestResult } from '../types.ts';
import { compileErrors } from './compile-errors.ts';
import type { CompileError, Place } from './compile-errors.ts';
import { buildOutput, coursesOf, readEvents } from './events.ts';
import type { Course } from './events.ts';
import { failureIn } from './failures.ts';
import type { Expected, Package } from './listing.ts';
import { within } from './paths.ts';

export interface Run extends Place {
  packages: readonly Package[];
  /** Tests that the source has: each must be reported, once. */
  expected: readonly Expected[];
  /** The user's options leave some out, or run some twice. */
  loose: boolean;
}

type Read = Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'>;
type Problem = CheckReport['errors'][number];

/** Of dependencies that are not on this machine. */
const MISSING = /no required module provides package|missing go\.sum entry|module lookup disabled by GOPROXY=off|cannot find module providing|updates to go\.(mod|sum) needed|inconsistent vendoring/;
const FETCH = 'Nothing is fetched during a run: run `go mod tidy` and `go mod download` in the project, then start again.';

/**
 * Reads the report of `go test -json` into results. A run counts as passed only if everything agrees: each test of the source was
 * reported exactly once, all ended well, and the go command left with 0.
 */
export function resultsOf(report: string, result: SandboxResult, run: Run): Read {
  const events = readEvents(report);
  const courses = coursesOf(events);
  const builds = buildOutput(events, result.stderr);
  const tests: TestResult[] = [];
  const errors: Problem[] = [];
  for (const course of courses) if (course.test !== undefined) tests.push(testOf(course, courses, result, run));
  const broken = brokenPackages(courses, builds, run);
  for (const { problems } of broken.values()) for (const one of problems) if (!errors.some((other) => other.file === one.file && other.line === one.line && other.message === one.message)) errors.push(one);
  for (const missing of run.expected.filter((one) => !courses.some((course) => course.package === one.package && course.test === one.name))) {
    if (run.loose && !broken.has(missing.package)) continue;
    tests.push(notRun(missing, broken.get(missing.package), courses.find((course) => course.package === missing.package && course.test === undefined), result, run));
  }
  const twice = run.loose ? undefined : courses.find((course) => course.test !== undefined && course.ends.length > 1);
  if (twice) errors.push({ message: `The results cannot be trusted: ${twice.test} was reported ${twice.ends.length} times.` });
  const silent = tests.find((test) => test.errorClass === 'NotRun' && /although/.test(test.message ?? ''));
  if (silent) errors.push({ ...(silent.file === undefined ? {} : { file: silent.file }), message: `The results cannot be trusted. ${silent.id}: ${silent.message}` });
  for (const course of courses) if (course.test === undefined) errors.push(...packageProblem(course, tests, broken, run));
  const read = (status: Read['status'], problem?: string): Read => ({ tests, collected: tests.length, errors: problem === undefined ? errors : [...errors, { message: problem }], status });
  return verdict(result, courses.length > 0, tests, errors, read);
}

function verdict(result: SandboxResult, started: boolean, tests: readonly TestResult[], errors: readonly Problem[], read: (status: Read['status'], problem?: string) => Read): Read {
  if (result.status === 'sandbox_error') return read('sandbox_error', result.error);
  if (result.status === 'timeout') {
    const running = tests.filter((test) => test.errorClass === 'Timeout').map((test) => test.id);
    return read('timeout', running.length ? `The time limit was reached in ${running.slice(0, 3).join(', ')}.` : 'The time limit was reached while no test was running.');
  }
  if (errors.length) return read('broken');
  const red = tests.some((test) => test.outcome === 'failed' || test.outcome === 'error');
  if (result.exitCode === 0) return red ? read('broken', 'The go command ended with 0 although tests failed.') : read('passed');
  if (red) return read('failed');
  const said = result.stderr.trim();
  if (!started && /no packages to test|matched no packages/.test(said)) return read('passed'); // a module without a Go file yet
  const words = said.split('\n').slice(-5).join('\n') || `exit ${String(result.exitCode)}`;
  return read('broken', `The go command did not run the tests: ${words}${MISSING.test(words) ? `\n${FETCH}` : ''}`);
}

function testOf(course: Course, all: readonly Course[], result: SandboxResult, run: Run): TestResult {
  const name = course.test!;
  const at = placeOf(course.package, name, run);
  const end = course.ends.at(-1);
  const base: TestResult = { id: at.id, ...(at.file === undefined ? {} : { file: at.file }), ...(at.line === undefined ? {} : { line: at.line }), outcome: 'passed', ...(end?.seconds === undefined ? {} : { durationMs: Math.round(end.seconds * 1000) }) };
  const failure = failureIn(course.lines, at.folder, run);
  if (end === undefined) {
    if (failure.errorClass === 'Panic') return { ...base, ...failure, outcome: 'failed' };
    const late = result.status === 'timeout';
    const message = late ? `It was still running after ${Math.round(result.wallMs / 1000)} s, when the time limit ended the check.` : 'The process ended in this test.';
    return { ...base, outcome: 'failed', errorClass: late ? 'Timeout' : 'ProcessEnded', message };
  }
  if (end.action === 'pass') return base;
  if (end.action === 'skip') return { ...base, outcome: 'skipped', ...(failure.message === undefined ? {} : { message: failure.message }) };
  const below = all.filter((other) => other.package === course.package && other.test?.startsWith(`${name}/`) && other.ends.at(-1)?.action === 'fail').map((other) => other.test!.slice(name.length + 1));
  if (below.length && failure.message === undefined) return { ...base, outcome: 'failed', errorClass: 'AssertionError', message: `subtests failed: ${below.slice(0, 5).join(', ')}` };
  return { ...base, ...failure, outcome: 'failed', ...(failure.message === undefined ? { message: 'the test failed without a message' } : {}) };
}

/** Where a test stands, by the file that has its function; subtests are where their test is. */
function placeOf(importPath: string, test: string, { packages, expected, cwd }: Run): { id: string; file?: string; line?: number; folder: string } {
  const top = test.split('/')[0]!;
  const found = expected.find((one) => one.package === importPath && one.name === top);
  const folder = packages.find((one) => one.importPath === importPath)?.folder ?? '';
  if (!found) return { id: `${importPath}::${test}`, folder };
  return { id: `${within(cwd, found.file) ?? found.file}::${test}`, file: found.file, line: found.fromLine, folder };
}

interface Broken {
  problems: CompileError[];
}

/** Packages whose tests were not built. */
function brokenPackages(courses: readonly Course[], builds: ReadonlyMap<string, string[]>, run: Run): Map<string, Broken> {
  const broken = new Map<string, Broken>();
  for (const course of courses) {
    if (course.test !== undefined) continue;
    // Go before 1.24 does not name the build.
    const unnamed = course.ends.at(-1)?.action === 'fail' && course.lines.length === 0 && builds.size > 0;
    if (course.failedBuild === undefined && !unnamed) continue;
    const said = course.failedBuild === undefined ? ([...builds].find(([name]) => name.split(/ |_test /)[0] === course.package)?.[1] ?? [...builds.values()].flat()) : (builds.get(course.failedBuild) ?? []);
    const listed = run.packages.find((one) => one.importPath === course.package)?.problem;
    const problems = compileErrors(said.length ? said : [listed ?? `${course.package} could not be built.`], run);
    for (const one of problems) if (MISSING.test(one.message)) one.message += `\n${FETCH}`;
    broken.set(course.package, { problems });
  }
  return broken;
}

function notRun(missing: Expected, broken: Broken | undefined, own: Course | undefined, result: SandboxResult, run: Run): TestResult {
  const { id } = placeOf(missing.package, missing.name, run);
  const base = { id, file: missing.file, line: missing.fromLine, outcome: 'error' as const };
  if (broken) {
    const first = broken.problems.find((one) => one.file === missing.file) ?? broken.problems[0];
    const told = broken.problems.slice(0, 5).map((one) => `${one.file === undefined ? '' : `${one.file}:${one.line}: `}${one.message}`);
    return { ...base, errorClass: first?.errorClass ?? 'CompileError', message: told.join('\n') || 'its package could not be built', ...(first?.file === undefined ? {} : { frames: [{ file: first.file, line: first.line ?? 1 }] }) };
  }
  if (result.status !== 'exited') return { ...base, errorClass: 'NotRun', message: 'It did not run: the check was ended first.' };
  const failed = own?.ends.at(-1)?.action === 'fail';
  return { ...base, errorClass: 'NotRun', message: failed ? 'It did not run: the test process ended before it.' : 'It did not run, although the test process ended as if all were well.' };
}

/** A package that failed although none of its tests did: what happened outside of them. */
function packageProblem(course: Course, tests: readonly TestResult[], broken: ReadonlyMap<string, Broken>, run: Run): Problem[] {
  if (course.ends.at(-1)?.action !== 'fail' || broken.has(course.package)) return [];
  const mine = new Set(run.expected.filter((one) => one.package === course.package).map((one) => one.file));
  const red = tests.some((test) => test.outcome === 'failed' && (test.file === undefined ? test.id.startsWith(`${course.package}::`) : mine.has(test.file)));
  if (red) return [];
  const { message, errorClass, frames } = failureIn(course.lines, run.packages.find((one) => one.importPath === course.package)?.folder ?? '', run);
  return [{ ...frames?.[0], message: `${course.package} failed outside of its tests: ${message ?? 'the process ended'}`, ...(errorClass === 'Panic' ? { errorClass } : {}) }];
}
