import { UntilgreenError } from '../../core/errors.ts';
import type { Capability, CapabilityDraft } from '../types.ts';
import { compareContracts } from './contracts.ts';

/** Version of a tool that is new. */
export const FIRST_VERSION = '1.0.0';

export type VersionKind = 'patch' | 'minor' | 'major';

/**
 * Which version a draft becomes. Patch: the same contract, and all old cases hold. Minor: a contract that takes all that the old one took (new optional
 * parameters, wider types, fewer errors) and gives no more, and all old cases hold. Major: anything else, another language too, for tools that call it have its code in theirs.
 *
 * @param oldCasesHold every case of the version before holds for the draft's code
 * @param taken versions that there are already: after going back to an earlier one the next number may be among them
 * @example nextVersion(tool, draft, true) // { version: '1.0.1', kind: 'patch', why: 'the same contract, and all old cases hold' }
 */
export function nextVersion(before: Capability, draft: CapabilityDraft, oldCasesHold: boolean, taken: readonly string[] = []): { version: string; kind: VersionKind; why: string } {
  const { kind, why } = kindOf(before, draft, oldCasesHold);
  let version = bump(before.version, kind);
  while (taken.includes(version)) version = bump(version, kind);
  return { version, kind, why };
}

type Compared = Pick<CapabilityDraft, 'language' | 'parameters' | 'returns' | 'errors'>;

function kindOf(before: Compared, draft: Compared, oldCasesHold: boolean): { kind: VersionKind; why: string } {
  if (before.language !== draft.language) return { kind: 'major', why: `it is written in ${draft.language}, not in ${before.language}` };
  const change = compareContracts(before, draft);
  if (change.kind === 'other') return { kind: 'major', why: change.why };
  if (!oldCasesHold) return { kind: 'major', why: 'an old case does not hold any more' };
  return change.kind === 'same' ? { kind: 'patch', why: 'the same contract, and all old cases hold' } : { kind: 'minor', why: change.why };
}

/** The version after one. @throws `bad_arguments` for a text that is no version */
export function bump(version: string, kind: VersionKind): string {
  const [major, minor, patch] = numbersOf(version);
  if (kind === 'major') return `${major + 1}.0.0`;
  return kind === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

/** Below 0 where the first comes before the second. @throws `bad_arguments` for a text that is no version */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  return left[0] - right[0] || left[1] - right[1] || left[2] - right[2];
}

export const majorOf = (version: string): number => numbersOf(version)[0];

function numbersOf(version: string): [number, number, number] {
  const match = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/.exec(version);
  if (!match) throw new UntilgreenError('bad_arguments', `'${version}' is no version.`, { version }, 'Expected three numbers with dots between: 1.0.0.');
  return [Number(match[1]), Number(match[2]), Number(match[3])];
}
