import { isDeepStrictEqual } from 'node:util';
import type { Entry, GateReport, Library, RunDeps } from '../interfaces.ts';
import { contractHash } from '../library/hash.ts';
import { draftOf } from '../life/effects.ts';
import { nextVersion } from '../life/versions.ts';
import { meetsCase, runCases } from '../run/run.ts';
import type { Capability, CapabilityDraft, Evidence, GateName, Origin } from '../types.ts';

/** Passes a draft through the gate of this machine; with names through these gates alone. */
export type Admit = (draft: CapabilityDraft, only?: readonly GateName[]) => Promise<GateReport>;

/** What taking tools in needs besides the gate. */
export interface ImportDeps extends RunDeps {
  /** Told of each version that was written, with what the gate measured. */
  saved?(tool: Capability, evidence: Evidence): Promise<void>;
}

/** What became of one tool. */
export interface Imported {
  name: string;
  version: string;
  /** It is in the library now. */
  ok: boolean;
  why: string;
}

/** Where tools are taken into, and by what. */
export interface Taking {
  library: Library;
  admit: Admit;
  deps: ImportDeps;
  /** What a version says of how it came to be; the rest is what it said before. */
  origin: Pick<Origin, 'by' | 'reason'>;
}

/** Writes a version that passed the gate. */
export async function save({ library, deps }: Taking, draft: CapabilityDraft, version: string, { cases, evidence }: Pick<GateReport, 'cases' | 'evidence'>): Promise<void> {
  const saved = await library.save({ ...draft, cases }, version, evidence);
  await deps.saved?.(saved, evidence);
}

/** The draft of a tool as it comes in. */
export const incoming = ({ origin }: Taking, tool: Capability, parent?: string): CapabilityDraft =>
  draftOf(tool, { ...tool.made, ...origin, ...(parent !== undefined && { parent }), at: new Date().toISOString() });

/**
 * Takes in a tool whose name is taken. With the same code, contract and cases, now or in the history, nothing happens; where the tool that comes keeps the contract and
 * the cases of the one that is here, it becomes its next version; anything else is refused, since callers of the name would get another tool.
 */
export async function takeBeside(taking: Taking, tool: Capability, here: Entry): Promise<Imported> {
  const { library, admit, deps } = taking;
  const { name, version } = tool;
  const refused = (why: string): Imported => ({ name, version, ok: false, why });
  if (here.tool.name !== name) return refused(`'${name}' is another name of ${here.tool.name} here`);
  if (isSame(here.tool, tool)) return { name, version: here.tool.version, ok: true, why: 'already there' };
  const versions = await library.versions(name);
  const earlier = versions.find(({ hash }) => hash === tool.hash);
  if (earlier) return { name, version: here.tool.version, ok: true, why: `already there: it is ${earlier.version} in the history of ${here.tool.version}` };
  if (here.edited) return refused(`${name} was edited here since it was admitted; run \`untilgreen library test ${name}\` first`);
  const next = nextVersion(here.tool, tool, await holdsCases(tool, here.tool, deps), versions.map((each) => each.version));
  if (next.kind === 'major') return refused(`there is another ${name} here, ${here.tool.version}, whose place it cannot take: ${next.why}; take it into another folder of tools`);
  const draft = incoming(taking, tool, here.tool.version);
  // Cases of both stay for good.
  const all = { ...draft, cases: united(draft, here.tool) };
  const report = await admit(all);
  if (!report.ok) return refused(stopped(report));
  await save(taking, all, next.version, report);
  return { name, version: next.version, ok: true, why: `the next version of ${here.tool.version}: ${next.why}` };
}

/** Why the gate refused, in a line. */
export function stopped({ stoppedBy, gates, duplicateOf }: GateReport): string {
  if (duplicateOf !== undefined) return `${duplicateOf} does the same`;
  return `stopped by the gate ${stoppedBy}: ${gates.find(({ gate }) => gate === stoppedBy)?.says ?? ''}`;
}

/** The gate may have added cases here, so hashes differ for what is the same. */
function isSame(here: Capability, tool: Capability): boolean {
  if (here.hash === tool.hash) return true;
  return here.language === tool.language && here.code === tool.code && contractHash(here) === contractHash(tool) && tool.cases.every((one) => here.cases.some((other) => isDeepStrictEqual(one, other)));
}

async function holdsCases(tool: Capability, here: Capability, deps: RunDeps): Promise<boolean> {
  if (tool.language !== here.language) return false;
  const { language, signature, name, code } = tool;
  const [report] = await runCases({ language, signature, name, codes: [code], cases: here.cases.map((one) => one.arguments), contract: tool, ...deps });
  return !report!.problem && here.cases.every((one, at) => meetsCase(one, report!.results[at]!));
}

function united(draft: CapabilityDraft, here: Capability): Capability['cases'] {
  const known = new Set(draft.cases.map((one) => JSON.stringify(one.arguments)));
  return [...draft.cases, ...here.cases.filter((one) => !known.has(JSON.stringify(one.arguments)))];
}
