import type { GateReport } from '../../interfaces.ts';
import { contentHash } from '../../library/hash.ts';
import { meetsCase } from '../../run/meets.ts';
import type { Capability, CapabilityDraft, Contract } from '../../types.ts';
import type { Admit, RunCodes, Save } from '../effects.ts';
import { aTool } from './tools.prop.ts';

/** The gate with its two plainest gates: the cases hold, and so many candidates meet them. */
export const plainGate = (run: RunCodes, voices = 3): Admit => async (draft, candidates): Promise<GateReport> => {
  const rows = await run(draft as CapabilityDraft & Contract, candidates, draft.cases.map((one) => one.arguments));
  const meeting = rows.filter((row) => draft.cases.every((one, at) => meetsCase(one, row[at]!))).length;
  const own = draft.cases.every((one, at) => meetsCase(one, rows[candidates.indexOf(draft.code)]![at]!));
  const gates = [
    { gate: 'visible_cases' as const, ok: own, says: own ? 'all hold' : 'one does not hold', data: {}, ms: 0 },
    ...(own ? [{ gate: 'agreement' as const, ok: meeting >= voices, says: `${meeting} meet the cases`, data: {}, ms: 0 }] : []),
  ];
  const stopped = gates.find(({ ok }) => !ok);
  return { ok: !stopped, gates, ...(stopped ? { stoppedBy: stopped.gate } : {}), cases: draft.cases, evidence: { hash: contentHash(draft), at: draft.made.at, product: 'test', gates } };
};

/** Keeps versions in memory, as the library keeps them in folders. */
export function shelf(): { versions: Capability[]; save: Save } {
  const versions: Capability[] = [];
  return {
    versions,
    save: (draft, version) => {
      const tool = aTool({ ...draft, version });
      versions.push(tool);
      return Promise.resolve(tool);
    },
  };
}
