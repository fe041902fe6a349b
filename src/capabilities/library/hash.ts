import { canonicalJson, sha256 } from '../../core/hash.ts';
import type { CapabilityDraft, Contract } from '../types.ts';

/**
 * The code as it is kept: ends of lines as the editor or git of another system makes them, and what is blank at the end, do not make
 * another tool.
 */
export const keptCode = (code: string): string => `${code.replaceAll('\r\n', '\n').trimEnd()}\n`;

/** SHA-256 over contract, code, cases, properties and uses: two versions with the same one are the same tool. */
export function contentHash(draft: CapabilityDraft): string {
  const { name, description, language, signature, parameters, returns, effects, errors, answer, code, cases, properties, uses } = draft;
  return sha256(canonicalJson({ name, description, language, signature, parameters, returns, effects, errors, answer, code: keptCode(code), cases, properties, uses }));
}

/** SHA-256 over what a caller sees. The order of the parameters counts: some languages know them by it alone. */
export function contractHash(contract: Pick<Contract, 'parameters' | 'returns' | 'errors'>): string {
  const { parameters, returns, errors } = contract;
  return sha256(canonicalJson({ parameters, returns, errors, order: Object.keys(parameters['properties'] ?? {}) }));
}
