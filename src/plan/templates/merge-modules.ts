import { z } from 'zod';
import { existingModule, moduleOrNew } from './modules.ts';
import { refactoringPlan } from './refactoring.ts';
import { defineTemplate } from './types.ts';

/** Puts several modules into one. */
export const mergeModules = defineTemplate({
  name: 'merge-modules',
  says: 'Put the content of several modules into one, the first of them unless `into` names another, and remove them.',
  keys: z.strictObject({ modules: z.array(z.string().min(1)).min(2), into: z.string().min(1).optional(), command: z.string().min(1).optional() }),
  async plan({ modules, into, command }, project) {
    const from = await Promise.all(modules.map((word) => existingModule(word, project)));
    const first = from[0] ?? '';
    return refactoringPlan({ kind: 'merge_modules', from, into: into === undefined ? first : await moduleOrNew(into, first, project) }, project, command);
  },
});
