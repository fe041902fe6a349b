import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import { makeBoxDirectory, removeBoxDirectory } from '../../../sandbox/code/files.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import { meets, shownOutcome } from '../../function/expect.ts';
import type { Candidate, CheckRequest, Problem, TestFile, TestFileReport } from '../../function/types.ts';
import type { TestResult } from '../../types.ts';
import { createReport } from '../checks/report-file.ts';
import { type Read, resultsOf } from '../checks/results.ts';
import { staticTestsIn } from '../static-tests.ts';
import { check } from './check.ts';
import { type Runnable, runnable } from './module.ts';
import { classOf, parseNodeOutput } from './node-output.ts';
import { DRIVER, functionsUsed, preparedTest, type PreparedTest, solutionApart, solutionFiles } from './test-module.ts';

type Request = Omit<CheckRequest, 'cases'> & { tests: TestFile };

/** Milliseconds that node and its runner take besides the tests. */
const START_MS = 8_000;
const PARALLEL = 2;

/**
 * Runs the user's test file against each candidate, each in a sandbox of its own, and in a process of its own there: what the tests import calls it
 * and gives them plain values. Where the tests need the module itself, or hand over what cannot travel, the candidate stands beside them. What the
 * runner reports goes through a file that no path leads to, the test file is gone before the candidate is loaded, and `assert` cannot be
 * replaced. Of files for vitest and jest the examples are checked instead.
 *
 * @throws `no_sandbox`, `sandbox_error`, `file_missing`, `cancelled`
 */
export async function runTests(request: Request): Promise<TestFileReport[]> {
  if (request.tests.framework === 'expect') return byExamples(request);
  const prepared = await preparedTest(request.tests, request.signature.name);
  const reports: TestFileReport[] = [];
  const queue = [...request.candidates.entries()];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) reports[next[0]] = await runEither(request, prepared, next[1]);
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL, queue.length) }, lane));
  return reports;
}

/** Each example is a test; the values are compared here, outside of the sandbox. */
async function byExamples(request: Request): Promise<TestFileReport[]> {
  const { tests, ...rest } = request;
  const { examples } = tests;
  const reports = await check({ ...rest, cases: examples.map(({ setup, expression }) => ({ setup, expression })) });
  return reports.map(({ id, problem, outcomes }) => {
    if (problem) return { id, passed: false, ran: 0, problems: [problem] };
    const problems = outcomes.flatMap((outcome, index): Problem[] => {
      const example = examples[index]!;
      if (meets(example.expected, outcome)) return [];
      const expected = example.expected.kind === 'raises' ? (example.expected.error ?? 'an error') : example.expected.text;
      return [{ class: 'wrong_answer', message: `${example.expression} gave ${shownOutcome(outcome)}, expected ${expected}`.slice(0, 200), call: example.expression, expected, got: shownOutcome(outcome) }];
    });
    return { id, passed: problems.length === 0 && outcomes.length > 0, ran: outcomes.filter(({ kind }) => kind !== 'skipped').length, problems };
  });
}

async function runEither(request: Request, prepared: PreparedTest, candidate: Candidate): Promise<TestFileReport> {
  const made = await runnable(candidate.code);
  const used = await functionsUsed(request.tests, made.code, request.signature.name);
  const apart = used && (await runOne(request, prepared, candidate.id, made, used));
  return apart ?? (await runOne(request, prepared, candidate.id, made))!;
}

