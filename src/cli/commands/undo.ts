import { join } from 'node:path';
import { dataDir } from '../../config/paths.ts';
import { EXIT } from '../../core/errors.ts';
import { TOOL_RUN } from '../../tools/copies.ts';
import { undoable } from '../../workspace/undo.ts';
import { projectDirectory } from '../directory.ts';
import { withEngine } from '../job.ts';
import { findRun } from '../runs.ts';
import { configFor } from '../settings.ts';
import { colors, print, printJson } from '../terminal.ts';
import { clean, cut, oneLine, plural } from '../view/text.ts';

/** `untilgreen undo [dir] --list`: what can be taken back, the newest first; without a directory, of all of them. */
export async function listUndoable(dir: string | undefined, options: { json?: boolean }): Promise<number> {
  const directory = dir === undefined ? undefined : await projectDirectory(dir);
  const { env } = await configFor({}, directory);
  const changes = await undoable(join(dataDir(env), 'journals'), directory);
  if (options.json) printJson(changes, 2);
  else if (changes.length === 0) print('Nothing to take back.');
  for (const { run, created, files, directory: where } of options.json ? [] : changes) {
    print(`${run}  ${created.slice(0, 16).replace('T', ' ')}  ${plural(files.length, 'file')}: ${cut(clean(files.join(', ')), 60)}  ${colors.dim(oneLine(where))}`);
  }
  return EXIT.green;
}

/** `untilgreen undo [dir]`: takes back the last applied change of a directory, or that of a run. */
export async function undo(dir: string | undefined, options: { run?: string; force?: boolean; json?: boolean }): Promise<number> {
  const directory = options.run === undefined || dir !== undefined ? await projectDirectory(dir) : undefined;
  const result = await withEngine(await configFor({}, directory), {}, async (engine) => {
    // Calls of a single tool are journaled without being runs of the store.
    const runId = options.run === undefined || options.run.startsWith(TOOL_RUN) ? options.run : (await findRun(engine, options.run)).id;
    return engine.undo({ directory, runId, force: options.force });
  });
  if (options.json) printJson(result, 2);
  else {
    print(`Took back run ${result.run}: ${plural(result.files.length, 'file')}.`);
    for (const file of result.files) print(`  ${file.action} ${clean(file.path)}`);
  }
  return EXIT.green;
}
