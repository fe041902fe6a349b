import { z } from 'zod';
import { UntilgreenError } from '../core/errors.ts';
import { canonicalName } from './manifests.ts';
import type { ToolContext } from './types.ts';

const list = z.strictObject({ python: z.array(z.string()).default([]), javascript: z.array(z.string()).default([]), go: z.array(z.string()).default([]) });

const canonical = (name: string, registry: 'python' | 'javascript' | 'go'): string => (registry === 'python' ? canonicalName(name) : name);

/**
 * Whether the project's allow-list names the package. The list is read as it was before the run: a run cannot allow itself.
 * @throws `config_invalid` when the file is not `{"python": [...], "javascript": [...], "go": [...]}`
 */
export async function allowedByFile(name: string, registry: 'python' | 'javascript' | 'go', context: Pick<ToolContext, 'bench' | 'settings'>): Promise<boolean> {
  const file = context.settings.allowedDependenciesFile;
  const bytes = await context.bench.readAt(context.bench.base, file);
  if (!bytes) return false;
  try {
    const names = list.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))[registry];
    return names.some((allowed) => canonical(allowed, registry) === canonical(name, registry));
  } catch (cause) {
    throw new UntilgreenError('config_invalid', `${file} is not of the form {"python": ["name"], "javascript": ["name"], "go": ["module/path"]}.`, { file }, 'Correct it or remove it.', { cause });
  }
}
