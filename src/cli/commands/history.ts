import { EXIT } from '../../core/errors.ts';
import { wholeNumber } from '../arguments.ts';
import { projectDirectory } from '../directory.ts';
import { withEngine } from '../job.ts';
import { configFor } from '../settings.ts';
import { goOn, standingOf, standingText, whatIsKnown } from '../standing.ts';
import { colors, print, printJson } from '../terminal.ts';
import { cut, oneLine } from '../view/text.ts';

/** `untilgreen history [dir]`: past runs, the newest first. */
export async function history(dir: string | undefined, options: { limit: string; json?: boolean }): Promise<number> {
  const limit = wholeNumber('--limit', options.limit);
  const directory = dir === undefined ? undefined : await projectDirectory(dir);
  const config = await configFor({});
  const rows = await withEngine(config, {}, (engine) => engine.history({ directory, limit }));
  const known = await whatIsKnown(config, rows);
  if (options.json) printJson(rows.map((row) => ({ ...row, ...standingOf(row, known) })), 2);
  else if (rows.length === 0) print('No runs yet.');
  else {
    const width = Math.max(20, (process.stdout.columns || 120) - 71);
    for (const row of rows) {
      const standing = standingOf(row, known);
      const label = standingText(standing).padEnd(18);
      const sign = standing.state === 'green' && standing.change !== 'undone' ? colors.green(label) : colors.yellow(label);
      print(`${row.id}  ${sign} ${row.created_at.slice(0, 16).replace('T', ' ')}  ${cut(oneLine(row.request), width)}  ${colors.dim(oneLine(row.directory))}`);
    }
    const open = rows.find((row) => goOn(row, standingOf(row, known)));
    if (open) print(`Go on: ${goOn(open, standingOf(open, known))}`);
  }
  return EXIT.green;
}
