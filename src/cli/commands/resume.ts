import { existsSync } from 'node:fs';
import { UntilgreenError } from '../../core/errors.ts';
import { job, withEngine } from '../job.ts';
import type { EngineFlags, OutputFlags } from '../program.ts';
import { findRun } from '../runs.ts';
import { configFor } from '../settings.ts';

/** `untilgreen resume [run]`: in the run's directory and with its configuration, wherever the user stands. */
export async function resume(word: string | undefined, options: EngineFlags & OutputFlags & { approve?: string[] }): Promise<number> {
  const here = await configFor(options);
  const row = await withEngine(here, {}, async (engine) => {
    if (word !== undefined) return findRun(engine, word);
    const rows = await engine.history({ directory: process.cwd(), limit: 50 });
    const open = rows.find((r) => r.status !== 'done') ?? rows.find((r) => r.outcome !== 'green');
    if (!open) throw new UntilgreenError('run_unknown', 'No run in this directory is waiting or was interrupted.', {}, '`untilgreen history` lists all runs.');
    return open;
  });
  if (!existsSync(row.directory)) throw new UntilgreenError('directory_missing', `The directory of run ${row.id} is gone: ${row.directory}.`, { path: row.directory });
  const config = row.directory === process.cwd() ? here : await configFor(options, row.directory);
  return job(config, options, row.request, (engine, face) => engine.resume(row.id, face, { approve: options.approve }));
}
