import { EXIT } from '../../core/errors.ts';
import { goalOf, inDirectory } from '../goal.ts';
import { withEngine, withFace } from '../job.ts';
import type { GoalOptions } from '../program.ts';
import { configFor } from '../settings.ts';
import { print, printJson } from '../terminal.ts';
import { clean, oneLine } from '../view/text.ts';

/**
 * `untilgreen plan [dir] "request"`: prints the plan and stops. With `--json` stdout holds the plan alone, in the form that
 * `run --plan FILE` takes; problems go to stderr, and exit 3.
 */
export async function plan(words: readonly string[], options: GoalOptions): Promise<number> {
  const goal = await goalOf(words, options);
  const config = await configFor(options, goal.directory);
  // Events would stand between the plan's lines: with --json none are printed.
  const view = options.json ? { ...options, json: false, quiet: true } : options;
  return inDirectory(goal, async () => {
    const result = await withEngine(config, options, (engine) => withFace(view, { request: goal.request }, (face) => engine.plan(goal, face)));
    for (const problem of result.problems) process.stderr.write(`untilgreen: ${oneLine(problem.step ? `step ${problem.step}: ${problem.message}` : problem.message)}\n`);
    if (options.json) printJson(result.plan, 2);
    else print(clean(result.text).trimEnd());
    return result.problems.length > 0 ? EXIT.planRefused : EXIT.green;
  });
}
