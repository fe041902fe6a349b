import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { UntilgreenError } from '../../../core/errors.ts';
import { makeBoxDirectory, removeBoxDirectory, writeNoFollow } from '../../../sandbox/code/files.ts';
import { toolPaths } from '../../../sandbox/tool-paths.ts';
import type { CheckReport } from '../../types.ts';
import type { Candidate, CheckRequest, Problem, TestFile, TestFileReport } from '../../function/types.ts';
import { openReportFile } from '../../shared/report-file.ts';
import { PYTHON_ENV } from '../check.ts';
import { resultsOf } from '../results.ts';
import { screen } from './code.ts';
import { pythonTools } from './properties.ts';
import { DRIVER, functionsUsed, moduleApart, type Used } from './tests-apart.ts';
import { problemOf } from './wire.ts';

const RUNNER = fileURLToPath(new URL('../runner', import.meta.url));
const MiB = 1024 * 1024;
const AT_ONCE = 2;
/** Milliseconds for starting pytest, beside what the tests may take. */
const START_MS = 15_000;

/**
 * See `FunctionLanguage.runTests`. Each candidate has a sandbox of its own, and a process of its own in it: the module that the tests import calls it
 * there and gives them plain values. Where the tests need the module itself, or hand over what cannot travel, the candidate stands beside them, the
 * test file read-only. The report goes over a file that no path leads to. Candidates that do more than compute are not run.
 */
export async function runTests(request: Omit<CheckRequest, 'cases'> & { tests: TestFile }): Promise<TestFileReport[]> {
  const { candidates, signature } = request;
  const reports: TestFileReport[] = [];
  for (let at = 0; at < candidates.length; at += AT_ONCE) {
    reports.push(...(await Promise.all(candidates.slice(at, at + AT_ONCE).map(async (candidate): Promise<TestFileReport> => {
      const problem = await screen(candidate.code, signature);
      if (problem) return { id: candidate.id, passed: false, ran: 0, problems: [problem] };
      const used = functionsUsed(request.tests, candidate.code, signature);
      const apart = used && (await runOne(request, candidate, used));
      return apart ?? (await runOne(request, candidate))!;
    }))));
  }
  return reports;
}

