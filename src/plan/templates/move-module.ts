import { z } from 'zod';
import { existingModule, movedTo } from './modules.ts';
import { refactoringPlan } from './refactoring.ts';
import { defineTemplate } from './types.ts';

/** Moves or renames a file or a folder, and repairs what imports it. */
export const moveModule = defineTemplate({
  name: 'move-module',
  says: 'Move or rename a file, or a folder with what is in it; imports everywhere follow.',
  keys: z.strictObject({ module: z.string().min(1), to: z.string().min(1), command: z.string().min(1).optional() }),
  async plan({ module, to, command }, project) {
    const from = await existingModule(module, project);
    return refactoringPlan({ kind: 'move_module', from, to: await movedTo(to, from, project) }, project, command);
  },
});
