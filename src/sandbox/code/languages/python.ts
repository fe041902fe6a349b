import { fileURLToPath } from 'node:url';
import { USUAL } from './types.ts';
import type { CodeLanguage } from './types.ts';

const GUARD = fileURLToPath(new URL('../guards/python.py', import.meta.url));

/** CPython. With `blockedImports` a guard of ours parses the snippet inside the sandbox, then runs it under an import hook. */
export const python: CodeLanguage = {
  name: 'python',
  aliases: ['py', 'python3'],
  extensions: ['.py'],
  shebang: /^python[\d.]*$/,
  program: 'python3',
  install: 'Install Python 3: `apt-get install python3`.',
  defaults: USUAL,
  leastMemoryMb: 16,
  blocksImports: true,
  prepare({ code, stem, blocked, report }, program) {
    const file = `${stem}.py`;
    // Output that a killed snippet had printed is shown; nothing is compiled into the box.
    const env = { PYTHONUNBUFFERED: '1', PYTHONDONTWRITEBYTECODE: '1' };
    if (blocked.length === 0) return { files: { [file]: code }, argv: [program, file], env };
    return {
      files: { [file]: code },
      argv: [program, GUARD, file],
      env: { ...env, UNTILGREEN_GUARD: JSON.stringify({ blocked, report }) },
      mounts: [{ source: GUARD, target: GUARD }],
    };
  },
};
