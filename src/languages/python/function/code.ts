import type { Problem, Signature } from '../../function/types.ts';
import { askTreeOfModel } from './tree.ts';

/** See `FunctionLanguage.extract`. */
export async function extract(text: string, form: 'chat' | 'completion', signature: Signature, stub: string): Promise<string | undefined> {
  return answered(await askTreeOfModel<string>('fn_extract', text, { form, name: signature.name, stub, preamble: signature.preamble }));
}

/** See `FunctionLanguage.normalise`. */
export async function normalise(code: string): Promise<string | undefined> {
  return answered(await askTreeOfModel<string>('fn_normalise', code));
}

/** See `FunctionLanguage.mend`. */
export async function mend(code: string, signature: Signature): Promise<string | undefined> {
  return answered(await askTreeOfModel<string>('fn_mend', code, { name: signature.name }));
}

/** See `FunctionLanguage.screen`. */
export async function screen(code: string, signature: Signature): Promise<Problem | undefined> {
  const told = await askTreeOfModel<Problem>('fn_screen', code, { name: signature.name, parameters: signature.parameters, is_async: signature.async, preamble: signature.preamble });
  return told === 'no answer' ? { class: 'syntax', message: 'It cannot be read: it is nested too deeply.' } : told;
}

const answered = (told: string | undefined): string | undefined => (told === 'no answer' ? undefined : told);
