import type { Problem, Signature } from '../../function/types.ts';
import { askTree } from './tree.ts';

/** See `FunctionLanguage.extract`. */
export function extract(text: string, form: 'chat' | 'completion', signature: Signature, stub: string): Promise<string | undefined> {
  return askTree<string>('fn_extract', text, { form, name: signature.name, stub, preamble: signature.preamble });
}

/** See `FunctionLanguage.normalise`. */
export function normalise(code: string): Promise<string | undefined> {
  return askTree<string>('fn_normalise', code);
}

/** See `FunctionLanguage.mend`. */
export function mend(code: string, signature: Signature): Promise<string | undefined> {
  return askTree<string>('fn_mend', code, { name: signature.name });
}

/** See `FunctionLanguage.screen`. */
export function screen(code: string, signature: Signature): Promise<Problem | undefined> {
  return askTree<Problem>('fn_screen', code, { name: signature.name, parameters: signature.parameters, is_async: signature.async, preamble: signature.preamble });
}
