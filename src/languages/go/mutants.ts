import type { Mutant } from '../types.ts';
import { askReader } from './syntax.ts';

/** Mutants of a file without a number: enough to judge a test, few enough to run them all. */
const DEFAULT_LIMIT = 20;

/**
 * Small changes that a good test notices, spread over the lines before a line gets a second one. Whether one compiles is known for sure only
 * when it runs: the types of other files are not looked at. None for a file that does not parse, or without Go.
 */
export async function mutants(source: string, lines?: number[], limit = DEFAULT_LIMIT): Promise<Mutant[]> {
  const answer = await askReader<{ mutants: Mutant[] }>('mutants', { source, lines: lines ?? [], limit });
  return answer?.mutants ?? [];
}
