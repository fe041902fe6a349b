import { preview, type Operation } from '../../refactor/index.ts';
import { insideProject } from '../../tools/refactoring.ts';
import { TaskPlan } from '../task-plan.ts';
import { addTests } from './changes.ts';
import type { Project } from './types.ts';

/** A plan of one refactoring that was computed already; `summary` is what it would do. */
export function planOf(operation: Operation, summary: string): TaskPlan {
  return new TaskPlan(summary).addStep('refactor_code', { operation }, { id: 'refactor', why: summary });
}

/**
 * A plan of one refactoring. It is computed here already, so that what cannot be done is refused before anything starts.
 *
 * @throws `refactoring_refused` with `data.reason`, `path_outside`, `path_unsafe`
 */
export async function refactoringPlan(given: Operation, project: Project, command?: string): Promise<TaskPlan> {
  const operation = insideProject(given);
  const { summary } = await preview(operation, project);
  const plan = planOf(operation, summary);
  return command ? addTests(plan, { command }, ['refactor']) : plan;
}
