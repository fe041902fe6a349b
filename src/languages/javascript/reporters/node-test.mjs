// Reporter for `node --test`. It runs in the parent; each test file is a child process and cannot reach it.
import { resolve } from 'node:path';
import { clipped, framesOf, inWorkspace, record, shown } from './records.mjs';

const keyOf = (d) => `${d.file}\0${d.line}\0${d.column}\0${d.name}`;
const isFile = (d) => d.nesting === 0 && d.file !== undefined && resolve(d.name) === resolve(d.file);
const LATE = /^(?:Error: )?Test "(.*)" at (.*):(\d+):\d+ generated asynchronous activity after the test ended/s;

function failure(error) {
  const cause = error?.cause instanceof Object ? error.cause : undefined;
  const kind = error?.failureType;
  const text = cause?.message ?? (error?.cause === undefined ? error?.message : String(error.cause));
  const asserted = cause?.code === 'ERR_ASSERTION' || (cause && 'expected' in cause && 'actual' in cause);
  return {
    kind,
    message: clipped(text),
    errorClass: cause?.name ?? (kind === 'testTimeoutFailure' ? 'TimeoutError' : kind === 'cancelledByParent' ? 'Cancelled' : 'Error'),
    ...(asserted ? { expected: shown(cause.expected), got: shown(cause.actual) } : {}),
    frames: framesOf(cause?.stack ?? error?.stack),
  };
}

export default async function* nodeTestReporter(source) {
  const names = [];
  const waiting = new Map();
  const files = new Map();
  // Node 24 names the file of an output relative to the working directory.
  const fileOf = (name) => {
    const path = resolve(name);
    if (!files.has(path)) files.set(path, { tests: 0, failed: 0, stderr: '' });
    return files.get(path);
  };
  for await (const { type, data } of source) {
    switch (type) {
      case 'test:enqueue':
        if (!isFile(data)) waiting.set(keyOf(data), data);
        break;
      case 'test:dequeue':
        if (!isFile(data)) record({ kind: 'running', file: inWorkspace(data.file), name: data.name, line: data.line });
        break;
      case 'test:start':
        names.length = data.nesting;
        names[data.nesting] = data.name;
        break;
      case 'test:stderr':
        if (data.file) {
          const file = fileOf(data.file);
          file.stderr = (file.stderr + data.message).slice(-8000);
        }
        yield data.message;
        break;
      case 'test:stdout':
        yield data.message;
        break;
      case 'test:diagnostic': {
        const late = LATE.exec(data.message);
        if (late) record({ kind: 'late', name: late[1], file: inWorkspace(late[2]), line: Number(late[3]), message: clipped(data.message) });
        else if (/^(Error|Warning): /.test(data.message)) record({ kind: 'late', message: clipped(data.message) });
        yield `# ${data.message}\n`;
        break;
      }
      case 'test:pass':
      case 'test:fail': {
        const passed = type === 'test:pass';
        if (isFile(data)) {
          const file = fileOf(data.file);
          file.told = true;
          record({
            kind: 'file', file: inWorkspace(data.file), tests: file.tests, failed: file.failed, passed,
            stderr: clipped(file.stderr, 8000), exitCode: data.details?.error?.exitCode ?? null, durationMs: data.details?.duration_ms,
          });
          break;
        }
        waiting.delete(keyOf(data));
        names.length = data.nesting;
        const path = [...names, data.name];
        const failed = passed ? undefined : failure(data.details?.error);
        const suite = data.details?.type === 'suite';
        const file = fileOf(data.file);
        if (!suite) file.tests += 1;
        if (!passed) file.failed += 1;
        yield `${'  '.repeat(data.nesting)}${passed ? 'ok' : 'not ok'} ${data.name}${failed ? `: ${failed.message}` : ''}\n`;
        if (suite && (passed || failed.kind === 'subtestsFailed')) break;
        record({
          kind: 'test', path, file: inWorkspace(data.file), line: data.line, passed, suite,
          skip: data.skip !== undefined && data.skip !== false, todo: data.todo !== undefined && data.todo !== false,
          durationMs: data.details?.duration_ms, ...(failed ? { failure: failed } : {}),
        });
        break;
      }
      default:
    }
  }
  for (const test of waiting.values()) {
    record({ kind: 'unfinished', file: inWorkspace(test.file), name: test.name, line: test.line });
  }
  // A file whose tests have reported gets no event of its own.
  for (const [path, file] of files) {
    if (!file.told) record({ kind: 'file', file: inWorkspace(path), tests: file.tests, failed: file.failed, passed: file.failed === 0, stderr: '', exitCode: null });
  }
  record({ kind: 'end' });
}
