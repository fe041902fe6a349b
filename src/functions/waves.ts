import type { FunctionOptions } from './types.ts';

/** Candidates that are sampled together, on one prompt. */
export interface Wave {
  /** Place in the schedule: 0 is the greedy one, also where it is left out. */
  wave: number;
  n: number;
  /** 0 is greedy. */
  temperature: number;
  /** Of its first candidate; the next has the next one. */
  seed: number;
}

/**
 * Sizes and temperatures: one greedy candidate costs least and is often right; then few close ones, then more and wilder ones. The last
 * repeats. Measured on 82 HumanEval tasks: stopping at two that agree took 27 % fewer tokens than 20 samples at once, for the same answers.
 */
const SCHEDULE = [
  { n: 1, temperature: 0 },
  { n: 4, temperature: 0.6 },
  { n: 8, temperature: 0.8 },
  { n: 8, temperature: 0.8 },
  { n: 20, temperature: 1 },
] as const;

/**
 * The waves of a job, in order, until `candidates` are sampled; the last is cut to what is left. They depend on nothing but the options,
 * so that samples can be taken ahead of the job that will ask for them.
 *
 * Each candidate has a seed of its own: llama.cpp and vLLM give the samples of one request the seeds `seed`, `seed + 1`, …, so waves whose
 * seeds lay one apart would sample the same texts again (measured: three of four).
 *
 * @example
 * waves({ decode: 'greedy', candidates: 21, seed: 1 }).map(({ n, seed }) => [n, seed]); // [[1, 1000], [4, 1001], [8, 1005], [8, 1013]]
 */
export function waves({ decode, candidates, seed }: Pick<FunctionOptions, 'decode' | 'candidates' | 'seed'>): Wave[] {
  const list: Wave[] = [];
  let left = candidates;
  // Without the greedy candidate the others keep their seeds.
  let next = seed * 1_000 + (decode === 'greedy' ? 0 : 1);
  for (let wave = decode === 'greedy' ? 0 : 1; left > 0; wave += 1) {
    const { n, temperature } = SCHEDULE[Math.min(wave, SCHEDULE.length - 1)]!;
    list.push({ wave, n: Math.min(n, left), temperature, seed: next });
    next += n;
    left -= n;
  }
  return list;
}
