import type { Language } from '../types.ts';
import { nodeLanguage } from './language.ts';

/** JavaScript on Node; `node` means this too. */
export const javascript: Language = nodeLanguage('javascript', ['.js', '.mjs', '.cjs', '.jsx']);
