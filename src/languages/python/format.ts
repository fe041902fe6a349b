import ignore from 'ignore';
import type { RelativePath, Workbench } from '../../workspace/types.ts';
import { formatted } from './ruff.ts';
import { styleOf } from './style.ts';

/** Formats a file by the project's own ruff or black settings. Unchanged where it does not parse, is excluded, or another formatter rules. */
export async function format(path: RelativePath, source: string, bench: Workbench): Promise<string> {
  const style = await styleOf(path, bench);
  if (style.foreign || style.exclude.some((pattern) => excluded(path, pattern))) return source;
  try {
    const mark = source.startsWith('\uFEFF') ? '\uFEFF' : ''; // ruff drops it
    return mark + (await formatted(source, style.options)).replace(/^\uFEFF/, '');
  } catch {
    return source; // it does not parse
  }
}

/** ruff matches a pattern like git does: against the whole path, every folder above the file, and every single name. */
function excluded(path: RelativePath, pattern: string): boolean {
  return ignore().add(pattern.replace(/^\.\//, '')).ignores(path);
}
