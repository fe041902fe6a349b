import { UntilgreenError } from '../../core/errors.ts';
import { goFunctions } from '../go/function/language.ts';
import { javascriptFunctions } from '../javascript/function/language.ts';
import { pythonFunctions } from '../python/function/language.ts';
import { typescriptFunctions } from '../typescript/function/language.ts';
import type { FunctionLanguage } from './types.ts';

/** Languages that a function can be written in. A new one is a folder and a line here. */
export const functionLanguages: readonly FunctionLanguage[] = [pythonFunctions, javascriptFunctions, typescriptFunctions, goFunctions];

/**
 * The language of a name or alias, whatever its case.
 *
 * @throws `bad_arguments` for any other
 */
export function functionLanguage(name: string): FunctionLanguage {
  const wanted = name.trim().toLowerCase();
  const found = functionLanguages.find((language) => language.name === wanted || language.aliases.includes(wanted));
  if (found) return found;
  throw new UntilgreenError('bad_arguments', `No function can be written in '${name}'.`, { language: name }, `Expected one of ${functionLanguages.map((language) => language.name).join(', ')}.`);
}
