import type { z } from 'zod';
import type { Language } from '../../languages/types.ts';
import type { OpenWorkbench } from '../../workspace/types.ts';
import type { TaskPlan } from '../task-plan.ts';

/** The project as a template sees it: for looking only. A `ToolContext` has all of this. */
export interface Project {
  bench: Pick<OpenWorkbench, 'list' | 'exists' | 'readText'>;
  languages: readonly Language[];
  settings: { maxFileBytes: number };
}

/** A kind of task whose plan needs no model. */
export interface Template<K = any> {
  name: string;
  /** One sentence for people. */
  says: string;
  /** What the context must hold, and nothing else. */
  keys: z.ZodObject & z.ZodType<K>;
  /** Whether this kind is meant, for keys that do not say it by themselves. Default: they do. */
  means?(task: string, keys: K): boolean;
  /** @throws `not_found`, `ambiguous`, `conflict`, `file_missing` where the project does not hold what the task speaks of */
  plan(keys: K, project: Project, task: string): Promise<TaskPlan>;
}

/** Declares a template with the types of its keys. */
export function defineTemplate<S extends z.ZodObject>(template: Omit<Template<z.infer<S>>, 'keys'> & { keys: S }): Template {
  return template as unknown as Template;
}
