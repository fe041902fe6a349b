import type { Suggestion } from '../../interfaces.ts';
import { alikeByWords } from './alike.ts';
import { serves } from './unmet.ts';
import type { Usage } from './types.ts';

/** Archived tools for which somebody has asked since. */
export function wantedAgain({ asks, tools, alike = alikeByWords }: Usage): Suggestion[] {
  return tools.filter(({ status }) => status === 'archived').flatMap((tool): Suggestion[] => {
    const since = Date.parse(tool.standing?.since ?? tool.made.at);
    const wanting = asks.filter(({ at, request, steps }) => Date.parse(at) > since && [{ description: request }, ...steps].some((wish) => serves(tool, wish, alike)));
    if (wanting.length === 0) return [];
    const times = wanting.length === 1 ? 'once' : `${wanting.length} times`;
    return [{ kind: 'existing', name: tool.name, description: tool.description, why: `archived, and wanted ${times} since; it can be restored` }];
  });
}
