import { z } from 'zod';
import { UntilgreenError } from '../../core/errors.ts';
import { openLines } from './lines.ts';
import type { Lines } from './lines.ts';
import type { JobOptions, SuiteDeps } from './one.ts';
import { runOne, settingsOf } from './one.ts';
import type { SuiteTask, TaskResult } from './types.ts';

const count = z.int().min(0);
const resultLine = z.strictObject({
  task: z.string(), lang: z.enum(['python', 'javascript', 'typescript', 'go']), fn: z.string(), seed: z.int(), settings: z.string(), model: z.string(),
  answered: z.boolean(), solved: z.boolean(), confidence: z.number(), band: z.enum(['high', 'medium', 'low']), ended: z.string(), reason: z.string(),
  tried: count, passers: count, inputTokens: z.number().nullable(), outputTokens: z.number().nullable(), requests: count, seconds: z.number(),
  greedy: z.boolean().nullable(), samples: count, right: count,
}) satisfies z.ZodType<TaskResult>;

export interface SuiteOptions {
  seeds: readonly number[];
  job: JobOptions;
  /** Samples of each task that are judged for pass@k, besides the greedy one. Default 0. */
  measure?: number;
  /** Jobs at a time. Default 2. */
  jobs?: number;
  /** File of results, a JSON line for each finished job: those that stand in it are not run again. */
  out?: string;
  /** Called as each job ends; `again` when its result was in the file. */
  onResult?: (result: TaskResult, place: { done: number; of: number; again: boolean }) => void;
}

/**
 * Runs every task with every seed and returns the results in that order. It may be killed at any moment: started again with the same file it
 * goes on with the jobs that have no line there.
 *
 * @throws what is wrong with the model or the sandbox; `replay_missing` when `out` is a file of something else; `cancelled`
 */
export async function runSuite(tasks: readonly SuiteTask[], options: SuiteOptions, deps: SuiteDeps): Promise<TaskResult[]> {
  const { seeds, job, measure = 0, jobs = 2, out } = options;
  const file = out === undefined ? undefined : resultsFile(out);
  try {
    const model = deps.sampler.describe().model;
    const work = seeds.flatMap((seed) => tasks.map((task) => ({ task, seed })));
    const nameOf = (task: string, seed: number, settings: string): string => `${settings} ${seed} ${task}`;
    const before = new Map(((file?.before ?? []) as TaskResult[]).map((result) => [nameOf(result.task, result.seed, result.settings), result]));
    const results: TaskResult[] = [];
    let done = 0;
    const tell = (result: TaskResult, again: boolean): void => options.onResult?.(result, { done: (done += 1), of: work.length, again });
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, ...(deps.signal ? [deps.signal] : [])]);
    const queue = [...work.entries()];
    const lane = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [place, { task, seed }] = next;
        signal.throwIfAborted();
        const kept = before.get(nameOf(task.id, seed, settingsOf(task, model, job, measure)));
        const result = kept ?? (await runOne(task, seed, job, measure, { ...deps, signal }));
        results[place] = result;
        if (!kept) file?.append(result);
        tell(result, kept !== undefined);
      }
    };
    await Promise.all(
      Array.from({ length: Math.max(1, Math.min(jobs, work.length)) }, () =>
        lane().catch((error: unknown) => {
          stop.abort(error); // the other jobs end too, and the first reason is told
          throw error;
        }),
      ),
    );
    return results;
  } catch (error) {
    if (deps.signal?.aborted) throw new UntilgreenError('cancelled', 'Cancelled; the finished tasks are kept where --out was given.', {}, undefined, { cause: error });
    throw error;
  } finally {
    file?.close();
  }
}

function resultsFile(path: string): Lines {
  return openLines(path, resultLine, (line, cause) =>
    new UntilgreenError('replay_missing', `${path} is no file of results (line ${line}).`, { path, line }, 'Give a new file, or one that --out has written.', { cause }));
}
