import { z } from 'zod';
import { TaskPlan } from '../task-plan.ts';
import { addTests } from './changes.ts';
import { defineTemplate } from './types.ts';

/** A new file with its tests, kept only if these are green. */
export const createWithTests = defineTemplate({
  name: 'create-with-tests',
  says: 'Create a file and its tests, and keep both only if these tests are green.',
  keys: z.strictObject({ path: z.string().min(1), content: z.string(), testPath: z.string().min(1), testContent: z.string().min(1), command: z.string().min(1).optional() }),
  async plan({ path, content, testPath, testContent, command }, _project, task) {
    const plan = new TaskPlan(task.trim() || `Create ${path} with tests`)
      .addStep('create_file', { path, content }, { id: 'source' })
      .addStep('create_file', { path: testPath, content: testContent }, { id: 'tests' });
    return addTests(plan, command ? { command } : { files: [testPath] }, ['source', 'tests']);
  },
});
