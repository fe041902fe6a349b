import { functionLanguage } from '../../languages/function/registry.ts';
import { runCases } from '../run/run.ts';
import { schemasOf } from '../run/schemas.ts';
import { inputsFor } from './inputs.ts';
import type { AdmitInput, GateContext } from './types.ts';

/**
 * What all gates work on.
 *
 * @throws `bad_arguments` where the signature cannot be read, or JSON cannot say its types
 */
export async function contextOf(input: AdmitInput): Promise<GateContext> {
  const { draft, vouched, seed = 1, sandbox, signal } = input;
  const language = functionLanguage(draft.language);
  const signature = await language.parseSignature(draft.signature, draft.name);
  const context: GateContext = {
    input, draft, language, signature,
    schemas: schemasOf(signature),
    cases: [...draft.cases],
    voices: vouched ? [draft.code] : [],
    run: (codes, cases, options) => runCases({ language: draft.language, signature: draft.signature, name: draft.name, codes, cases, contract: draft, sandbox, ...options, ...(signal ? { signal } : {}) }),
    inputs: (count, seedOffset = 0) => inputsFor(signature, draft.parameters, context.cases, count, seed + seedOffset),
  };
  return context;
}
