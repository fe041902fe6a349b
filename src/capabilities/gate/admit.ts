import { UntilgreenError } from '../../core/errors.ts';
import type { GateReport } from '../interfaces.ts';
import { contentHash } from '../library/hash.ts';
import { GATES, type GateName, type GateResult } from '../types.ts';
import { contextOf } from './context.ts';
import { agreement } from './gates/agreement.ts';
import { coldRun } from './gates/cold-run.ts';
import { contract } from './gates/contract.ts';
import { determinism } from './gates/determinism.ts';
import { duplicate } from './gates/duplicate.ts';
import { hiddenCases } from './gates/hidden-cases.ts';
import { mutation } from './gates/mutation.ts';
import { properties } from './gates/properties.ts';
import { safety } from './gates/safety.ts';
import { visibleCases } from './gates/visible-cases.ts';
import type { AdmitInput, Gate, GateContext } from './types.ts';

/** A new gate is a file, a name in `GATES` and a line here. */
const gates: Readonly<Record<GateName, Gate>> = {
  contract, safety, visible_cases: visibleCases, hidden_cases: hiddenCases, agreement, properties, determinism, mutation, duplicate, cold_run: coldRun,
};

/**
 * Passes a tool through the gates, in their order, up to the first that does not hold. What runs of it runs in the sandbox.
 *
 * A refusal is a report and no error.
 *
 * @throws `no_sandbox`, `sandbox_error`, `file_missing` (the language is not installed), `cancelled`
 * @example
 * const { ok, stoppedBy, evidence } = await admit({ draft, candidates: samples, tools, product: '2.1.0', sandbox });
 */
export async function admit(input: AdmitInput): Promise<GateReport> {
  const wanted = input.only ?? GATES;
  const passed: GateResult[] = [];
  const report = (result: GateResult): void => {
    passed.push(result);
    input.onGate?.(result);
  };
  const context = await read(input, report);
  for (const gate of context ? GATES.filter((name) => wanted.includes(name)) : []) {
    input.signal?.throwIfAborted();
    const started = performance.now();
    const verdict = await gates[gate](context!);
    report({ gate, ...verdict, ms: Math.round(performance.now() - started) });
    if (!verdict.ok) break;
  }
  const stopped = passed.find(({ ok }) => !ok);
  const cases = context?.cases ?? input.draft.cases;
  return {
    ok: stopped === undefined,
    gates: passed,
    ...(stopped ? { stoppedBy: stopped.gate } : {}),
    cases,
    ...(context?.duplicateOf === undefined ? {} : { duplicateOf: context.duplicateOf }),
    evidence: { hash: contentHash({ ...input.draft, cases }), at: new Date().toISOString(), product: input.product, gates: passed },
  };
}

/** A signature that cannot be read is the first thing that a contract can be refused for. */
async function read(input: AdmitInput, report: (result: GateResult) => void): Promise<GateContext | undefined> {
  const started = performance.now();
  try {
    return await contextOf(input);
  } catch (thrown) {
    if (!(thrown instanceof UntilgreenError) || thrown.code !== 'bad_arguments') throw thrown;
    report({ gate: 'contract', ok: false, says: thrown.message, data: { signature: input.draft.signature }, ms: Math.round(performance.now() - started) });
    return undefined;
  }
}
