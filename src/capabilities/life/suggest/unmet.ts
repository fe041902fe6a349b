import type { Suggestion } from '../../interfaces.ts';
import type { Capability, Impossible } from '../../types.ts';
import { alikeByWords, groupsOf, SAME_WISH } from './alike.ts';
import type { PastAsk, Usage } from './types.ts';

/** Times that a wish comes before a tool for it is suggested. */
export const OFTEN = 3;

interface Wish {
  description: string;
  name?: string;
  why: string;
}

/** Needs that came again and again and that no tool served: as requests of their own, or as steps of others. The most frequent first. */
export function unmetWishes({ asks, tools, alike = alikeByWords }: Usage): Suggestion[] {
  const groups = groupsOf(asks.flatMap(wishesOf), ({ description }) => description, alike).filter(({ length }) => length >= OFTEN);
  const served = (wish: Wish): boolean => tools.some((tool) => tool.status === 'active' && serves(tool, wish, alike));
  return groups
    .toSorted((a, b) => b.length - a.length)
    .filter(([first]) => !served(first!))
    .map((group): Suggestion => {
      const { description, name } = group.find((wish) => wish.name !== undefined) ?? group[0]!;
      return { kind: 'make', ...(name === undefined ? {} : { name }), description, why: `wanted ${group.length} times: ${group.at(-1)!.why}` };
    });
}

function wishesOf({ request, outcome, impossible, steps }: PastAsk): Wish[] {
  if (outcome === 'cancelled') return [];
  const open = steps.filter(({ tool }) => tool === undefined);
  const why = outcome === 'impossible' && impossible ? REASONS[impossible] : 'no tool could be made';
  if (open.length > 0) return open.map(({ description, name }) => ({ description, name, why }));
  return steps.length === 0 && outcome !== 'answered' ? [{ description: request, why }] : [];
}

/** What a refusal means for a tool that could still help. */
const REASONS: Readonly<Record<Impossible, string>> = {
  needs_network: 'it needs the network; a tool could work on data that is handed to it',
  needs_secret: 'it needs a secret; a tool could work on data that is handed to it',
  needs_files: 'it needs files; a tool could work on their text',
  acts_on_the_world: 'it acts on the world; a tool could prepare what is to be done',
  not_a_computation: 'it is not a computation; a tool could do the part that is',
  unclear: 'what is wanted was not clear',
};

/** Does a tool do what is wished, by its name or its words. */
export const serves = ({ name, aliases, description }: Capability, wish: { name?: string; description: string }, alike: (a: string, b: string) => number): boolean =>
  (wish.name !== undefined && (name === wish.name || aliases.includes(wish.name))) || alike(description, wish.description) >= SAME_WISH;
