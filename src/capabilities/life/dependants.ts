import { UntilgreenError } from '../../core/errors.ts';
import { dependantsOf, relink as relinkWithCurrent } from '../compose/dependants.ts';
import type { GateReport } from '../interfaces.ts';
import type { Capability, CapabilityDraft } from '../types.ts';
import type { Admit, Save } from './effects.ts';
import { majorOf, nextVersion } from './versions.ts';

/** What became of a tool that calls one that changed. */
export type Retested =
  /** It has the new code in it, and passed the gate with it. */
  | { name: string; outcome: 'relinked'; tool: Capability }
  /** It stays with the code that it has, which works as it did. */
  | { name: string; outcome: 'pinned'; why: string; report?: GateReport };

export interface RetestDeps {
  /** Default: the one of the room that links. */
  relink?(tool: Capability, tools: readonly Capability[]): Promise<CapabilityDraft | undefined>;
  /** With `vouched`: its own code is the one that was admitted before. */
  admit: Admit;
  save: Save;
  /** Numbers of all versions of a tool. */
  taken?(name: string): Promise<readonly string[]>;
}

/**
 * After a tool changed: those that call it, also through others, are linked anew and pass the gate again. Who passes becomes a patch; who does not stays
 * pinned to the code that it has, and so do its own callers as far as they reach the change through it. A new major version is another contract: nobody is moved to it without being written anew.
 *
 * @param changed as it is now
 * @param tools current versions, the changed one among them or not
 * @returns one for each that calls it, in the order in which they were tested
 */
export async function retestDependants(changed: Capability, tools: readonly Capability[], deps: RetestDeps): Promise<Retested[]> {
  const current = new Map([...tools, changed].map((tool) => [tool.name, tool]));
  const told: Retested[] = [];
  for (const { name } of dependantsOf(changed.name, [...current.values()])) {
    const tool = current.get(name)!;
    if (tool.status === 'archived') continue;
    const result = await retest(tool, current, deps);
    if (!result) continue;
    told.push(result);
    if (result.outcome === 'relinked') current.set(name, result.tool);
  }
  return told;
}

async function retest(tool: Capability, current: ReadonlyMap<string, Capability>, { relink = relinkWithCurrent, admit, save, taken }: RetestDeps): Promise<Retested | undefined> {
  const { name } = tool;
  const other = tool.uses.find((use) => majorOf(current.get(use.name)?.version ?? use.version) !== majorOf(use.version));
  if (other) return { name, outcome: 'pinned', why: `it calls ${other.name} ${other.version}, and ${current.get(other.name)!.version} is another contract` };
  let draft: CapabilityDraft | undefined;
  try {
    draft = await relink(tool, [...current.values()]);
  } catch (thrown) {
    // The new code does not fit into its file: what it has goes on working.
    if (thrown instanceof UntilgreenError && (thrown.code === 'bad_arguments' || thrown.code === 'not_found')) return { name, outcome: 'pinned', why: thrown.message };
    throw thrown;
  }
  if (!draft) return undefined;
  const report = await admit(draft, [draft.code]);
  if (!report.ok) return { name, outcome: 'pinned', why: report.gates.find(({ ok }) => !ok)?.says ?? 'the gate refused it', report };
  const { version } = nextVersion(tool, draft, true, await taken?.(name));
  return { name, outcome: 'relinked', tool: await save({ ...draft, cases: report.cases }, version, report.evidence) };
}
