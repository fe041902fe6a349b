import type { Engine } from '../agent/types.ts';
import { UntilgreenError } from '../core/errors.ts';
import type { RunRow } from '../store/types.ts';

/** How far back the beginning of an id is looked for. */
const LOOK_BACK = 1_000;

/**
 * The run that a word names: its id, the beginning of one, or `last`.
 * Errors: `run_unknown`, `usage` when a beginning fits several.
 */
export async function findRun(engine: Engine, word: string): Promise<RunRow> {
  const rows = await engine.history({ limit: LOOK_BACK });
  const exact = word === 'last' ? rows[0] : rows.find((row) => row.id === word);
  if (exact) return exact;
  const beginning = rows.filter((row) => row.id.toLowerCase().startsWith(word.toLowerCase()));
  const [first, second] = beginning;
  if (first && !second) return first;
  if (first) {
    throw new UntilgreenError('usage', `${word} fits ${beginning.length} runs.`, { runs: beginning.map((row) => row.id) }, `Give more of the id: ${beginning.slice(0, 4).map((row) => row.id).join(', ')}.`);
  }
  throw new UntilgreenError('run_unknown', rows.length === 0 ? 'There are no runs yet.' : `There is no run ${word}.`, { run: word }, '`untilgreen history` lists them.');
}
