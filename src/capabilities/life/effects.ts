import { piecesIn } from '../compose/section.ts';
import type { GateReport, RunDeps } from '../interfaces.ts';
import { runCases } from '../run/run.ts';
import type { Capability, CapabilityDraft, Contract, Evidence, JsonObject, Origin, ToolCase, UseResult } from '../types.ts';

/** Runs codes of one contract on the same arguments: one row for each code. */
export type RunCodes = (contract: Contract, codes: readonly string[], args: readonly JsonObject[]) => Promise<UseResult[][]>;

/** What whoever writes code anew is told. Hidden cases are not among what is shown. */
export interface WriteRequest {
  contract: Contract;
  cases: ToolCase[];
  /** As it stands. */
  code: string;
  /** What is to be different, in words. */
  problem: string;
  /** From 1: the second time means that nothing came of the first. */
  round: number;
}
/** Gives whole modules, each a draw of its own. Whoever lets them call other tools links them before. */
export type Write = (request: WriteRequest) => Promise<string[]>;
/** The gate, with the library and all settings that it needs. */
export type Admit = (draft: CapabilityDraft, candidates: readonly string[]) => Promise<GateReport>;
/** Keeps a version and makes it the current one, active. */
export type Save = (draft: CapabilityDraft, version: string, evidence: Evidence) => Promise<Capability>;

/** The runner of a sandbox. A code that cannot be run crashes in every call. */
export const runnerOf = (deps: RunDeps): RunCodes => async (contract, codes, args) => {
  if (codes.length === 0 || args.length === 0) return codes.map(() => []);
  const { language, signature, name } = contract;
  const reports = await runCases({ language, signature, name, codes, cases: args, contract, ...deps });
  return reports.map(({ results }) => results);
};

/** A tool as a draft of its next version, with another code or the same. A code that carries the tools that were called no more calls them no more. */
export function draftOf(tool: Capability, made: Origin, code = tool.code): CapabilityDraft {
  const { version: _version, hash: _hash, contractHash: _contractHash, status: _status, standing: _standing, ...draft } = tool;
  const carried = new Set(code === tool.code ? tool.uses.map(({ name }) => name) : piecesIn(code).map(({ name }) => name));
  return { ...draft, code, uses: tool.uses.filter(({ name }) => carried.has(name)), made };
}
