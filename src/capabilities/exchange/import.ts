import type { GateReport, Library } from '../interfaces.ts';
import type { Capability, CapabilityDraft } from '../types.ts';
import type { Archive, ArchivedTool } from './read-archive.ts';
import { incoming, save, stopped, takeBeside, type Admit, type ImportDeps, type Imported, type Taking } from './taking.ts';

export type { Admit, ImportDeps, Imported };

/**
 * Takes the tools of an archive into a library, each by itself: one that is refused leaves the others as they are. Every version passes the gate of this
 * machine before it is written, whatever evidence the archive has.
 *
 * There is no renaming where a name is taken by another tool: the name is the function's, in the code and in what calls it. Import into another folder of
 * tools in its place.
 */
export async function importTools(archive: Archive, library: Library, admit: Admit, deps: ImportDeps): Promise<Imported[]> {
  const taking: Taking = { library, admit, deps, origin: { by: 'import', reason: `imported from ${archive.signer}` } };
  const done: Imported[] = [];
  for (const each of archive.tools) {
    deps.signal?.throwIfAborted();
    const here = await library.read(each.tool.name);
    done.push(await (here ? takeBeside(taking, each.tool, here) : takeNew(taking, each)));
  }
  return done;
}

async function takeNew(taking: Taking, { tool, history }: ArchivedTool): Promise<Imported> {
  const { name, version, status, standing } = tool;
  const draft = incoming(taking, tool);
  const report = await taking.admit(draft);
  if (!report.ok) return { name, version, ok: false, why: stopped(report) };
  const { kept, left } = await admitted(taking, history);
  for (const each of [...kept, { version, draft, report }]) await save(taking, each.draft, each.version, each.report);
  // What its author says not to use any more is not to be used here either.
  if (status !== 'active') await taking.library.update(name, { status, ...(standing && { standing }) });
  return { name, version, ok: true, why: left.length === 0 ? 'new' : `new; of its history ${left.join(', ')} did not pass the gate and ${left.length === 1 ? 'is' : 'are'} left out` };
}

/** A version that may be written. */
interface AdmittedVersion {
  version: string;
  draft: CapabilityDraft;
  report: GateReport;
}

/** Those of the history that pass: going back to one must not bring what was never tested here. */
async function admitted(taking: Taking, history: readonly Capability[]): Promise<{ kept: AdmittedVersion[]; left: string[] }> {
  const [kept, left]: [AdmittedVersion[], string[]] = [[], []];
  for (const earlier of history) {
    const draft = incoming(taking, earlier);
    const report = await taking.admit(draft);
    if (report.ok) kept.push({ version: earlier.version, draft, report });
    else left.push(earlier.version);
  }
  return { kept, left };
}
