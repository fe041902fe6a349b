import type { Capability, Status, UseRecord } from '../types.ts';
import { reliabilityOf, unreliable } from './reliability.ts';

const DAY_MS = 86_400_000;
/** Base of the logarithm below which a tool is hardly used: TroVE (Wang et al., arXiv 2401.12869) trims its toolbox so. */
const BASE = 20;

/** Uses of the version that is current. */
export const usesOfVersion = (tool: Pick<Capability, 'name' | 'version'>, uses: readonly UseRecord[]): UseRecord[] => uses.filter(({ name, version }) => name === tool.name && version === tool.version);
/** Uses of any version, also under its other names. */
export const usesOfTool = (tool: Pick<Capability, 'name' | 'aliases'>, uses: readonly UseRecord[]): UseRecord[] => uses.filter(({ name }) => name === tool.name || tool.aliases.includes(name));

/**
 * What a tool's status should become; undefined where it may stay. Active ones are deprecated when they are unreliable, and archived, deprecated ones too,
 * when nobody wants them: used less often than log20 of all requests, and neither made nor used for `archiveDays`. Nothing is ever deleted, and nothing
 * becomes active here: that takes a new version or a person.
 *
 * @param uses of any tools; those of this one are picked out
 */
export function standingOf(
  tool: Capability, uses: readonly UseRecord[], totals: { requests: number }, now: Date, settings: { archiveDays: number },
): { status: Status; reason: string } | undefined {
  if (tool.status === 'archived') return undefined;
  const why = tool.status === 'active' ? unreliable(reliabilityOf(usesOfVersion(tool, uses), now)) : undefined;
  if (why !== undefined) return { status: 'deprecated', reason: why };
  return unwanted(tool, usesOfTool(tool, uses), totals.requests, now, settings.archiveDays);
}

function unwanted(tool: Capability, uses: readonly UseRecord[], requests: number, now: Date, days: number): { status: Status; reason: string } | undefined {
  // With fewer requests than the base, less than one use would be asked of it: that nobody came says nothing yet.
  if (requests < BASE || uses.length >= Math.log(requests) / Math.log(BASE)) return undefined;
  const last = Math.max(Date.parse(tool.made.at), ...uses.map(({ at }) => Date.parse(at)));
  const idle = Math.floor((now.getTime() - last) / DAY_MS);
  if (idle < days) return undefined;
  return { status: 'archived', reason: `used ${times(uses.length)} in ${requests} requests, and not for ${idle} days` };
}

const times = (count: number): string => (count === 1 ? 'once' : count === 0 ? 'never' : `${count} times`);
