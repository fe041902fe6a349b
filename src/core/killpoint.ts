import { appendFileSync } from 'node:fs';

let calls = 0;

/**
 * A testing aid: names a moment at which the process may die. It does nothing unless the environment holds
 * `UNTILGREEN_KILL_AT=<n>`; then the n-th call ends this process with SIGKILL, as `kill -9` would. With
 * `UNTILGREEN_KILL_LOG=<file>` each name is appended to that file first, so that a test can count the moments.
 *
 * @param name what is about to happen or has just happened, `apply.rename`
 * @example
 * killPoint('journal.rename');
 * renameSync(temporary, file);
 */
export function killPoint(name: string): void {
  const { UNTILGREEN_KILL_AT: at, UNTILGREEN_KILL_LOG: log } = process.env;
  if (at === undefined && log === undefined) return;
  calls += 1;
  if (log) appendFileSync(log, `${calls} ${name}\n`);
  if (at && calls === Number(at)) process.kill(process.pid, 'SIGKILL');
}
