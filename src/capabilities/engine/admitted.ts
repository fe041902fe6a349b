import { UntilgreenError } from '../../core/errors.ts';
import { admit } from '../gate/admit.ts';
import type { CallOptions, Entry, GateReport } from '../interfaces.ts';
import { draftOf, runnerOf } from '../life/effects.ts';
import { nextVersion } from '../life/versions.ts';
import { meetsCase } from '../run/meets.ts';
import type { Capability, CapabilityDraft } from '../types.ts';
import type { Shared } from './open.ts';

/** Passes tools through the gate that were not admitted on this machine, one at a time for each content. */
export interface Admission {
  /** The tool as it may be used, or why it may not. */
  admitted(tool: Capability, options?: CallOptions): Promise<{ tool: Capability } | { refused: GateReport }>;
  /** The gate, whatever was found before. */
  again(entry: Entry, options?: CallOptions): Promise<{ tool: Capability; report: GateReport }>;
}

export function admissionOf(shared: Shared): Admission {
  const underWay = new Map<string, Promise<{ tool: Capability; report: GateReport }>>();

  /** A person stands for what lies in the folder: it is admitted by everything but the agreement of others. */
  async function pass({ tool, edited }: Entry, { signal, emit = shared.emit }: CallOptions): Promise<{ tool: Capability; report: GateReport }> {
    const { library, config } = shared;
    emit('verifying', { tool: tool.name, implementations: 1 });
    const { tools } = await library.list();
    const draft = draftOf(tool, tool.made);
    const report = await admit({
      draft, candidates: [], vouched: true, tools: tools.map((entry) => entry.tool).filter(({ name }) => name !== tool.name), product: shared.product,
      mutationScore: config.settings.capabilities.mutation_score, sandbox: await shared.sandbox(), ...(signal ? { signal } : {}),
      // What lies there twice was put there by somebody.
      only: ['contract', 'safety', 'visible_cases', 'hidden_cases', 'properties', 'determinism', 'mutation', 'cold_run'],
      onGate: ({ gate, ok, says, ms }) => emit('gate', { tool: tool.name, gate, ok, says, ms }, ok ? 'info' : 'warn'),
    });
    const catalogue = await shared.catalogue();
    if (!report.ok) return { tool, report };
    if (!edited && report.cases.length === tool.cases.length) {
      await catalogue.setEvidence(tool.name, report.evidence);
      return { tool, report };
    }
    const saved = await saveNext(shared, tool, draft, report, edited);
    shared.changed();
    return { tool: saved, report };
  }

  const admission: Admission = {
    again(entry, options = {}) {
      const key = `${entry.tool.name} ${entry.tool.hash}`;
      const running = underWay.get(key) ?? pass(entry, options).finally(() => underWay.delete(key));
      underWay.set(key, running);
      return running;
    },
    async admitted(tool, options) {
      // The history has the version as it was admitted; the folder may hold it edited.
      const current = await shared.library.read(tool.name);
      const entry = current?.tool.hash === tool.hash ? current : await shared.library.read(tool.name, tool.version);
      if (!entry) throw new UntilgreenError('not_found', `The tool ${tool.name} is no longer there.`, { name: tool.name });
      const evidence = entry.edited ? undefined : await (await shared.catalogue()).evidenceOf(entry.tool.hash);
      if (evidence) return { tool: entry.tool };
      const { tool: passed, report } = await admission.again(entry, options);
      return report.ok ? { tool: passed } : { refused: report };
    },
  };
  return admission;
}

/** An edited tool becomes a version after the one that was admitted; one that never was keeps the version that it says. */
async function saveNext(shared: Shared, tool: Capability, draft: CapabilityDraft, report: GateReport, edited: boolean): Promise<Capability> {
  const { library } = shared;
  const last = await library.read(tool.name, tool.version);
  const before = last && !last.edited && last.tool.hash !== report.evidence.hash ? last.tool : undefined;
  const taken = (await library.versions(tool.name)).map(({ version }) => version);
  const version = before ? nextVersion(before, draft, await holds(shared, draft, before), taken).version : tool.version;
  const made = before || edited ? { ...draft.made, at: new Date().toISOString(), by: 'hand' as const, ...(before ? { parent: before.version, reason: 'edited by hand' } : {}) } : draft.made;
  const saved = await library.save({ ...draft, made, cases: report.cases }, version, report.evidence);
  await (await shared.catalogue()).setEvidence(saved.name, report.evidence);
  return saved;
}

/** Does a draft meet all cases of the version before it, those that were taken out too. */
async function holds(shared: Shared, draft: CapabilityDraft, before: Capability): Promise<boolean> {
  const rows = await runnerOf({ sandbox: await shared.sandbox() })(draft, [draft.code], before.cases.map((one) => one.arguments));
  return before.cases.every((one, at) => meetsCase(one, rows[0]![at]!));
}
