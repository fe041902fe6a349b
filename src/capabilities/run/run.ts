import { functionLanguage } from '../../languages/function/registry.ts';
import type { CandidateReport, FunctionLanguageName, Outcome, Problem } from '../../languages/function/types.ts';
import type { RunDeps } from '../interfaces.ts';
import type { Capability, Contract, JsonObject, UseResult } from '../types.ts';
import { callWith } from './call.ts';
import { type Promised, resultOf, unrunnable } from './result.ts';
import { schemasOf } from './schemas.ts';
import { signatureOf } from './signature.ts';

export { meetsCase } from './meets.ts';

/** Milliseconds that one call may take where nothing else is said: a tool computes, and somebody waits for it. */
export const CASE_MS = 5_000;

export interface CasesRequest extends RunDeps {
  language: FunctionLanguageName;
  signature: string;
  name: string;
  codes: readonly string[];
  /** Arguments of the calls. */
  cases: readonly JsonObject[];
  /** Default `CASE_MS`. */
  caseMs?: number;
  /** What the contract says besides; default: the schemas of the signature, and no error declared. */
  contract?: Partial<Pick<Contract, 'parameters' | 'returns' | 'errors'>>;
}

/** What one code made of the cases. */
export interface CodeReport {
  /** Set when no case could run: it does not compile, defines no such function, … */
  problem?: Problem;
  /** One for each case. `ms` is an equal share of what the whole wave took. */
  results: UseResult[];
  /** As the language told them: what behaviours are compared by. `skipped` where the arguments do not fit. */
  outcomes: Outcome[];
}

/**
 * Runs every case in every code, all in one sandboxed wave. Arguments that do not fit the parameters do not run, and say so.
 *
 * @throws `bad_arguments` for a signature that is none of a tool; `no_sandbox`, `file_missing` (the language is not installed), `cancelled`
 */
export async function runCases(request: CasesRequest): Promise<CodeReport[]> {
  const { name, codes, cases, sandbox, signal, caseMs = CASE_MS } = request;
  const language = functionLanguage(request.language);
  const { signature, fails } = await signatureOf(language, request.signature, name);
  const { parameters, returns, errors } = { ...schemasOf(signature), errors: [], ...request.contract };
  const promised: Promised = { language: language.name, returns, errors, fails };
  const calls = cases.map((args) => callWith(language, signature, parameters, args));
  const expressions = calls.flatMap((each) => ('call' in each ? [{ setup: '', expression: each.call }] : []));
  const from = performance.now();
  const candidates = codes.map((code, index) => ({ id: String(index), code }));
  const reports = expressions.length === 0 ? candidates.map(({ id }): CandidateReport => ({ id, outcomes: [] })) : await language.check({ sandbox, signature, candidates, cases: expressions, caseMs, large: true, ...(signal ? { signal } : {}) });
  const ms = (performance.now() - from) / Math.max(1, expressions.length * codes.length);
  return reports.map(({ problem, outcomes: told }): CodeReport => {
    const waiting = [...told];
    const outcomes: Outcome[] = [];
    const results = calls.map((each): UseResult => {
      const outcome: Outcome = ('call' in each && !problem ? waiting.shift() : undefined) ?? { kind: 'skipped' };
      outcomes.push(outcome);
      if ('problem' in each) return { ms: 0, ok: false, kind: 'arguments', message: each.problem };
      return problem ? unrunnable(problem) : resultOf(outcome, promised, ms);
    });
    return { ...(problem ? { problem } : {}), results, outcomes };
  });
}

/**
 * One call of a tool: checks its arguments, runs it, checks what it gives, and tells errors that the contract names from others. `ms` is all of it.
 *
 * @throws as `runCases`; what the tool itself does never rejects
 */
export async function useTool(tool: Capability, args: JsonObject, deps: RunDeps): Promise<UseResult> {
  const { language, signature, name, code, parameters, returns, errors } = tool;
  const from = performance.now();
  const [report] = await runCases({ language, signature, name, codes: [code], cases: [args], contract: { parameters, returns, errors }, ...deps });
  return { ...report!.results[0]!, ms: performance.now() - from };
}
