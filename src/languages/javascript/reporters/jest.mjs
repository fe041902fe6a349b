// Reporter for jest 27 to 30. It runs in jest's main process.
import { clipped, framesOf, inWorkspace, record, shown } from './records.mjs';

const CLASS = /^\s*(?:Uncaught )?([A-Z][\w$]*(?:Error|Exception)|Error)\b(?: \[[A-Z_]+\])?:/m;
const block = (text, label) => new RegExp(`^ *${label}[^:\\n]*: *(.*)$`, 'm').exec(text)?.[1];

function failureOf(text, detail) {
  const message = clipped(text);
  const stackAt = message.search(/\n\s+at /);
  const compared = detail?.matcherResult ?? (detail && 'expected' in detail ? detail : undefined);
  return {
    message: (stackAt > 0 ? message.slice(0, stackAt) : message).replace(/^\s*● Test suite failed to run\s*/, '').trim(),
    errorClass: detail?.matcherResult ? 'AssertionError' : detail?.name ?? CLASS.exec(message)?.[1] ?? 'Error',
    expected: compared?.expected === undefined ? block(message, 'Expected') : shown(compared.expected),
    got: compared?.actual === undefined ? block(message, 'Received') : shown(compared.actual),
    frames: framesOf(clipped(text, 20_000)),
  };
}

export default class JestReporter {
  onTestCaseStart(test, started) {
    record({ kind: 'running', file: inWorkspace(test.path), name: started.title });
  }
  onTestResult(test, result) {
    const file = inWorkspace(result.testFilePath ?? test.path);
    if (result.testExecError || (result.failureMessage && result.testResults.length === 0)) {
      // A test file without tests is jest's own error; it has simply no tests.
      if (!/Your test suite must contain at least one test/.test(result.failureMessage ?? '')) {
        record({ kind: 'error', file, ...failureOf(result.failureMessage ?? result.testExecError?.message ?? 'the file could not be run', result.testExecError) });
      }
    }
    for (const one of result.testResults) {
      const failed = one.status === 'failed';
      record({
        kind: 'test', path: [...one.ancestorTitles, one.title], file, line: one.location?.line,
        passed: one.status === 'passed', skip: one.status === 'pending' || one.status === 'skipped' || one.status === 'disabled',
        todo: one.status === 'todo', durationMs: one.duration ?? undefined,
        ...(failed ? { failure: failureOf(one.failureMessages?.[0] ?? 'failed', one.failureDetails?.[0]) } : {}),
      });
    }
    if (result.failureMessage) console.error(clipped(result.failureMessage, 20_000));
  }
  onRunComplete(_contexts, results) {
    if (results.runExecError) record({ kind: 'error', ...failureOf(results.runExecError.message ?? String(results.runExecError)) });
    record({ kind: 'end' });
  }
}
