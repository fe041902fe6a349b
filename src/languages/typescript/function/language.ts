import type { FunctionLanguage } from '../../function/types.ts';
import { TYPESCRIPT } from '../../javascript/function/dialect.ts';
import { nodeFunctions } from '../../javascript/function/language.ts';
import { orUnreadable, UNREADABLE } from '../../javascript/function/readable.ts';
import { typeProblem } from './types-check.ts';

const common = nodeFunctions(TYPESCRIPT);

/** Functions in TypeScript: those of JavaScript, with types that are checked before anything runs. */
export const typescriptFunctions: FunctionLanguage = {
  ...common,
  screen: async (code, signature) => (await common.screen(code, signature)) ?? orUnreadable(() => typeProblem(code, signature), UNREADABLE),
};
