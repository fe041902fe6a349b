import { nodeLanguage } from '../javascript/language.ts';
import type { Language } from '../types.ts';

/** TypeScript on Node. What it shares with JavaScript, which is nearly everything, lies in that folder. */
export const typescript: Language = nodeLanguage('typescript', ['.ts', '.mts', '.cts', '.tsx']);
