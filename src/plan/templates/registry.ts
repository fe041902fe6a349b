import { createWithTests } from './create-with-tests.ts';
import { editTest } from './edit-test.ts';
import { findReplace } from './find-replace.ts';
import { fixImports } from './fix-imports.ts';
import { readRun } from './read-run.ts';
import { renameSymbol } from './rename-symbol.ts';
import type { Template } from './types.ts';

/** Kinds of tasks that need no model. A new one is a file and an entry here. */
export const templates: readonly Template[] = [renameSymbol, findReplace, editTest, createWithTests, fixImports, readRun];

/** The template that a task's words and the keys of its context ask for, or undefined. */
export function templateFor(task: string, context: Readonly<Record<string, unknown>>, all: readonly Template[] = templates): Template | undefined {
  return all.find((template) => {
    const keys = template.keys.safeParse(context);
    return keys.success && (template.means?.(task, keys.data) ?? true);
  });
}

/** `rename-symbol {oldName, newName, path?, command?}` */
export function keysOf(template: Template): string {
  const keys = Object.entries(template.keys.shape).map(([key, value]) => (value.safeParse(undefined).success ? `${key}?` : key));
  return `${template.name} {${keys.join(', ')}}`;
}
