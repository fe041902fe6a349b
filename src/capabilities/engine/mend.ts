import { canonicalJson } from '../../core/hash.ts';
import type { CallOptions, MakeResult } from '../interfaces.ts';
import { isKnown, type Failure } from '../life/failure.ts';
import { runnerOf } from '../life/effects.ts';
import { reliabilityOf } from '../life/reliability.ts';
import { repairTool, type RepairResult } from '../life/repair.ts';
import { usesOfVersion } from '../life/standing.ts';
import { reconsider } from '../synthesis/test.ts';
import { durableJob } from './durable-job.ts';
import type { Admission } from './admitted.ts';
import type { Shared } from './open.ts';
import { unknown } from './use.ts';
import { renewDependants, workshop } from './workshop.ts';

/** A failing use becomes a case, and the tool is mended: by a new version, else by an earlier one that is right. */
export async function mendTool(shared: Shared, admission: Admission, name: string, failure: Failure, options: CallOptions): Promise<MakeResult> {
  const entry = await shared.library.read(name);
  if (!entry) throw await unknown(shared, name);
  const { tool } = entry;
  const catalogue = await shared.catalogue();
  const request = `${tool.name} ${tool.version} ${JSON.stringify(failure)}`;
  const result = await durableJob(shared, { kind: 'repair', request, input: {} }, options, async (job) => {
    job.emit('repairing', { tool: tool.name, why: `it is said to fail for ${JSON.stringify(failure.arguments)}` });
    const shop = await workshop(shared, admission, job, 'repair');
    const versions = await shared.library.versions(tool.name);
    const earlier = (await Promise.all(versions.filter(({ version }) => version !== tool.version).map(({ version }) => shared.library.read(tool.name, version)))).flatMap((one) => (one ? [one.tool] : []));
    const uses = usesOfVersion(tool, await catalogue.uses({ name: tool.name }));
    const wrong = async (): Promise<void> => {
      // The database keeps names of arguments in an order of its own.
      const known = (await catalogue.uses({ name: tool.name, limit: 100 })).find((use) => canonicalJson(use.arguments) === canonicalJson(failure.arguments));
      if (known) await catalogue.markWrong(known.id);
    };
    const value: RepairResult = await repairTool({
      ...shop, tool, failure, earlier, probation: reliabilityOf(uses, new Date()).probation, run: runnerOf({ sandbox: await shared.sandbox(), signal: job.signal }),
      goBack: (to, reason) => shared.library.setCurrent(tool.name, to.version, reason),
      deprecate: (of, reason) => shared.library.update(of.name, { status: 'deprecated', standing: { reason, since: new Date().toISOString() } }),
      expected: (contract, args) => reconsider(contract, args, shop.tester),
    }).catch(async (error: unknown) => {
      // Nobody could mend it, and that is no reason to forget what was said of it.
      await wrong();
      throw error;
    });
    // What it gives already was no failure of it.
    if (value.outcome !== 'not_reproduced') await wrong();
    if (value.outcome !== 'repaired' && value.outcome !== 'not_reproduced') shared.changed();
    if (value.outcome === 'repaired' || value.outcome === 'rolled_back') await renewDependants(shared, value.tool, shop, job);
    return { value, outcome: value.outcome, output: { tool: value.tool.name, version: value.tool.version } };
  });
  return told(result);
}

function told(result: RepairResult): MakeResult {
  const { tool } = result;
  switch (result.outcome) {
    case 'repaired':
      return { ok: true, tool, made: true, gates: result.report.gates };
    case 'rolled_back':
      return { ok: true, tool, made: false, gates: result.report?.gates ?? [] };
    case 'not_reproduced':
      if (isKnown(result.failure)) return { ok: true, tool, made: false, gates: [] };
      return { ok: false, reason: `${tool.name} ${tool.version} does not fail there${result.result.ok ? `, but gives ${JSON.stringify(result.result.result)}` : ''}. Say what is right, if that is not.`, gates: [] };
    case 'contradicted':
      return { ok: false, reason: `A case of ${tool.name} that a user stated says otherwise: ${JSON.stringify(result.by)}. Change it in cases.json, if it is wrong.`, gates: [] };
    case 'deprecated':
    case 'unrepaired':
      return { ok: false, reason: `${tool.name} could not be mended${result.outcome === 'deprecated' ? ' and is deprecated' : ''}: ${result.reason}`, gates: result.report?.gates ?? [], ...(result.report?.stoppedBy ? { stoppedBy: result.report.stoppedBy } : {}) };
  }
}
