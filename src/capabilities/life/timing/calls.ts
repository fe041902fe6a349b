import { UntilgreenError } from '../../../core/errors.ts';
import { functionLanguage } from '../../../languages/function/registry.ts';
import { callWith } from '../../run/call.ts';
import { signatureOf } from '../../run/signature.ts';
import type { Contract, JsonObject } from '../../types.ts';
import type { Trial } from './types.ts';

/** Those of the inputs that the tool can be called with: a number that was made larger may not fit a type of Go. */
export async function callable(contract: Contract, inputs: readonly JsonObject[]): Promise<JsonObject[]> {
  const language = functionLanguage(contract.language);
  const { signature } = await signatureOf(language, contract.signature, contract.name);
  return inputs.filter((args) => 'call' in callWith(language, signature, contract.parameters, args));
}

/**
 * The calls as source, of another function: what it is handed is what the tool is called with, made before the clock runs.
 *
 * @param collector name of that function
 * @throws `bad_arguments` for inputs that the contract does not take
 */
export async function callsOf({ contract, inputs }: Trial, collector: string): Promise<string[]> {
  const language = functionLanguage(contract.language);
  const { signature } = await signatureOf(language, contract.signature, contract.name);
  return inputs.map((args) => {
    const made = callWith(language, { ...signature, name: collector }, contract.parameters, args);
    if ('call' in made) return made.call;
    throw new UntilgreenError('bad_arguments', `${contract.name} cannot be timed with ${JSON.stringify(args).slice(0, 200)}: ${made.problem}.`, { name: contract.name });
  });
}
