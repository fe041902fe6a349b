import { readFileSync } from 'node:fs';
import { EXIT, UntilgreenError } from '../core/errors.ts';
import { reportError } from './report-error.ts';

/**
 * Runs one command line and resolves to its exit code. Never rejects: every error becomes one line on stderr.
 *
 * @param args  the words after the command's name
 */
export async function main(args: readonly string[]): Promise<number> {
  let exitCode: number = EXIT.green;
  try {
    const { buildProgram } = await import('./program.ts');
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };
    const program = buildProgram(version, (code) => (exitCode = code));
    const { prepare } = await import('./grammar-errors.ts');
    prepare(program);
    if (args.length === 0) {
      program.outputHelp();
      return EXIT.usage;
    }
    await program.parseAsync(args as string[], { from: 'user' });
    return exitCode;
  } catch (error) {
    return reportError(error, args);
  }
}

/** Its answer did not arrive: to end with 0 would let an empty file pass for it. */
function reportLost(cause: NodeJS.ErrnoException): number {
  // Not as JSON: that would go where nothing can be written.
  return reportError(new UntilgreenError('internal', `The output could not be written: ${cause.message.replace(/, write$/, '')}.`, { reason: cause.code }, 'Make room where it goes to, or send it elsewhere; then start the command again.', { cause }), []);
}

// "Unsettled top-level await", of the exit codes that https://nodejs.org/api/process.html lists.
const UNSETTLED = 13;

/**
 * `main` as a process: nothing that is left running keeps it alive, and a reader that has gone away (`| head`) ends it
 * quietly. Output that cannot be written is an error; so is a promise that nobody can settle any more. Both end with the code of `internal`, 1.
 */
export async function start(args: readonly string[]): Promise<void> {
  let lost: NodeJS.ErrnoException | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.green);
    lost ??= error;
  });
  process.once('exit', (code) => {
    // Node's code for a program that waits for what can no longer happen; it would end without a word.
    if (code !== UNSETTLED && process.exitCode !== UNSETTLED) return;
    process.exitCode = reportError(new UntilgreenError('internal', 'The command ended before its work was done: nothing was left that it could wait for.', {}, 'Start it again; a run goes on where it was with `untilgreen resume`. Please report this.'), args);
  });
  const exitCode = await main(args);
  // What a full disk did not take is told some ticks after it was written.
  process.stdout.write('', () => process.stderr.write('', () => setTimeout(() => process.exit(lost && exitCode === EXIT.green ? reportLost(lost) : exitCode))));
}
