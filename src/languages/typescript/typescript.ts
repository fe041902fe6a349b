import { nodeLanguage } from '../javascript/language.ts';
import type { Language } from '../types.ts';
import { prepareTypeCheck, typeCheckOf } from './type-check.ts';

const node = nodeLanguage('typescript', ['.ts', '.mts', '.cts', '.tsx']);

/** TypeScript on Node: what it shares with JavaScript, which is nearly everything, lies in that folder; types are checked here. */
export const typescript: Language = {
  ...node,
  async detect(bench) {
    return Promise.all(
      (await node.detect(bench)).map(async (found) => {
        const types = await typeCheckOf(found.root, bench);
        return types ? { ...found, checks: [...found.checks, types] } : found;
      }),
    );
  },
  prepareCheck: (check, bench, options) => (check.framework === 'tsc' ? prepareTypeCheck(check, bench) : node.prepareCheck(check, bench, options)),
};
