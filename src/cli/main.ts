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

// "Unsettled top-level await", of the exit codes that https://nodejs.org/api/process.html lists.
const UNSETTLED = 13;

/**
 * `main` as a process: nothing that is left running keeps it alive, and a reader that has gone away (`| head`) ends it
 * quietly. One that hangs on a promise nobody can settle any more says so and ends with the code of `internal`, 1.
 */
export async function start(args: readonly string[]): Promise<void> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT.green);
    throw error;
  });
  process.once('exit', (code) => {
    // Node's code for a program that waits for what can no longer happen; it would end without a word.
    if (code !== UNSETTLED && process.exitCode !== UNSETTLED) return;
    process.exitCode = reportError(new UntilgreenError('internal', 'The command ended before its work was done: nothing was left that it could wait for.', {}, 'Start it again; a run goes on where it was with `untilgreen resume`. Please report this.'), args);
  });
  const exitCode = await main(args);
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
}
