import ignore from 'ignore';
import { asError } from '../../core/errors.ts';
import { editsFor, replaced, type Replacement } from '../edits-for.ts';
import type { TaskPlan } from '../task-plan.ts';
import type { Project } from './types.ts';

export interface TextChange {
  path: string;
  text: string;
  parts: Replacement[];
}

/** Text files of the project with their content: no links, nothing binary, nothing too large. `glob` in gitignore style. */
export async function textFiles({ bench, settings }: Project, glob?: string): Promise<{ path: string; text: string }[]> {
  const matcher = glob === undefined ? undefined : ignore({ allowRelativePaths: true }).add(glob);
  const out: { path: string; text: string }[] = [];
  for (const { path, link, size } of await bench.list()) {
    if (link !== undefined || size > settings.maxFileBytes || (matcher && !matcher.ignores(path))) continue;
    try {
      out.push({ path, text: (await bench.readText(path)).text });
    } catch (thrown) {
      if (asError(thrown).code !== 'binary_file') throw thrown;
    }
  }
  return out;
}

/** Adds one step for each changed file, none waiting for another. Gives their ids. */
export function addChanges(plan: TaskPlan, changes: readonly TextChange[], why: string): string[] {
  return changes.map(({ path, text, parts }) => {
    const edits = editsFor(text, parts);
    if (edits) plan.addStep('edit_file', { path, edits }, { why });
    else plan.addStep('file_write', { path, content: replaced(text, parts) }, { why });
    return plan.steps.at(-1)!.id;
  });
}

/** Adds the tests that decide whether the change stays, where a command for them is given. */
export function addTests(plan: TaskPlan, args: { command?: string; files?: string[] }, dependsOn: readonly string[]): TaskPlan {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  return plan.addStep('run_tests', given, { dependsOn, why: 'The change stays only if the tests are green.' });
}

/** Places in files, for a summary: `5 places in 2 files`. */
export function extent(changes: readonly TextChange[]): string {
  const places = changes.reduce((sum, c) => sum + c.parts.length, 0);
  return `${places} ${places === 1 ? 'place' : 'places'} in ${changes.length} ${changes.length === 1 ? 'file' : 'files'}`;
}

/** Every place of a text in another, from left to right, none overlapping the one before. */
export function placesOf(text: string, find: string, instead: string): Replacement[] {
  const parts: Replacement[] = [];
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length)) parts.push({ start: at, end: at + find.length, text: instead });
  return parts;
}
