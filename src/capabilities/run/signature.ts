import type { FunctionLanguage, Signature } from '../../languages/function/types.ts';

/** Signatures that are remembered; those of a large library fit. */
const MOST = 4_000;

interface Read {
  signature: Signature;
  /** Its last result is an `error` of Go's. */
  fails: boolean;
}
const known = new Map<string, Promise<Read>>();

/**
 * A tool's head, read once in a process: a tool is called again and again, and reading takes as long as running.
 *
 * @throws `bad_arguments` when it does not parse or names another function
 */
export function signatureOf(language: FunctionLanguage, text: string, name: string): Promise<Read> {
  const key = [language.name, name, text].join('\0');
  const found = known.get(key);
  if (found) return found;
  const reading = language.parseSignature(text, name).then((signature) => ({ signature, fails: language.name === 'go' && /(?:^|[\s,(])error\s*\)?\s*$/.test(signature.returnsText ?? '') }));
  // A cancelled or failed reading is not the text's fault for good.
  reading.catch(() => known.delete(key));
  if (known.size >= MOST) known.delete(known.keys().next().value!);
  known.set(key, reading);
  return reading;
}
