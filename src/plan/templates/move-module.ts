import { z } from 'zod';
import { existingModule, moduleOrNew } from './modules.ts';
import { refactoringPlan } from './refactoring.ts';
import { defineTemplate } from './types.ts';

/** Moves or renames a file or a folder, and repairs what imports it. */
export const moveModule = defineTemplate({
  name: 'move-module',
  says: 'Move or rename a file, or a folder with what is in it; imports everywhere follow.',
  keys: z.strictObject({ module: z.string().min(1), to: z.string().min(1), command: z.string().min(1).optional() }),
  async plan({ module, to, command }, project) {
    const from = await existingModule(module, project);
    const entries = (await project.bench.list()).map((file) => file.path);
    const folder = to.replace(/\/$/, '');
    // `move a.py to lib/`, or to a folder that is there, keeps the name.
    const into = (to.endsWith('/') || entries.some((path) => path.startsWith(`${folder}/`))) && !entries.includes(folder);
    const place = into ? `${folder}/${from.split('/').at(-1)}` : entries.some((path) => path.startsWith(`${from}/`)) ? folder : await moduleOrNew(to, from, project);
    return refactoringPlan({ kind: 'move_module', from, to: place }, project, command);
  },
});
