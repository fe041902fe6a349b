import type { Suggestion } from '../../interfaces.ts';
import { OFTEN } from './unmet.ts';
import type { Usage } from './types.ts';

/** Tools that are often called one after the other for one request, and that no tool calls both: one tool could do it in one step. */
export function usedTogether({ asks, tools }: Usage): Suggestion[] {
  const pairs = new Map<string, { first: string; second: string; requests: number }>();
  for (const { steps, outcome } of asks) {
    if (outcome !== 'answered') continue;
    const used = steps.flatMap(({ tool }) => tool ?? []);
    const seen = new Set(used.slice(1).map((second, at) => JSON.stringify([used[at], second])));
    for (const key of seen) {
      const [first, second] = JSON.parse(key) as [string, string];
      const pair = pairs.get(key) ?? { first, second, requests: 0 };
      pair.requests += 1;
      if (first !== second) pairs.set(key, pair);
    }
  }
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const isJoined = (first: string, second: string): boolean => tools.some(({ uses }) => [first, second].every((name) => uses.some((use) => use.name === name)));
  return [...pairs.values()]
    .filter(({ first, second, requests }) => requests >= OFTEN && byName.has(first) && byName.has(second) && !isJoined(first, second))
    .toSorted((a, b) => b.requests - a.requests)
    .map(({ first, second, requests }): Suggestion => ({
      kind: 'make',
      description: `${byName.get(first)!.description} Then, with its result: ${byName.get(second)!.description}`,
      why: `${first} and ${second} were used one after the other in ${requests} requests`,
    }));
}
