import type { LanguageName } from '../languages/types.ts';
import { goMutation } from './go/language.ts';
import { javascriptMutation, typescriptMutation } from './javascript/language.ts';
import { pythonMutation } from './python/language.ts';
import type { MutationLanguage } from './types.ts';

/** Languages whose functions can be changed, called and pinned. */
const mutationLanguages: readonly MutationLanguage[] = [pythonMutation, goMutation, javascriptMutation, typescriptMutation];

/** The mutation testing of a language; undefined where there is none. */
export const mutationOf = (name: LanguageName): MutationLanguage | undefined => mutationLanguages.find((language) => language.name === name);
