import { fileURLToPath } from 'node:url';
import { blockedInText, dynamicImportLine } from '../blocked/javascript.ts';
import { blockedMessage } from '../blocked/message.ts';
import { USUAL } from './types.ts';
import type { CodeLanguage, Prepared } from './types.ts';

const GUARD = fileURLToPath(new URL('../guards/javascript.cjs', import.meta.url));
const REQUIRE = fileURLToPath(new URL('../guards/require.cjs', import.meta.url));

/** Node, the one that runs this process. It tells modules from scripts by their syntax itself since 20.19. */
export const javascript: CodeLanguage = {
  name: 'javascript',
  aliases: ['js', 'node', 'nodejs'],
  extensions: ['.js', '.mjs', '.cjs'],
  shebang: /^(?:node|nodejs)$/,
  program: 'node',
  install: 'Install Node 20.19 or newer.',
  defaults: USUAL,
  // Measured: where each process is limited, Node with its loader thread ends itself at 64.
  leastMemoryMb: 96,
  blocksImports: true,
  async prepare({ code, stem, blocked, report }, program) {
    const file = `${stem}.js`;
    const found = blocked.length > 0 ? await blockedInText(file, code, blocked) : undefined;
    if (found) return { refused: `${file}:${found.line}: ${blockedMessage(found)}\n`, blocked: found };
    return nodeRun({ program, source: file, file, code, text: code, blocked, report });
  },
};

/** A run of Node on a file; `text` is what stands in it, `code` what the user wrote as `source`. */
export function nodeRun(run: { program: string; source: string; file: string; code: string; text: string; blocked: readonly string[]; report: string; flags?: string[] }): Prepared {
  // `require` beside `await` at the top is neither a module nor a script to Node, yet it is what people write.
  const mixes = /\brequire\b|\b__(?:dir|file)name\b/.test(run.code) && /\bawait\b|\bimport\b|\bexport\b/.test(run.code);
  const preloads = [...(mixes ? [REQUIRE] : []), ...(run.blocked.length > 0 ? [GUARD] : [])];
  return {
    files: { [run.file]: run.text },
    argv: [run.program, ...(run.flags ?? []), ...preloads.flatMap((path) => ['--require', path]), run.file],
    env: run.blocked.length > 0 ? { UNTILGREEN_GUARD: JSON.stringify({ blocked: run.blocked, report: run.report }) } : {},
    mounts: preloads.map((path) => ({ source: path, target: path })),
    // Loader hooks of older Node run in a thread of their own, where nobody knows the line that asks.
    likelyLine: () => dynamicImportLine(run.source, run.code),
  };
}
