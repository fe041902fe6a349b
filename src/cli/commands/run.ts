import { goalOf, inDirectory } from '../goal.ts';
import { job } from '../job.ts';
import type { GoalOptions } from '../program.ts';
import { configFor } from '../settings.ts';

/** `untilgreen run [dir] "request"`. */
export async function run(words: readonly string[], options: GoalOptions): Promise<number> {
  const goal = await goalOf(words, options);
  const config = await configFor(options, goal.directory);
  return inDirectory(goal, () => job(config, options, goal.request, (engine, face) => engine.run(goal, face)));
}
