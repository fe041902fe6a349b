import type { Suggestion } from '../interfaces.ts';
import { nearDuplicates } from './suggest/near-duplicates.ts';
import { usedTogether } from './suggest/together.ts';
import type { Usage } from './suggest/types.ts';
import { unmetWishes } from './suggest/unmet.ts';
import { wantedAgain } from './suggest/wanted-again.ts';

/**
 * What usage says would be wanted, the most useful first: archived tools that somebody asked for, needs that no tool served, tools that are used one
 * after the other, tools that could be one. No model is asked and nothing is run; `subsumed` finds what takes a run.
 */
export function suggestionsOf(usage: Usage, limit = 10): Suggestion[] {
  const again = wantedAgain(usage);
  // What an archived tool does need not be made.
  const archived = usage.tools.filter(({ name }) => again.some((one) => one.name === name)).map((tool) => ({ ...tool, status: 'active' as const }));
  const unmet = unmetWishes({ ...usage, tools: [...usage.tools, ...archived] });
  return [...again, ...unmet, ...usedTogether(usage), ...nearDuplicates(usage)].slice(0, limit);
}
