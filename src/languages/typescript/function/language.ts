import type { FunctionLanguage } from '../../function/types.ts';
import { TYPESCRIPT } from '../../javascript/function/dialect.ts';
import { nodeFunctions } from '../../javascript/function/language.ts';

/** Functions in TypeScript. */
export const typescriptFunctions: FunctionLanguage = nodeFunctions(TYPESCRIPT);
