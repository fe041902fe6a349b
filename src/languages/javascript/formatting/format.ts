import type { RelativePath, Workbench } from '../../../workspace/types.ts';
import { formatConfig } from './config.ts';
import { habitsOf, lineEnd } from './habits.ts';

/**
 * Formats one file by the project's prettier, oxfmt, biome or .editorconfig settings, else by the file's own habits. The
 * source comes back unchanged where it does not parse, and where the project's settings leave it out.
 */
export async function format(path: RelativePath, source: string, bench: Workbench): Promise<string> {
  const config = await formatConfig(path, bench);
  if (config.ignored || source.trim() === '') return source;
  const settings = config.found && config.settings.printWidth !== undefined
    ? { endOfLine: lineEnd(source), ...config.settings }
    : { ...(await habitsOf(path, source)), ...config.settings };
  const oxfmt = await import('oxfmt');
  const bom = source.startsWith('\uFEFF') ? '\uFEFF' : '';
  const { code, errors } = await oxfmt.format(path, source.slice(bom.length), settings);
  if (errors.some((e) => e.severity === 'Error') || code.trim() === '') return source;
  return bom + code.replace(/^\uFEFF/, '');
}
