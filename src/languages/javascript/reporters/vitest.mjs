// Reporter for vitest 1 to 4. It runs in vitest's main process; the tests run in its workers.
import { clipped, framesOf, inWorkspace, record, shown } from './records.mjs';

function failureOf(error) {
  if (!error) return { message: 'failed without an error', errorClass: 'Error', frames: [] };
  const compared = error.expected !== undefined || error.actual !== undefined;
  return {
    message: clipped(error.message),
    errorClass: error.name ?? 'Error',
    ...(compared ? { expected: shown(error.expected), got: shown(error.actual) } : {}),
    frames: framesOf(error.stack),
  };
}

// The task tree is the same in all these versions; the classes around it are not.
function writeTask(task, path, file) {
  if (task.type === 'suite') {
    const own = task.result?.errors ?? [];
    if (own.length && !task.tasks.some((t) => t.result?.state === 'fail')) {
      record({ kind: 'test', path: [...path, task.name], file, line: task.location?.line, passed: false, suite: true, failure: { kind: 'hookFailed', ...failureOf(own[0]) } });
    }
    for (const child of task.tasks) writeTask(child, [...path, task.name], file);
    return;
  }
  const state = task.result?.state;
  const expectsFailure = task.fails === true;
  record({
    kind: 'test', path: [...path, task.name], file, line: task.location?.line,
    passed: state === 'pass', skip: task.mode === 'skip' || state === 'skip', todo: task.mode === 'todo', fails: expectsFailure,
    durationMs: task.result?.duration,
    ...(state === 'fail' ? { failure: failureOf(task.result.errors?.[0]) } : {}),
    ...(state === undefined || state === 'run' || state === 'queued' ? { unfinished: task.mode === 'run' || task.mode === 'only' } : {}),
  });
}

function writeFile(task) {
  const file = inWorkspace(task.filepath);
  const errors = task.result?.errors ?? [];
  const before = task.tasks ?? [];
  // An empty file is reported as an error of its own by vitest; it has simply no tests.
  const empty = before.length === 0 && errors.length === 1 && /No test (suite )?found/.test(errors[0].message ?? '');
  if (before.length === 0 && !empty) {
    for (const error of errors) record({ kind: 'error', file, ...failureOf(error) });
  } else if (errors.length) {
    record({ kind: 'test', path: [], file, passed: false, suite: true, failure: { kind: 'hookFailed', ...failureOf(errors[0]) } });
  }
  for (const child of before) writeTask(child, [], file);
}

export default class VitestReporter {
  onTestCaseReady(test) {
    record({ kind: 'running', file: inWorkspace(test.module?.moduleId), name: test.name });
  }
  onTestRunEnd(modules, unhandled) {
    this.finish(modules.map((m) => m.task), unhandled);
  }
  onFinished(files = [], unhandled = []) {
    this.finish(files, unhandled);
  }
  finish(files, unhandled) {
    if (this.done) return;
    this.done = true;
    for (const file of files) {
      writeFile(file);
      if (file.result?.state === 'fail') console.log(`FAIL ${file.name}`);
    }
    for (const error of unhandled) {
      const failure = failureOf(error);
      record({ kind: 'late', file: inWorkspace(error.VITEST_TEST_PATH), name: error.VITEST_TEST_NAME, message: `unhandled: ${failure.message}` });
      console.error(clipped(error.stack ?? failure.message));
    }
    for (const file of files) for (const error of file.result?.errors ?? []) console.error(clipped(error.stack ?? error.message));
    record({ kind: 'end' });
  }
}
