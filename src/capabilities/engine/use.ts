import { randomUUID } from 'node:crypto';
import { distance } from 'fastest-levenshtein';
import { UntilgreenError } from '../../core/errors.ts';
import { canonicalJson } from '../../core/hash.ts';
import type { CallOptions, GateReport } from '../interfaces.ts';
import { reliabilityOf, verdictOf } from '../life/reliability.ts';
import { standingOf } from '../life/standing.ts';
import { useTool } from '../run/run.ts';
import type { Capability, JsonObject, UseResult } from '../types.ts';
import type { Admission } from './admitted.ts';
import type { Shared } from './open.ts';

export interface UseOptions extends CallOptions {
  version?: string;
  request?: string;
}

/** Uses that count for how reliable a tool is: older ones weigh next to nothing. */
const LOOKED_AT = 200;

/**
 * Calls one tool and remembers the use. In its first uses a result is worked out twice, in two processes, and has to be the same.
 *
 * @throws `not_found` with near names; `tool_failed` for a tool that does not pass the gate, with the gate that stopped it
 */
export async function callTool(shared: Shared, admission: Admission, name: string, args: JsonObject, options: UseOptions = {}): Promise<{ tool: Capability; result: UseResult }> {
  const entry = await shared.library.read(name, options.version);
  if (!entry) throw await unknown(shared, name, options.version);
  const passed = await admission.admitted(entry.tool, options);
  if ('refused' in passed) throw notAdmitted(entry.tool, passed.refused);
  const { tool } = passed;
  const catalogue = await shared.catalogue();
  const before = (await catalogue.uses({ name: tool.name, limit: LOOKED_AT })).filter(({ version }) => version === tool.version);
  const deps = { sandbox: await shared.sandbox(), ...(options.signal ? { signal: options.signal } : {}) };
  const probation = reliabilityOf(before, new Date()).probation;
  const [first, second] = await Promise.all([useTool(tool, args, deps), probation ? useTool(tool, args, deps) : undefined]);
  const result: UseResult = second && telling(second) !== telling(first) ? { ok: false, kind: 'bad_result', ms: first.ms, message: `Called twice with the same arguments it gave ${telling(first).slice(0, 200)} and ${telling(second).slice(0, 200)}.` } : first;
  await catalogue.addUse({ id: randomUUID(), name: tool.name, version: tool.version, request: options.request ?? null, arguments: args, result, wrong: false });
  if (verdictOf({ result, wrong: false }) === 'failure') await judge(shared, tool);
  return { tool, result };
}

const telling = (result: UseResult): string => (result.ok ? canonicalJson(result.result) : result.kind);

/** After a failure: is it still a tool to be relied on. */
async function judge(shared: Shared, tool: Capability): Promise<void> {
  const catalogue = await shared.catalogue();
  const uses = await catalogue.uses({ name: tool.name, limit: LOOKED_AT });
  // Of no requests nothing is archived: whether it is wanted is looked at elsewhere.
  const standing = standingOf(tool, uses, { requests: 0 }, new Date(), { archiveDays: shared.config.settings.capabilities.archive_days });
  if (!standing || standing.status === tool.status) return;
  await shared.library.update(tool.name, { status: standing.status, standing: { reason: standing.reason, since: new Date().toISOString() } });
  shared.emit('tool_standing', { tool: tool.name, status: standing.status, reason: standing.reason }, 'warn');
  shared.changed();
}

/** A tool that is not there, with those whose names are near. */
export async function unknown(shared: Shared, name: string, version?: string): Promise<UntilgreenError> {
  const { tools, broken } = await shared.library.list();
  const torn = broken.find((one) => one.name === name);
  if (torn) return new UntilgreenError('bad_arguments', `The tool ${name} cannot be read: ${torn.problem}`, { name, folder: torn.folder }, 'Mend the file, or take it back from version control.');
  if (version !== undefined && tools.some(({ tool }) => tool.name === name || tool.aliases.includes(name))) {
    const known = (await shared.library.versions(name)).map((one) => one.version);
    return new UntilgreenError('not_found', `There is no version ${version} of ${name}.`, { name, version }, `There are ${known.join(', ')}.`);
  }
  const near = tools.map(({ tool }) => tool.name).filter((other) => distance(other, name) <= Math.max(2, name.length / 3) || other.includes(name)).slice(0, 3);
  return new UntilgreenError('not_found', `There is no tool ${name} in ${shared.library.directory}.`, { name, near }, near.length > 0 ? `Did you mean ${near.join(', ')}?` : '`untilgreen library list` shows those that are there.');
}

export function notAdmitted(tool: Capability, report: GateReport): UntilgreenError {
  return new UntilgreenError('tool_failed', `${tool.name} ${tool.version} does not pass the gate "${report.stoppedBy}": ${report.gates.at(-1)?.says ?? ''}.`, { name: tool.name, gate: report.stoppedBy }, `See \`untilgreen library test ${tool.name}\`.`);
}
