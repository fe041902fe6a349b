import { canonicalJson } from '../../core/hash.ts';
import type { GateReport, Library } from '../interfaces.ts';
import { meetsCase } from '../run/meets.ts';
import type { Capability, CapabilityDraft, JsonObject, JsonSchema, ToolCase, UseResult } from '../types.ts';
import { draftOf, type Admit, type RunCodes, type Save } from './effects.ts';
import { fieldsOf } from './schemas.ts';
import { nextVersion } from './versions.ts';

/** Requests that a tool keeps, see `Capability.requests`. */
export const REQUESTS = 3;

export interface MergeInput {
  /** The one that stays. */
  kept: Capability;
  /** Registered, or just written: it does the same, as the gate found. */
  duplicate: CapabilityDraft;
  /** Numbers of the other versions of the kept one. */
  taken?: readonly string[];
  run: RunCodes;
  /** With `vouched`: the code is the one that was admitted before. */
  admit: Admit;
  save: Save;
  update: Library['update'];
  now?: () => Date;
}

export type MergeResult =
  /** `added`: cases of the other one that are its own now. `report`: of the gate, where there were any; one that refused them leaves the tool without. */
  | { outcome: 'merged'; tool: Capability; added: number; report?: GateReport }
  /** It does otherwise on a case of the other one: they are not the same, and nothing was changed. */
  | { outcome: 'differs'; failing: ToolCase; got: UseResult };

/**
 * Makes one tool of two that do the same: the kept one is found by the name of the other too, and by the requests that it served, and has to meet its cases
 * from now on. The other one's folder is its caller's to archive; tools that call it have its code in theirs.
 */
export async function mergeDuplicate(input: MergeInput): Promise<MergeResult> {
  const { kept, duplicate, run, admit, save, update } = input;
  const known = new Set(kept.cases.map((one) => canonicalJson(one.arguments)));
  const fresh = duplicate.cases.map((one) => translated(one, duplicate, kept)).filter((one) => !known.has(canonicalJson(one.arguments)));
  const [row] = await run(kept, [kept.code], fresh.map((one) => one.arguments));
  const failing = fresh.findIndex((one, at) => !meetsCase(one, row![at]!));
  if (failing >= 0) return { outcome: 'differs', failing: fresh[failing]!, got: row![failing]! };
  const names = {
    aliases: unique([...kept.aliases, duplicate.name, ...duplicate.aliases]).filter((name) => name !== kept.name),
    requests: unique([...kept.requests, ...duplicate.requests]).slice(0, REQUESTS),
  };
  const report = fresh.length === 0 ? undefined : await admit(draftWith(input, fresh, names), [kept.code]);
  if (!report?.ok) return { outcome: 'merged', tool: await update(kept.name, names), added: 0, ...(report ? { report } : {}) };
  const draft = { ...draftWith(input, fresh, names), cases: report.cases };
  return { outcome: 'merged', tool: await save(draft, nextVersion(kept, draft, true, input.taken).version, report.evidence), added: fresh.length, report };
}

function draftWith({ kept, duplicate, now = () => new Date() }: MergeInput, fresh: readonly ToolCase[], names: Pick<Capability, 'aliases' | 'requests'>): CapabilityDraft {
  return { ...draftOf(kept, { at: now().toISOString(), by: kept.made.by, parent: kept.version, reason: `it does what ${duplicate.name} does, and meets its cases` }), ...names, cases: [...kept.cases, ...fresh] };
}

/** A case of one tool as a case of another: arguments by their place. Classes of exceptions are those of a language. */
function translated(one: ToolCase, from: CapabilityDraft, to: Capability): ToolCase {
  const error = one.error !== undefined && from.language !== to.language ? true : one.error;
  return { ...one, arguments: renamed(one.arguments, from.parameters, to.parameters), ...(error === undefined ? {} : { error }) };
}

function renamed(args: JsonObject, from: JsonSchema, to: JsonSchema): JsonObject {
  const names = Object.keys(fieldsOf(to));
  return Object.fromEntries(Object.keys(fieldsOf(from)).flatMap((name, at) => (args[name] === undefined ? [] : [[names[at] ?? name, args[name]]])));
}

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
