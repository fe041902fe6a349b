import { EXIT } from '../../core/errors.ts';
import { wholeNumber } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { withEngine } from '../job.ts';
import { configFor } from '../settings.ts';
import { colors, print, printJson } from '../terminal.ts';
import { cut, oneLine } from '../view/text.ts';

/** `untilgreen history [dir]`: past runs, the newest first. */
export async function history(dir: string | undefined, options: { limit: string; json?: boolean }): Promise<number> {
  const limit = wholeNumber('--limit', options.limit);
  const directory = dir === undefined ? undefined : await projectDirectory(dir);
  const rows = await withEngine(await configFor({}), {}, (engine) => engine.history({ directory, limit }));
  if (options.json) printJson(rows, 2);
  else if (rows.length === 0) print('No runs yet.');
  else {
    const width = Math.max(20, (process.stdout.columns || 120) - 64);
    for (const row of rows) {
      const state = row.status === 'done' ? (row.outcome ?? 'done') : row.status;
      const sign = state === 'green' ? colors.green(state.padEnd(12)) : colors.yellow(state.replaceAll('_', ' ').padEnd(12));
      print(`${row.id}  ${sign} ${row.created_at.slice(0, 16).replace('T', ' ')}  ${cut(oneLine(row.request), width)}  ${colors.dim(oneLine(row.directory))}`);
    }
  }
  return EXIT.green;
}
