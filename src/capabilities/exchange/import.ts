import { isDeepStrictEqual } from 'node:util';
import type { GateReport, Library, RunDeps } from '../interfaces.ts';
import { contractHash } from '../library/hash.ts';
import { draftOf } from '../life/effects.ts';
import { nextVersion } from '../life/versions.ts';
import { meetsCase, runCases } from '../run/run.ts';
import type { Capability, CapabilityDraft, Evidence, GateName } from '../types.ts';
import type { Archive, ArchivedTool } from './read-archive.ts';

/** Passes a draft through the gate of this machine; with names through these gates alone. */
export type Admit = (draft: CapabilityDraft, only?: readonly GateName[]) => Promise<GateReport>;

/** What taking tools in needs besides the gate. */
export interface ImportDeps extends RunDeps {
  /** Told of each version that was written, with what the gate measured here. */
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

/**
 * Takes the tools of an archive into a library, each by itself: one that is refused leaves the others as they are. Every version passes the gate of this
 * machine before it is written, whatever evidence the archive has.
 *
 * A name that is taken: with the same code, contract and cases nothing happens; where the tool that comes keeps the contract and the cases of
 * the one that is here, it becomes its next version, with the history of here; anything else is refused, since callers of the name would get another
 * tool. There is no renaming: the name is the function's, in the code and in what calls it. Import into another folder of tools in its place.
 */
export async function importTools(archive: Archive, library: Library, admit: Admit, deps: ImportDeps): Promise<Imported[]> {
  const done: Imported[] = [];
  for (const each of archive.tools) {
    deps.signal?.throwIfAborted();
    done.push(await importTool(each, archive.signer, library, admit, deps));
  }
  return done;
}

async function importTool({ tool, history }: ArchivedTool, signer: string, library: Library, admit: Admit, deps: ImportDeps): Promise<Imported> {
  const { name, version } = tool;
  const refused = (why: string): Imported => ({ name, version, ok: false, why });
  const save = async ({ version: at, draft, report: { cases, evidence } }: AdmittedVersion): Promise<void> => {
    const saved = await library.save({ ...draft, cases }, at, evidence);
    await deps.saved?.(saved, evidence);
  };
  const here = await library.read(name);
  const reason = `imported from ${signer}`;
  if (!here) {
    const report = await admit(imported(tool, { reason }));
    if (!report.ok) return refused(stopped(report));
    const { kept, left } = await admitted(history, reason, admit);
    for (const each of [...kept, { version, draft: imported(tool, { reason }), report }]) await save(each);
    // What its author says not to use any more is not to be used here either.
    if (tool.status !== 'active') await library.update(name, { status: tool.status, ...(tool.standing && { standing: tool.standing }) });
    return { name, version, ok: true, why: left.length === 0 ? 'new' : `new; of its history ${left.join(', ')} did not pass the gate and ${left.length === 1 ? 'is' : 'are'} left out` };
  }
  if (here.tool.name !== name) return refused(`'${name}' is another name of ${here.tool.name} here`);
  if (isSame(here.tool, tool)) return { name, version: here.tool.version, ok: true, why: 'already there' };
  if (here.edited) return refused(`${name} was edited here since it was admitted; run \`untilgreen library test ${name}\` first`);
  const { version: next, kind, why } = nextVersion(here.tool, tool, await holdsCases(tool, here.tool, deps), (await library.versions(name)).map((each) => each.version));
  if (kind === 'major') return refused(`there is another ${name} here, ${here.tool.version}, whose place it cannot take: ${why}; import it into another folder of tools`);
  const draft = imported(tool, { reason, parent: here.tool.version });
  // Cases of both stay for good.
  const all = { ...draft, cases: united(draft, here.tool) };
  const report = await admit(all);
  if (!report.ok) return refused(stopped(report));
  await save({ version: next, draft: all, report });
  return { name, version: next, ok: true, why: `the next version of ${here.tool.version}: ${why}` };
}

/** A version that may be written. */
interface AdmittedVersion {
  version: string;
  draft: CapabilityDraft;
  report: GateReport;
}

/** Those of the history that pass: going back to one must not bring what was never tested here. */
async function admitted(history: readonly Capability[], reason: string, admit: Admit): Promise<{ kept: AdmittedVersion[]; left: string[] }> {
  const [kept, left]: [AdmittedVersion[], string[]] = [[], []];
  for (const earlier of history) {
    const draft = imported(earlier, { reason });
    const report = await admit(draft);
    if (report.ok) kept.push({ version: earlier.version, draft, report });
    else left.push(earlier.version);
  }
  return { kept, left };
}

function imported(tool: Capability, origin: { reason: string; parent?: string }): CapabilityDraft {
  return draftOf(tool, { ...tool.made, ...origin, at: new Date().toISOString(), by: 'import' });
}

/** The gate may have added cases here, so hashes differ for what is the same. */
function isSame(here: Capability, tool: Capability): boolean {
  if (here.hash === tool.hash) return true;
  return here.language === tool.language && here.code === tool.code && contractHash(here) === contractHash(tool) && tool.cases.every((one) => here.cases.some((other) => isDeepStrictEqual(one, other)));
}

async function holdsCases(tool: Capability, here: Capability, deps: ImportDeps): Promise<boolean> {
  if (tool.language !== here.language) return false;
  const { language, signature, name, code } = tool;
  const [report] = await runCases({ language, signature, name, codes: [code], cases: here.cases.map((one) => one.arguments), contract: tool, ...deps });
  return !report!.problem && here.cases.every((one, at) => meetsCase(one, report!.results[at]!));
}

function united(draft: CapabilityDraft, here: Capability): Capability['cases'] {
  const known = new Set(draft.cases.map((one) => JSON.stringify(one.arguments)));
  return [...draft.cases, ...here.cases.filter((one) => !known.has(JSON.stringify(one.arguments)))];
}

function stopped({ stoppedBy, gates, duplicateOf }: GateReport): string {
  if (duplicateOf !== undefined) return `${duplicateOf} does the same`;
  return `stopped by the gate ${stoppedBy}: ${gates.find(({ gate }) => gate === stoppedBy)?.says ?? ''}`;
}
