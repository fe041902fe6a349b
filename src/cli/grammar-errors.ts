import type { Command, CommanderError } from 'commander';
import { EXIT, UntilgreenError } from '../core/errors.ts';

/** Makes commander throw in place of printing and exiting, for the command and everything below it. */
export function prepare(program: Command): void {
  const visit = (command: Command) => {
    command.exitOverride().configureOutput({ writeErr: (text) => void (text.startsWith('Usage:') && process.stderr.write(text)) }).showSuggestionAfterError(true);
    command.commands.forEach(visit);
  };
  visit(program);
}

/** Whether an error came from parsing the command line. */
export function isCommanderError(error: unknown): error is CommanderError {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('commander.');
}

/**
 * What commander found, as one of our errors; undefined when it showed help or the version and nothing is left to say.
 *
 * @param command  the first word, where there is one
 */
export function fromCommander(error: CommanderError, command?: string): UntilgreenError | undefined {
  if (error.exitCode === EXIT.green || error.code === 'commander.help') return undefined;
  const [first = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const suggestion = /\(Did you mean (.+?)\?\)/.exec(rest.join(' '))?.[1];
  const what = `${first.charAt(0).toUpperCase()}${first.slice(1)}${first.endsWith('.') ? '' : '.'}`;
  const request = /^unknown command '(.*\s.*)'/.exec(first)?.[1];
  return new UntilgreenError('usage', what, {}, nextOf(what, command, request, suggestion), { cause: error });
}

function nextOf(what: string, command: string | undefined, request: string | undefined, suggestion: string | undefined): string {
  if (request) return `Did you mean: untilgreen run ${JSON.stringify(request)}`;
  if (suggestion) return `Did you mean ${suggestion.replace(/^one of /, '')}?`;
  if (command === 'exec' && what.startsWith('Unknown option')) return 'What is meant for the snippet stands after --, as in `untilgreen exec FILE -- --verbose`; `untilgreen exec --help` lists the options.';
  if (what === "Missing required argument 'run'.") return '`untilgreen show last` shows the newest run, `untilgreen history` lists them.';
  return '`untilgreen --help` lists the commands, `untilgreen COMMAND --help` its options.';
}
