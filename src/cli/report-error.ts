import { asError, EXIT, type UntilgreenError } from '../core/errors.ts';
import { fromCommander, isCommanderError } from './grammar-errors.ts';
import { messageLines } from './view/text.ts';

/** Commands whose last JSON line is an outcome; the others answer with `{ok: false, …}`. */
const WITH_OUTCOME = new Set(['run', 'resume', 'demo', 'fn', 'ask']);

/** Whether the words ask for JSON; `tool call` always answers in it. */
function wantsJson(args: readonly string[]): boolean {
  return args.includes('--json') || isToolCall(args);
}

function isToolCall(args: readonly string[]): boolean {
  return args[0] === 'tool' && args[1] === 'call';
}

/** The last line of `--json` for an error that ended a command. */
export function errorLine(error: UntilgreenError, command: string | undefined): Record<string, unknown> {
  if (!WITH_OUTCOME.has(command ?? '')) return { ok: false, code: error.code, message: error.message, exitCode: error.exitCode };
  const outcome = {
    run: null, outcome: error.code === 'cancelled' ? 'cancelled' : 'error', exitCode: error.exitCode, summary: error.message,
    error: { code: error.code, message: error.message },
  };
  return { timestamp: new Date().toISOString(), level: 'error', task_id: null, iteration: 0, phase: 'done', event: 'outcome', ...outcome, data: outcome };
}

/**
 * Says what went wrong on stderr, in one line unless the message has several, and in one line of JSON on stdout where that was
 * asked for; returns the exit code. `tool call` answers in JSON alone: a program reads it.
 */
export function reportError(thrown: unknown, words: readonly string[]): number {
  // What follows `--` is meant for a snippet.
  const end = words.indexOf('--');
  const args = end === -1 ? words : words.slice(0, end);
  const error = isCommanderError(thrown) ? fromCommander(thrown, args[0]) : asError(thrown);
  // Help that was asked for is a success; help in place of a missing word is not.
  if (!error) return isCommanderError(thrown) && thrown.exitCode !== 0 ? EXIT.usage : EXIT.green;
  if (!isToolCall(args)) process.stderr.write(`untilgreen: ${messageLines(error.message).join('\n  ')}\n`);
  if (args.includes('--verbose') || args.includes('-v')) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) process.stderr.write(`${cause.stack ?? cause.message}\n`);
  }
  if (wantsJson(args)) process.stdout.write(`${JSON.stringify(errorLine(error, args[0]))}\n`);
  return error.exitCode;
}