/** @param used its functions, where it runs apart. @returns undefined where values of the tests cannot travel there */
async function runOne({ sandbox, caseMs, tests, signature, signal }: Omit<CheckRequest, 'cases'> & { tests: TestFile }, candidate: Candidate, used?: readonly Used[]): Promise<TestFileReport | undefined> {
  const [{ python, sitePackages }, tools] = await Promise.all([pythonTools(), toolPaths(['python3'])]);
  const box = makeBoxDirectory();
  const mountAt = box;
  const testName = /^[\w.-]+\.py$/.test(tests.name) ? tests.name : 'test_function.py';
  const modulePath = `${(tests.module ?? signature.name).replaceAll('.', '/')}.py`;
  const report = await openReportFile(box);
  try {
    const code = used ? moduleApart(candidate.code, used, testName) : candidate.code;
    for (const [path, content] of filesOf(modulePath, code, testName, tests, signature.name)) writeNoFollow(box, path, content);
    const framework = tests.framework === 'unittest' ? 'unittest' : 'pytest';
    const result = await sandbox.run({
      argv: [python, `${RUNNER}/untilgreen_run.py`],
      workspace: box,
      env: { ...PYTHON_ENV, PATH: tools.path },
      mounts: [...tools.mounts, { source: RUNNER, target: RUNNER }, { source: sitePackages, target: sitePackages }, used ? { source: DRIVER, target: DRIVER } : { source: join(box, testName), target: `${mountAt}/${testName}` }],
      limits: { wallMs: START_MS + Math.min(100, 1 + tests.tests) * caseMs, memoryBytes: 1024 * MiB, processes: 64, fileBytes: 16 * MiB, diskBytes: 32 * MiB },
      network: 'none',
      stdin: JSON.stringify({
        mode: framework,
        report: report.name,
        nonce: report.nonce,
        root: mountAt,
        tools: sitePackages,
        paths: [],
        own: [],
        ...(framework === 'pytest' ? { args: [`--rootdir=${mountAt}`, '-p', 'no:cacheprovider', '-p', 'no:hypothesispytest', '--color=no', '--noconftest', `--confcutdir=${mountAt}`, '-c', '/dev/null', testName] } : { files: [testName], ids: [] }),
      }),
      ...(signal ? { signal } : {}),
    });
    if (signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled while the test file was run.');
    if (result.status === 'sandbox_error') throw new UntilgreenError('sandbox_error', result.error ?? 'The sandbox did not start.', {});
    const read = resultsOf(await report.read(), report.nonce, result, { mountAt, root: box, cwd: '' });
    if (used && [...read.tests, ...read.errors].some(({ errorClass }) => errorClass === 'CannotTravel')) return undefined;
    return reportOf(candidate.id, read, modulePath, result.status);
  } finally {
    await report.close();
    await removeBoxDirectory(box);
  }
}

/** The module, the packages it lies in, and the test file; asserts without a test around them get one. */
function filesOf(modulePath: string, code: string, testName: string, tests: TestFile, name: string): [string, string][] {
  const folders = modulePath.split('/').slice(0, -1);
  const packages = folders.map((_, at): [string, string] => [`${folders.slice(0, at + 1).join('/')}/__init__.py`, '']);
  return [...packages, [modulePath, code], [testName, tests.framework === 'assert' ? wrapped(tests, name) : tests.source]];
}

/** Plain asserts as one test: what they use of the function is imported where the file does not do so itself. */
function wrapped(tests: TestFile, name: string): string {
  // What stands for one of Python's own functions in the candidate does not in the tests.
  const imports = tests.module === undefined ? `import builtins as _own, ${name} as _made\nglobals().update({key: value for key, value in vars(_made).items() if not key.startswith('_') and not hasattr(_own, key)})\nfrom ${name} import ${name}\n` : '';
  const futures = tests.source.split('\n').filter((line) => line.startsWith('from __future__'));
  const body = tests.source.split('\n').filter((line) => !line.startsWith('from __future__')).join('\n');
  return `${futures.join('\n')}${futures.length > 0 ? '\n' : ''}${imports}def test_asserts():\n    exec(compile(${JSON.stringify(body)}, ${JSON.stringify(tests.name)}, 'exec'), dict(globals(), __name__='asserts'))\n`;
}

type Read = Pick<CheckReport, 'tests' | 'collected' | 'errors' | 'status'>;

function reportOf(id: string, read: Read, modulePath: string, ended: string): TestFileReport {
  const failed = read.tests.filter((test) => test.outcome === 'failed' || test.outcome === 'error');
  const ran = read.tests.filter((test) => test.outcome === 'passed' || test.outcome === 'failed').length;
  const problems = failed.map((test): Problem => {
    const line = test.frames?.find((frame) => frame.file === modulePath)?.line;
    const compared = test.expected !== undefined && test.got !== undefined;
    const first = (test.message ?? 'it failed').split('\n')[0]!;
    const made = test.errorClass === 'Timeout' ? { class: 'timeout' as const, message: 'It takes too long.' } : problemOf(test.errorClass ?? '', withoutClass(first, test.errorClass));
    return {
      ...made,
      class: test.errorClass === undefined || test.errorClass === 'AssertionError' || test.errorClass === 'Failed' ? 'wrong_answer' : made.class,
      call: test.id.split('::').slice(1).join('::'),
      ...(compared ? { expected: test.expected!, got: test.got! } : {}),
      ...(line === undefined ? {} : { line }),
    };
  });
  for (const error of read.errors) {
    if (problems.length === 0) problems.push(read.status === 'timeout' || ended === 'timeout' ? { class: 'timeout', message: 'The tests take too long.' } : problemOf(error.errorClass ?? '', withoutClass(error.message.split('\n')[0]!, error.errorClass), error.file === modulePath ? error.line : undefined));
  }
  const passed = read.status === 'passed' && ran > 0 && failed.length === 0 && read.errors.length === 0;
  if (!passed && problems.length === 0) problems.push({ class: 'wrong_answer', message: ran === 0 ? 'No test ran.' : 'The tests did not pass.' });
  return { id, passed, ran, problems: problems.map((problem) => (problem.class === 'no_function' ? { ...problem, class: 'crash' } : problem)) };
}

const withoutClass = (message: string, errorClass: string | undefined): string => (errorClass !== undefined && message.startsWith(`${errorClass}: `) ? message.slice(errorClass.length + 2) : message);
