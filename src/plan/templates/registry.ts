import { parseArguments } from '../../tools/arguments.ts';
import { createWithTests } from './create-with-tests.ts';
import { editTest } from './edit-test.ts';
import { findReplace } from './find-replace.ts';
import { fixImports } from './fix-imports.ts';
import { mergeModules } from './merge-modules.ts';
import { moveModule } from './move-module.ts';
import { moveSymbols } from './move-symbols.ts';
import { readRun } from './read-run.ts';
import { renameSymbol } from './rename-symbol.ts';
import { tidy } from './tidy.ts';
import type { Template } from './types.ts';

/** Kinds of tasks that need no model. A new one is a file and an entry here. */
export const templates: readonly Template[] = [renameSymbol, moveSymbols, moveModule, mergeModules, tidy, findReplace, editTest, createWithTests, fixImports, readRun];

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

/** Keys that most templates take, which therefore say nothing about the one that is meant. */
const COMMON = new Set(['path', 'command']);

/** What a context lacks for the template with which it shares most keys, as a sentence; undefined where it shares none. */
export function nearestTemplate(context: Readonly<Record<string, unknown>>): string | undefined {
  const shared = ({ keys }: Template): number => Object.keys(context).filter((key) => key in keys.shape && !COMMON.has(key)).length;
  const [nearest] = templates.filter((template) => shared(template) > 0).toSorted((a, b) => shared(b) - shared(a));
  if (!nearest) return undefined;
  const result = parseArguments({ name: nearest.name, schema: nearest.keys }, context);
  return result.ok ? undefined : result.message;
}
