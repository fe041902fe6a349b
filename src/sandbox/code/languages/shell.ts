import { USUAL } from './types.ts';
import type { CodeLanguage } from './types.ts';

/** Bash. What a script starts cannot be known from its text, so nothing of it can be blocked by name. */
export const shell: CodeLanguage = {
  name: 'shell',
  aliases: ['sh', 'bash'],
  extensions: ['.sh', '.bash'],
  shebang: /^(?:ba|da|z)?sh$/,
  program: 'bash',
  install: 'Install bash: `apt-get install bash`.',
  defaults: USUAL,
  leastMemoryMb: 16,
  blocksImports: false,
  prepare({ code, stem }, program) {
    return { files: { [`${stem}.sh`]: code }, argv: [program, `${stem}.sh`] };
  },
};
