import { emptyLaw } from '../gate/empty-law.ts';
import { recombined } from '../gate/inputs.ts';
import { lawsOnInputs } from '../run/laws.ts';
import type { ToolCase, ToolProperty } from '../types.ts';
import type { SynthesisDeps } from './deps.ts';
import type { Specification } from './specify.ts';
import { reconsiderLaws } from './test.ts';

/** Milliseconds that one evaluation of a law may take. */
const CASE_MS = 2_000;
/** Runs of a law before the gate runs it a hundred times. */
const RUNS = 50;
/** Laws that the gate has to run. */
const MOST_LAWS = 6;
/** Inputs near the cases, for laws of functions that take few of the generated ones. */
const NEAR = 30;

/**
 * Laws that a model wrote can be wrong, as its cases can. One that every implementation breaks is put before the tester with the counterexample; it stays
 * only where the tester stands by it. One that cannot be run, or would hold of any function, is left out.
 *
 * @param stated laws as a model wrote them
 * @param codes implementations that meet the visible cases
 * @param cases whose arguments are joined anew, to evaluate laws on inputs that the function takes
 */
export async function settleLaws({ contract, signature, language }: Specification, stated: readonly ToolProperty[], codes: readonly string[], cases: readonly ToolCase[], deps: Pick<SynthesisDeps, 'models' | 'sandbox' | 'key' | 'signal' | 'emit'>): Promise<ToolProperty[]> {
  const laws = stated.filter(({ expression }) => emptyLaw(expression, contract.name) === undefined);
  if (laws.length === 0) return [];
  const reports = await language.checkProperties({
    sandbox: deps.sandbox, signature, caseMs: CASE_MS, runs: RUNS, seed: 1, properties: laws.map((law) => ({ ...law, trust: 'guessed' as const })),
    candidates: codes.map((code, at) => ({ id: `c${at + 1}`, code })), ...(deps.signal ? { signal: deps.signal } : {}),
  });
  const near = await lawsOnInputs({ language, signature, codes, laws, inputs: recombined(cases, NEAR, 1) }, deps);
  const fates = laws.map((_, at) => reports.map(({ results }, code) => {
    const nearby = near[code]![at]!;
    if (nearby.counterexample !== undefined) return { kind: 'broken' as const, counterexample: nearby.counterexample };
    return results[at]?.kind === 'unusable' && nearby.evaluated > 0 ? { kind: 'held' as const } : results[at];
  }));
  const usable = laws.filter((_, at) => fates[at]!.some((fate) => fate !== undefined && fate.kind !== 'unusable'));
  const broken = laws.flatMap((law, at) => {
    const counterexamples = fates[at]!.flatMap((fate) => (fate?.kind === 'broken' ? [fate.counterexample] : []));
    return counterexamples.length === codes.length ? [{ law, counterexample: counterexamples[0]! }] : [];
  });
  if (broken.length === 0) return usable.slice(0, MOST_LAWS);
  const kept = new Set(await reconsiderLaws(contract, broken, deps));
  const dropped = new Set(broken.flatMap(({ law }) => (kept.has(law) ? [] : [law])));
  for (const law of dropped) deps.emit('law_dropped', { tool: contract.name, law: law.text });
  return usable.filter((law) => !dropped.has(law)).slice(0, MOST_LAWS);
}
