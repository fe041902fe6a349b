import { canonicalJson } from '../../core/hash.ts';
import { canonical } from '../../languages/function/expect.ts';
import { meetsCase } from '../run/run.ts';
import { toValue } from '../run/values.ts';
import type { Contract, Json, ToolCase, UseResult } from '../types.ts';
import { reconsider } from './test.ts';
import type { SynthesisDeps } from './deps.ts';

/** Implementations that have to agree against a case before it is asked about again. */
const LEAST_AGREEING = 3;
/** Share of the implementations that has to agree. */
const AGREEING_SHARE = 0.6;
/** Most cases that are asked about: more than this many are a contract that was misunderstood. */
const MOST_DISPUTES = 4;

/**
 * Cases that a model wrote can be wrong. Where independent implementations agree with each other and not with a case, the tester works it out once
 * more, not knowing what anybody gave: what it says then holds, and where it says a third thing the case is left out. What the user
 * stated is never in dispute.
 *
 * @param results by implementation, in the order of the cases
 */
export async function settleDisputes(contract: Contract, cases: readonly ToolCase[], results: readonly (readonly UseResult[])[], deps: Pick<SynthesisDeps, 'models' | 'key' | 'signal' | 'emit'>): Promise<ToolCase[]> {
  const settled: ToolCase[] = [];
  let asked = 0;
  for (const [at, one] of cases.entries()) {
    const common = one.from === 'user' || one.from === 'failure' ? undefined : commonResult(results.map((row) => row[at]!));
    if (common === undefined || meetsCase(one, common) || asked >= MOST_DISPUTES) {
      settled.push(one);
      continue;
    }
    asked += 1;
    const verdict = await reconsider(contract, one.arguments, { ...deps, key: `${deps.key}/dispute${at + 1}` });
    const anew: ToolCase | undefined = verdict && { arguments: one.arguments, ...verdict, from: one.from };
    const outcome = anew === undefined ? 'dropped' : meetsCase(anew, common) ? 'corrected' : sameExpectation(anew, one) ? 'kept' : 'dropped';
    deps.emit('case_disputed', { tool: contract.name, arguments: one.arguments, from: one.from, outcome });
    if (outcome === 'corrected') settled.push(anew!);
    else if (outcome === 'kept') settled.push(one);
  }
  return settled;
}

/** What most implementations gave, where enough of them agree. */
function commonResult(results: readonly UseResult[]): UseResult | undefined {
  const groups = new Map<string, UseResult[]>();
  for (const result of results) {
    if (!result.ok && result.kind !== 'declared_error' && result.kind !== 'undeclared') continue;
    const key = result.ok ? told(result.result) : 'error';
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  const [largest] = [...groups.values()].sort((a, b) => b.length - a.length);
  return largest && largest.length >= LEAST_AGREEING && largest.length >= results.length * AGREEING_SHARE ? largest[0] : undefined;
}

/** Equal for results that are the same up to six digits of a fraction. */
function told(result: Json): string {
  const value = toValue(result, { kind: 'any' });
  return value ? canonical(value) : canonicalJson(result);
}

function sameExpectation(a: ToolCase, b: ToolCase): boolean {
  if (a.error !== undefined || b.error !== undefined) return (a.error !== undefined) === (b.error !== undefined);
  return meetsCase(a, { ok: true, result: b.result ?? null, ms: 0 });
}
