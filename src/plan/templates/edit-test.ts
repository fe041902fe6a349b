import { z } from 'zod';
import { TaskPlan } from '../task-plan.ts';
import { addTests } from './changes.ts';
import { defineTemplate } from './types.ts';

/** One exact edit, kept only if the tests are green. */
export const editTest = defineTemplate({
  name: 'edit-test',
  says: 'Replace a text that occurs once in a file, and keep the change only if the tests are green.',
  keys: z.strictObject({ path: z.string().min(1), old: z.string().min(1), new: z.string(), command: z.string().min(1).optional() }),
  async plan({ path, old, new: instead, command }, _project, task) {
    const plan = new TaskPlan(task.trim() || `Edit ${path}`).addStep('edit_file', { path, edits: [{ oldText: old, newText: instead }] }, { id: 'edit' });
    return addTests(plan, { command }, ['edit']);
  },
});
