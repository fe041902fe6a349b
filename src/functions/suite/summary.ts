import type { Estimate } from './estimate.ts';
import { estimate, passAtK } from './estimate.ts';
import type { TaskResult } from './types.ts';

const KS = [1, 5, 10, 20] as const;

/** Below this distance of pass@20 from pass@1 there is next to nothing to choose from, and no share of it means anything. */
const INCONCLUSIVE = 0.05;

export interface Summary {
  model: string;
  tasks: number;
  seeds: number[];
  /** Answers that pass the hidden tests, among all jobs. */
  solved: Estimate;
  solvedBySeed: { seed: number; solved: number }[];
  /** The first greedy candidate alone; like the others below only of measured jobs. */
  greedy?: Estimate;
  /** Of the samples that are not greedy. */
  passAt: { k: number; estimate: Estimate }[];
  /** `(solved - greedy) / (pass@20 - greedy)`; undefined where the two lie too near to each other to tell. */
  ofTheWay?: number;
  inconclusive: boolean;
  /** Answers that passed every trusted example and fail the hidden tests, among all jobs. */
  wrongButGreen: Estimate;
  /** Right answers among the answers of a band, against what was said of them. */
  calibration: { band: TaskResult['band']; answers: number; right: number; said: number }[];
  /** Of one job, on average; undefined where the server did not count. */
  outputTokens?: number;
  inputTokens?: number;
  seconds: number;
}

/** Figures of a suite from the results of its jobs; there must be one. */
export function summarise(results: readonly TaskResult[]): Summary {
  const seeds = [...new Set(results.map(({ seed }) => seed))].toSorted((a, b) => a - b);
  const byTask = new Map<string, TaskResult[]>();
  for (const result of results) byTask.set(result.task, [...(byTask.get(result.task) ?? []), result]);
  const over = (value: (result: TaskResult) => number | undefined): Estimate | undefined =>
    estimate([...byTask.values()].map((group) => group.map(value).filter((each) => each !== undefined)));
  const solved = over((result) => Number(result.solved))!;
  const greedy = over(({ greedy: right }) => (right === null ? undefined : Number(right)));
  const passAt = KS.flatMap((k) => {
    const found = over(({ samples, right }) => passAtK(samples, right, k));
    return found ? [{ k, estimate: found }] : [];
  });
  const best = passAt.at(-1);
  const room = greedy && best ? best.estimate.mean - greedy.mean : undefined;
  return {
    model: results[0]!.model,
    tasks: byTask.size,
    seeds,
    solved,
    solvedBySeed: seeds.map((seed) => ({ seed, solved: mean(results.filter((result) => result.seed === seed).map((result) => Number(result.solved))) })),
    ...(greedy ? { greedy } : {}),
    passAt,
    ...(greedy && room !== undefined && room >= INCONCLUSIVE ? { ofTheWay: (solved.mean - greedy.mean) / room } : {}),
    inconclusive: room !== undefined && room < INCONCLUSIVE,
    wrongButGreen: over((result) => Number(result.answered && !result.solved))!,
    calibration: (['high', 'medium', 'low'] as const).map((band) => {
      const answers = results.filter((result) => result.answered && result.band === band);
      return { band, answers: answers.length, right: answers.filter((result) => result.solved).length, said: answers.length === 0 ? 0 : mean(answers.map(({ confidence }) => confidence)) };
    }),
    ...known('outputTokens', results),
    ...known('inputTokens', results),
    seconds: mean(results.map(({ seconds }) => seconds)),
  };
}

const mean = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0) / values.length;

function known<K extends 'outputTokens' | 'inputTokens'>(figure: K, results: readonly TaskResult[]): Partial<Record<K, number>> {
  const counts = results.map((result) => result[figure]).filter((count) => count !== null);
  return counts.length === results.length ? ({ [figure]: Math.round(mean(counts)) } as Partial<Record<K, number>>) : {};
}
