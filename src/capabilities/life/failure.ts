import { canonicalJson } from '../../core/hash.ts';
import { meetsCase } from '../run/meets.ts';
import type { Capability, Json, ToolCase, UseResult } from '../types.ts';
import { agreeing, AGREEING } from './agree.ts';
import type { RunCodes } from './effects.ts';
import { shrink } from './shrink.ts';

/** A call that went wrong. With neither result nor error nobody has said what it should have given: only that it must not fail. */
export type Failure = Pick<ToolCase, 'arguments' | 'result' | 'error'>;

/** Has somebody said what is right? */
export const isKnown = ({ result, error }: Failure): boolean => result !== undefined || error !== undefined;

/** Is a result right, as far as is known: what was said; else a result at all, or an error that the contract declares. */
export function isRight(failure: Failure, got: UseResult): boolean {
  return isKnown(failure) ? meetsCase({ ...failure, from: 'failure' }, got) : got.ok || got.kind === 'declared_error';
}

/**
 * The same failure with the smallest arguments that show it. Only one that shows without a right answer can be made smaller: what a wrong result
 * should have been is known for the arguments that somebody called wrong, and for no others.
 */
export async function smallest(tool: Capability, failure: Failure, got: UseResult, run: RunCodes): Promise<Failure> {
  // Each wave of calls that do not end would take minutes.
  if (isKnown(failure) || got.ok || got.kind === 'timeout') return failure;
  const alike = (result: UseResult): boolean => !result.ok && result.kind === got.kind && result.error === got.error;
  const fails = async (some: readonly Failure['arguments'][]): Promise<boolean[]> => (await run(tool, [tool.code], some))[0]!.map(alike);
  return { arguments: await shrink(failure.arguments, { parameters: tool.parameters, fails }) };
}

/**
 * What three or more independent codes, and more than half of all, make of the call: that is taken for right where nobody knows. Undefined where they part,
 * and where they agree on failing.
 */
export async function agreedCase(tool: Capability, failure: Failure, codes: readonly string[], run: RunCodes): Promise<ToolCase | undefined> {
  const rows = await run(tool, codes, [failure.arguments]);
  const most = agreeing(rows)[0] ?? [];
  if (most.length < AGREEING || 2 * most.length <= codes.length) return undefined;
  const result = rows[most[0]!]![0]!;
  if (result.ok) return { arguments: failure.arguments, result: result.result, from: 'failure' };
  return result.kind === 'declared_error' ? { arguments: failure.arguments, error: result.error ?? true, from: 'failure' } : undefined;
}

/**
 * The cases with a new one, and those that say otherwise about the same call. Somebody saw what came out and says what it should have been, so other
 * cases give way, unless a user stated them.
 */
export function withCase(cases: readonly ToolCase[], added: ToolCase): { cases: ToolCase[]; against: ToolCase[] } {
  const same = cases.filter((one) => canonicalJson(one.arguments) === canonicalJson(added.arguments));
  const against = same.filter((one) => !saysTheSame(one, added));
  const kept = cases.filter((one) => !against.includes(one));
  return { cases: same.length > against.length ? kept : [...kept, added], against };
}

function saysTheSame(a: ToolCase, b: ToolCase): boolean {
  if (a.error !== undefined || b.error !== undefined) return a.error === b.error || (a.error !== undefined && b.error !== undefined && (a.error === true || b.error === true));
  return meetsCase(a, { ms: 0, ok: true, result: b.result ?? null });
}

/** A failure in a line, for whoever mends it. */
export function describeFailure(failure: Failure, got: UseResult): string {
  const call = `called with ${JSON.stringify(failure.arguments)}`;
  const gave = got.ok ? `it gives ${shown(got.result)}` : `it fails: ${got.error === undefined ? '' : `${got.error}: `}${got.message}`;
  const wanted = failure.error === undefined ? (failure.result === undefined ? '' : `; it should give ${shown(failure.result)}`) : `; it should raise ${failure.error === true ? 'an error' : failure.error}`;
  return `${call} ${gave}${wanted}`;
}

const shown = (value: Json): string => {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 299)}…` : text;
};
