import { deprecate, exportTools, importTools, optimise, report, restore, rollback, run, seed, test } from '../library/acting.ts';
import type { LibraryCommand, LibraryFlags } from '../library/grammar.ts';
import { history, list, search, show, stats, suggest, type Action } from '../library/reading.ts';
import { configFor, recordingOf } from '../settings.ts';
import { sayProgress } from '../terminal.ts';

/** Each command with what it does; the grammar names them. */
export const ACTIONS: Readonly<Record<LibraryCommand, Action>> = {
  list, show, search, run, test, history, rollback, deprecate, restore, export: exportTools, import: importTools, seed, stats, suggest, report, optimise,
};

/** `untilgreen library COMMAND`: the result goes to stdout, progress to stderr. */
export async function library(command: LibraryCommand, words: readonly string[], options: LibraryFlags): Promise<number> {
  const files = recordingOf(options);
  const config = await configFor(options);
  const { openCapabilities } = await import('../../capabilities/engine.ts');
  const capabilities = await openCapabilities({ config, ...files, ...(!options.quiet && !options.json && { onProgress: sayProgress }) });
  try {
    return await ACTIONS[command](capabilities, words, options);
  } finally {
    await capabilities.close();
  }
}
