import type { CallOptions, MakeResult } from '../interfaces.ts';
import { runnerOf } from '../life/effects.ts';
import { optimiseTool, type OptimiseResult } from '../life/optimise.ts';
import { measureWith } from '../life/timing/compare.ts';
import type { Admission } from './admitted.ts';
import { durableJob } from './durable-job.ts';
import type { Shared } from './open.ts';
import { unknown } from './use.ts';
import { renewDependants, workshop } from './workshop.ts';

/** Looks for a faster version of a tool: measured, and with the same behaviour. */
export async function fasterTool(shared: Shared, admission: Admission, name: string, options: CallOptions): Promise<MakeResult & { ratio?: number }> {
  const entry = await shared.library.read(name);
  if (!entry) throw await unknown(shared, name);
  const { tool } = entry;
  const result = await durableJob(shared, { kind: 'optimise', request: `${tool.name} ${tool.version}`, input: {} }, options, async (job) => {
    const shop = await workshop(shared, admission, job, 'optimise');
    const deps = { sandbox: await shared.sandbox(), signal: job.signal };
    const versions = await shared.library.versions(tool.name);
    const value: OptimiseResult = await optimiseTool({ ...shop, admit: shop.vouched, tool, taken: versions.map(({ version }) => version), run: runnerOf(deps), measure: measureWith(deps) });
    if (value.outcome === 'faster') await renewDependants(shared, value.tool, shop, job);
    return { value, outcome: value.outcome, output: { tool: tool.name } };
  });
  if (result.outcome === 'faster') return { ok: true, tool: result.tool, made: true, gates: result.report.gates, ratio: result.comparison.median };
  return { ok: false, reason: result.reason, gates: result.report?.gates ?? [], ...(result.report?.stoppedBy ? { stoppedBy: result.report.stoppedBy } : {}) };
}