/** @param used its functions, where it runs apart. @returns undefined where values of the tests cannot travel there */
async function runOne({ sandbox, signature, tests, caseMs, signal }: Request, prepared: PreparedTest, id: string, made: Runnable, used?: readonly string[]): Promise<TestFileReport | undefined> {
  if (signal?.aborted) throw cancelled();
  const { programs, mounts, path } = await toolPaths(['node']);
  const node = programs['node'];
  if (node === undefined) throw new UntilgreenError('file_missing', 'node was not found for running the tests.', { program: 'node' }, 'Install Node 20.19 or newer.');
  const workspace = makeBoxDirectory();
  try {
    const files = { ...(used ? solutionApart(made.code, used) : solutionFiles(made.code, signature.name)), ...prepared.files };
    for (const [name, text] of Object.entries(files)) await writeFile(join(workspace, name), text, { mode: 0o644 });
    await chmod(workspace, 0o755);
    const report = await createReport({ root: workspace }, 'node-test', '');
    try {
      const reporter = report.reporter;
      const result = await sandbox.run({
        argv: [node, `--import=${reporter.slice(0, reporter.lastIndexOf('/'))}/lock-assert.mjs`, '--import=./console-assert.mjs', '--test', `--test-reporter=${reporter}`, '--test-reporter-destination=stdout', prepared.entry],
        workspace,
        env: { PATH: path, NO_COLOR: '1', CI: '1' },
        mounts: used ? [...mounts, { source: DRIVER, target: DRIVER }] : mounts,
        network: 'none',
        stdin: report.stdin,
        limits: { wallMs: START_MS + Math.max(1, tests.tests) * caseMs, processes: 256 },
        ...(signal && { signal }),
      });
      if (signal?.aborted) throw cancelled();
      if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', `The sandbox could not run the tests: ${result.error ?? 'no reason was given'}`, {}, 'Run `untilgreen doctor` to see what it lacks.');
      const read = await resultsOf(await report.read(), result, { staticTests: (file) => staticTestsIn(file, prepared.sources[file] ?? '') });
      if (used && [...read.tests, ...read.errors].some(({ errorClass }) => errorClass === 'CannotTravel')) return undefined;
      if (result.status === 'timeout') return { id, passed: false, ran: read.tests.length, problems: [{ class: 'timeout', message: 'The tests did not come to their end.' }] };
      if (result.status === 'oom') return { id, passed: false, ran: read.tests.length, problems: [{ class: 'memory', message: 'The tests ran out of memory.' }] };
      return reportOf(id, read, result.stderr + result.stdout, made);
    } finally {
      await report.remove();
    }
  } finally {
    await removeBoxDirectory(workspace);
  }
}

function reportOf(id: string, { tests, errors, status }: Read, output: string, made: Runnable): TestFileReport {
  const ran = tests.filter(({ outcome }) => outcome !== 'skipped' && outcome !== 'xfailed').length;
  const failed = tests.filter(({ outcome }) => outcome === 'failed' || outcome === 'error' || outcome === 'xpassed').map((test) => problemOf(test, made));
  const loose = errors.map(({ message, errorClass = 'Error' }): Problem => {
    const [told] = parseNodeOutput(output);
    const text = message.split('\n').find((line) => line.trim() !== '') ?? errorClass;
    return told && !/^The test(?:s| file) ended/.test(text) ? { ...told, ...(told.line !== undefined && { line: made.lineOf(told.line) }) } : { class: errorClass === 'IncompleteReport' || errorClass === 'EarlyExit' ? 'crash' : classOf(errorClass, message), message: text.slice(0, 200) };
  });
  const passed = status === 'passed' && ran > 0;
  const problems = [...failed, ...loose];
  return { id, passed, ran, problems: passed || problems.length > 0 ? problems : [{ class: 'crash', message: 'No test ran.' }] };
}

function problemOf({ id, message = 'failed', errorClass = 'Error', expected, got, frames }: TestResult, made: Runnable): Problem {
  const frame = frames?.find(({ file }) => file.startsWith('solution.'));
  const line = frame === undefined ? undefined : made.lineOf(frame.line);
  const first = message.split('\n')[0] ?? '';
  const compared = expected !== undefined && got !== undefined;
  return {
    class: compared ? 'wrong_answer' : classOf(errorClass, message),
    message: (compared ? `expected ${oneLine(expected)}, got ${oneLine(got)}` : first.startsWith(errorClass) ? first : `${errorClass}: ${first}`).slice(0, 200),
    call: id.split(' > ').slice(1).join(' > ') || id,
    ...(compared && { expected: expected.slice(0, 200), got: got.slice(0, 200) }),
    ...(line !== undefined && { line }),
  };
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 80);

const cancelled = (): UntilgreenError => new UntilgreenError('cancelled', 'Cancelled while the tests were running.');
