import type { z } from 'zod';
import type { ToolContext } from '../../tools/types.ts';
import type { TaskPlan } from '../task-plan.ts';

/** The project as a template sees it: for looking only. */
export type Project = Pick<ToolContext, 'bench' | 'languages' | 'sandbox' | 'settings' | 'signal'>;

/** A kind of task whose plan needs no model. */
export interface Template<K = any> {
  name: string;
  /** One sentence for people. */
  says: string;
  /** What the context must hold, and nothing else. */
  keys: z.ZodObject & z.ZodType<K>;
  /** Whether this kind is meant, for keys that do not say it by themselves. Default: they do. */
  means?(task: string, keys: K): boolean;
  /**
   * @throws `not_found`, `ambiguous`, `conflict`, `file_missing` where the project does not hold what the task speaks of;
   *   `refactoring_refused` where an engine would not do it
   */
  plan(keys: K, project: Project, task: string): Promise<TaskPlan>;
}

/** Declares a template with the types of its keys. */
export function defineTemplate<S extends z.ZodObject>(template: Omit<Template<z.infer<S>>, 'keys'> & { keys: S }): Template {
  return template as unknown as Template;
}
