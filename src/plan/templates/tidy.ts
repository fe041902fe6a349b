import { z } from 'zod';
import { languageOf } from '../../languages/registry.ts';
import { TaskPlan } from '../task-plan.ts';
import { addTests } from './changes.ts';
import { existingModule } from './modules.ts';
import { refactoringPlan } from './refactoring.ts';
import { defineTemplate, type Project } from './types.ts';

const WHAT = ['imports', 'format', 'unused', 'unused imports'] as const;

/** The files that are meant: those named, with the files of folders; else all of a language. */
async function filesOf(words: readonly string[] | undefined, project: Project): Promise<string[]> {
  const files = (await project.bench.list()).filter((file) => file.link === undefined && languageOf(file.path)).map((file) => file.path);
  if (!words) return files;
  const named = await Promise.all(words.map((word) => existingModule(word, project)));
  return files.filter((path) => named.some((place) => path === place || path.startsWith(`${place}/`)));
}

/** Puts files in order without changing what they do. */
export const tidy = defineTemplate({
  name: 'tidy',
  says: 'Organise imports, format, or remove what is unused, in the files named or everywhere.',
  keys: z.strictObject({ tidy: z.enum(WHAT), paths: z.array(z.string().min(1)).min(1).optional(), command: z.string().min(1).optional() }),
  async plan({ tidy: what, paths, command }, project) {
    const files = await filesOf(paths, project);
    const given = paths ? { paths: files } : {};
    if (what === 'unused' || what === 'unused imports') return refactoringPlan({ kind: 'remove_unused', what: what === 'unused' ? 'symbols' : 'imports', ...given }, project, command);
    const where = paths ? paths.join(', ') : 'the project';
    const plan =
      what === 'imports'
        ? new TaskPlan(`Organise the imports of ${where}`).addStep('update_imports', { paths: files }, { id: 'tidy' })
        : new TaskPlan(`Format ${where}`).addStep('format_code', { paths: files }, { id: 'tidy' });
    return command ? addTests(plan, { command }, ['tidy']) : plan;
  },
});
