import type { Mutant } from '../types.ts';
import { ask, isUnparsable } from './service.ts';

/** Mutants of a file without a number: enough to judge a test, few enough to run them all. */
const DEFAULT_LIMIT = 20;

/** Small changes that a good test notices, in the order of the file; none for a file that does not parse. */
export async function mutants(source: string, lines?: number[], limit = DEFAULT_LIMIT): Promise<Mutant[]> {
  const answer = await ask<{ mutants: Mutant[] }>('mutants', source, { ...(lines ? { lines } : {}), limit });
  if (!answer || isUnparsable(answer)) return [];
  const mark = source.startsWith('\uFEFF') ? '\uFEFF' : '';
  return answer.mutants.map((mutant) => ({ ...mutant, content: mark + mutant.content }));
}
