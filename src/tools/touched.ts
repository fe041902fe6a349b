import type { Language } from '../languages/types.ts';
import type { RelativePath } from '../workspace/types.ts';
import { assertThere } from './existing.ts';
import { insidePath, languageOf } from './paths.ts';
import type { ToolContext } from './types.ts';

export interface Target {
  path: RelativePath;
  /** Absent for a file of a language without a folder of its own. */
  language?: Language;
  /** Changed or added since the run began. */
  touched: boolean;
}

/** The files that a tidying tool works on: those named, else those the run has touched. */
export async function targets(paths: readonly string[] | undefined, context: ToolContext): Promise<Target[]> {
  const touched = new Set((await context.bench.deltas()).filter((d) => d.kind !== 'deleted').map((d) => d.path));
  const wanted = paths?.map(insidePath) ?? [...touched].sort();
  const found: Target[] = [];
  for (const path of new Set(wanted)) {
    await assertThere(path, context, 'Use search to find the file, or leave paths out for those that were changed.');
    const language = languageOf(path, context.languages);
    found.push({ path, ...(language ? { language } : {}), touched: touched.has(path) });
  }
  return found;
}
