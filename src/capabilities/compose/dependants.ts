import { UntilgreenError } from '../../core/errors.ts';
import type { Capability, CapabilityDraft } from '../types.ts';
import { cycleIn, inOrder } from './graph.ts';
import { link, usesOf } from './link.ts';
import { plain, unlinked } from './section.ts';

/** The tools that call a tool, also through others, each behind those that it calls itself: the order in which they can be tested again. */
export function dependantsOf(name: string, tools: readonly Capability[]): Capability[] {
  const calls = callsOf(tools);
  const reaches = new Set<string>();
  for (let grown = true; grown; ) {
    const more = tools.filter((tool) => tool.name !== name && !reaches.has(tool.name) && calls(tool.name).some((other) => other === name || reaches.has(other)));
    for (const tool of more) reaches.add(tool.name);
    grown = more.length > 0;
  }
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return inOrder([...reaches], calls).map((each) => byName.get(each)!);
}

/** The way from a draft back to itself that saving it would make, by names; undefined where there is none. */
export function cycleWith(draft: Pick<CapabilityDraft, 'name' | 'uses'>, tools: readonly Capability[]): string[] | undefined {
  const calls = callsOf(tools);
  const own = draft.uses.map(({ name }) => name);
  return cycleIn([draft.name], (name) => (name === draft.name ? own : calls(name)));
}

/**
 * The draft of a tool with the current versions of those that it calls put in; undefined where it has them already.
 *
 * @throws `not_found` for one that is not there any more, else as `link`
 */
export async function relink(tool: Capability, tools: readonly Capability[]): Promise<CapabilityDraft | undefined> {
  const uses = tool.uses.map(({ name }) => {
    const found = tools.find((other) => other.name === name);
    if (!found) throw new UntilgreenError('not_found', `${tool.name} calls ${name}, and there is no such tool.`, { tool: tool.name, uses: name }, `Bring ${name} back, or write ${tool.name} without it.`);
    return found;
  });
  const code = await link(unlinked(tool.code), uses, tool.language);
  const changed = uses.filter((other, index) => plain(other.hash) !== plain(tool.uses[index]!.hash));
  if (changed.length === 0 && code === tool.code) return undefined;
  const { version, hash: _hash, contractHash: _contractHash, status: _status, standing: _standing, ...draft } = tool;
  const reason = `uses ${changed.map((other) => `${other.name} ${other.version}`).join(', ') || 'what its tools use now'}`;
  return { ...draft, code, uses: usesOf(uses), made: { ...tool.made, at: new Date().toISOString(), parent: version, reason } };
}

function callsOf(tools: readonly Capability[]): (name: string) => string[] {
  const calls = new Map(tools.map(({ name, uses }) => [name, uses.map((use) => use.name)]));
  return (name) => calls.get(name) ?? [];
}
